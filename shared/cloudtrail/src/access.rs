//! What a record means to us: actor, action, assets, outcome, origin, time.

use jiff::{Timestamp, civil, tz::TimeZone};
use portcullis_domain::{AccountId, Action, Actor, AliasArn, Asset, Evidence, Origin, Outcome, Source, sha256_hex};

use crate::json::Text;
use crate::record::Record;
use crate::{actor, asset, denial};

/// One access, resolved from a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// `eventID`.
    pub event_id: Option<String>,
    /// `eventTime`; absent when missing or unreadable, which does not make the rest worthless.
    pub time: Option<Timestamp>,
    /// Who.
    pub actor: Actor,
    /// What was called.
    pub action: Action,
    /// What was touched.
    pub assets: Vec<Asset>,
    /// The alias that the key was called by, where the record names the key as well: `assets` has the key alone.
    pub alias: Option<AliasArn>,
    /// What came of it.
    pub outcome: Outcome,
    /// `errorCode`.
    pub error_code: Option<String>,
    /// Where it came from.
    pub origin: Origin,
    /// The AWS service that made the call with the actor's rights (`invokedBy`).
    pub via: Option<String>,
    /// The account that logged it.
    pub account: Option<AccountId>,
    /// The Region that logged it.
    pub region: Option<String>,
    /// Whether the call only reads (`readOnly`); absent when the record does not tell.
    pub read_only: Option<bool>,
    /// The ARN of the parameter that Parameter Store used a key for with the actor's rights. It is no asset: no entry of
    /// the settings names parameters (AWS Systems Manager User Guide, *AWS KMS encryption for AWS Systems Manager
    /// Parameter Store SecureString parameters*: encryption context `PARAMETER_ARN`).
    pub parameter: Option<String>,
}

/// The services whose every record is relevant: keys, secrets and the audit trail.
const ALWAYS: [&str; 3] = ["kms", "secretsmanager", "cloudtrail"];

/// The services of which the calls that write are relevant: by them an attacker hides (audit stores, detectors, guard
/// rails, the stack's own parts) or widens what it may do. `monitoring` is CloudWatch's name in `eventSource`.
const WHEN_WRITING: [&str; 22] = [
    "access-analyzer",
    "cloudformation",
    "cloudwatch",
    "config",
    "detective",
    "dynamodb",
    "events",
    "guardduty",
    "iam",
    "inspector2",
    "lambda",
    "logs",
    "macie2",
    "monitoring",
    "organizations",
    "s3",
    "scheduler",
    "securityhub",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

/// Which records of a call are about what the rules are about; see [`Access::is_relevant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relevance {
    /// All.
    Always,
    /// Those that are not marked as `readOnly`.
    WhenWriting,
    /// None.
    Never,
}

/// Which records of this call are relevant: `service` is [`Action::service`], `name` is `eventName`.
pub fn relevance(service: &str, name: &str) -> Relevance {
    let always = ALWAYS.contains(&service)
        || (service == "ssm" && name.starts_with("GetParameter"))
        || (matches!(service, "rds" | "ec2") && (name.starts_with("Copy") || name == "StartExportTask"));
    if always {
        Relevance::Always
    } else if WHEN_WRITING.contains(&service) {
        Relevance::WhenWriting
    } else {
        Relevance::Never
    }
}

impl Access {
    /// Resolves a record. Never fails: what the record does not tell is absent or unknown.
    pub fn of(record: &Record<'_>) -> Self {
        let actor = actor::resolve(record);
        // A service event's identity *is* the service; only a call made with somebody's rights is indirect.
        let via = match &actor.principal {
            portcullis_domain::Principal::Service { .. } => None,
            _ => record.user_identity.as_ref().and_then(|identity| owned(identity.invoked_by.as_ref())),
        };
        Self {
            event_id: owned(record.event_id.as_ref()),
            time: record.event_time.as_ref().and_then(|time| parse_time(time.as_str())),
            action: Action {
                service: record.service().to_owned(),
                name: record
                    .event_name
                    .as_ref()
                    .map_or_else(|| "(unnamed)".to_owned(), |name| name.as_str().to_owned()),
            },
            assets: asset::resolve(record),
            alias: asset::alias(record),
            outcome: outcome(record),
            error_code: owned(record.error_code.as_ref()),
            origin: origin(record),
            via,
            account: account(record),
            region: owned(record.aws_region.as_ref()),
            read_only: record.read_only.as_ref().and_then(|read_only| read_only.as_str().parse().ok()),
            parameter: asset::parameter(record),
            actor,
        }
    }

    /// Whether the record is about what the rules are about:
    ///
    /// - any call of KMS, Secrets Manager and CloudTrail;
    /// - of RDS and EC2, copies and exports, which may leave data under another account's key;
    /// - of Parameter Store, reads of values (`GetParameter`, `GetParameters`, `GetParametersByPath`,
    ///   `GetParameterHistory`);
    /// - of SSM, EventBridge and its scheduler, Config, GuardDuty, Security Hub, Macie, Inspector, Detective, Access
    ///   Analyzer, S3, CloudWatch and its logs, Lambda, SQS, SNS, DynamoDB, IAM, STS, CloudFormation and Organizations,
    ///   calls that write: those that CloudTrail does not mark as `readOnly`, so that one without a mark counts.
    ///   `sts:AssumeRole` is marked as reading.
    ///
    /// Everything else in a log file is read, and then of no interest.
    pub fn is_relevant(&self) -> bool {
        match relevance(&self.action.service, &self.action.name) {
            Relevance::Always => true,
            Relevance::WhenWriting => self.read_only != Some(true),
            Relevance::Never => false,
        }
    }

    /// The access as evidence, with the hash of the record's text as received.
    pub fn evidence(&self, record: &Record<'_>) -> Evidence {
        Evidence {
            event_id: self.event_id.clone(),
            time: self.time,
            action: self.action.clone(),
            outcome: self.outcome,
            error_code: self.error_code.clone(),
            origin: self.origin.clone(),
            via: self.via.clone(),
            record_sha256: sha256_hex(record.raw),
        }
    }
}

fn owned(text: Option<&Text<'_>>) -> Option<String> {
    text.map(Text::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn account(record: &Record<'_>) -> Option<AccountId> {
    let recipient = record.recipient_account_id.as_ref();
    let caller = record.user_identity.as_ref().and_then(|identity| identity.account_id.as_ref());
    [recipient, caller].into_iter().flatten().find_map(|id| id.as_str().parse().ok())
}

/// Denials are told by the error code, whose spelling differs by service: `AccessDenied`, `AccessDeniedException`,
/// `Client.UnauthorizedOperation`, `VpceAccessDenied`; failing that, by the message
/// (CIS AWS Foundations Benchmark, *Ensure unauthorized API calls are monitored*).
fn outcome(record: &Record<'_>) -> Outcome {
    let code = record.error_code.as_ref().map_or("", Text::as_str);
    let message = record.error_message.as_ref().map_or("", Text::as_str);
    if code.contains("AccessDenied") || code.contains("UnauthorizedOperation") || denial::speaks_of_denial(message) {
        Outcome::Denied
    } else if code.is_empty() && message.is_empty() {
        Outcome::Success
    } else {
        Outcome::Failed
    }
}

fn origin(record: &Record<'_>) -> Origin {
    let source = match record.source_ip_address.as_ref().map_or("", Text::as_str) {
        "" => Source::Missing,
        "AWS Internal" => Source::AwsInternal,
        text => match text.parse() {
            Ok(ip) => Source::Ip(ip),
            Err(_) if text.contains(".amazonaws.com") => Source::Service(text.to_owned()),
            Err(_) => Source::Other(text.to_owned()),
        },
    };
    Origin {
        source,
        user_agent: owned(record.user_agent.as_ref()),
        vpc_endpoint: owned(record.vpc_endpoint_id.as_ref()),
    }
}

/// ISO 8601 with a zone as CloudTrail writes it; without one, as some exporters do, it is UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let civil_utc =
        || text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(civil_utc)
}

#[cfg(test)]
mod tests {
    use portcullis_domain::Network;
    use test_case::test_case;

    use super::*;

    fn access(rest: &str) -> Access {
        let json = format!(r#"{{"eventName":"Decrypt","eventSource":"kms.amazonaws.com",{rest}}}"#);
        Access::of(&Record::parse(&json).unwrap())
    }

    #[test_case(r#""errorCode":"AccessDenied""#, Outcome::Denied)]
    #[test_case(r#""errorCode":"AccessDeniedException""#, Outcome::Denied)]
    #[test_case(r#""errorCode":"Client.UnauthorizedOperation""#, Outcome::Denied)]
    #[test_case(
        r#""errorCode":"InvalidRequestException","errorMessage":"Access to KMS is not allowed""#,
        Outcome::Denied
    )]
    #[test_case(r#""errorCode":"NotFoundException""#, Outcome::Failed)]
    #[test_case(r#""errorMessage":"Error when executing lambda""#, Outcome::Failed ; "service events may have a message alone")]
    #[test_case(r#""errorCode":null"#, Outcome::Success)]
    fn outcomes(rest: &str, expected: Outcome) {
        assert_eq!(access(rest).outcome, expected);
    }

    #[test_case(r#""sourceIPAddress":"203.0.113.7""#, Network::Public)]
    #[test_case(r#""sourceIPAddress":"10.0.0.1""#, Network::Private)]
    #[test_case(r#""sourceIPAddress":"10.0.0.1","vpcEndpointId":"vpce-1""#, Network::VpcEndpoint)]
    #[test_case(r#""sourceIPAddress":"secretsmanager.amazonaws.com","vpcEndpointId":"vpce-1""#, Network::Aws)]
    #[test_case(r#""sourceIPAddress":"AWS Internal""#, Network::Aws)]
    #[test_case(r#""sourceIPAddress":"2001:db8::1""#, Network::Public)]
    #[test_case(r#""sourceIPAddress":"somewhere""#, Network::Unknown)]
    fn networks(rest: &str, expected: Network) {
        assert_eq!(access(rest).origin.network(), expected);
    }

    #[test_case("2026-01-05T08:10:00Z", true)]
    #[test_case("20131102T010628Z", true ; "basic format")]
    #[test_case("2026-01-05 08:10:00", true ; "no zone")]
    #[test_case("yesterday", false)]
    fn times(text: &str, readable: bool) {
        assert_eq!(access(&format!(r#""eventTime":"{text}""#)).time.is_some(), readable);
    }

    #[test_case("kms", "Decrypt", "true", true)]
    #[test_case("secretsmanager", "ListSecrets", "true", true)]
    #[test_case("cloudtrail", "LookupEvents", "true", true)]
    #[test_case("ssm", "GetParametersByPath", "true", true)]
    #[test_case("ssm", "PutParameter", "false", true)]
    #[test_case("ssm", "DescribeInstanceInformation", "true", false)]
    #[test_case("s3", "PutBucketLifecycle", "false", true)]
    #[test_case("s3", "PutBucketLifecycle", "\"false\"", true ; "a mark as text")]
    #[test_case("s3", "DeleteBucket", "null", true ; "no mark")]
    #[test_case("s3", "GetBucketAcl", "true", false)]
    #[test_case("s3", "GetBucketAcl", "\"true\"", false ; "a reading mark as text")]
    #[test_case("monitoring", "DeleteAlarms", "false", true)]
    #[test_case("iam", "DetachRolePolicy", "false", true)]
    #[test_case("organizations", "LeaveOrganization", "false", true)]
    #[test_case("sts", "AssumeRole", "true", false)]
    #[test_case("ec2", "CopySnapshot", "false", true)]
    #[test_case("rds", "StartExportTask", "false", true)]
    #[test_case("ec2", "RunInstances", "false", false)]
    fn relevance(service: &str, name: &str, read_only: &str, expected: bool) {
        let json =
            format!(r#"{{"eventName":"{name}","eventSource":"{service}.amazonaws.com","readOnly":{read_only}}}"#);
        assert_eq!(Access::of(&Record::parse(&json).unwrap()).is_relevant(), expected);
    }

    #[test]
    fn a_service_acting_with_an_actors_rights() {
        let user = r#""type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a""#;
        let indirect = access(&format!(r#""userIdentity":{{{user},"invokedBy":"secretsmanager.amazonaws.com"}}"#));
        assert_eq!(indirect.via.as_deref(), Some("secretsmanager.amazonaws.com"));
        let itself = access(r#""userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"}"#);
        assert_eq!(itself.via, None);
    }
}
