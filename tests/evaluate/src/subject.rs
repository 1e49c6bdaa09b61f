//! What a record is about, and whether a label speaks of the same.

use std::collections::BTreeSet;

use portcullis_cloudtrail::{Json, Record, Text};
use serde::Serialize;

/// What Portcullis watches. A record about none of these is not scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Keys of KMS.
    Keys,
    /// Secrets of Secrets Manager.
    Secrets,
    /// Parameters of Parameter Store.
    Parameters,
    /// The audit trail and what watches it: CloudTrail, the bucket and the log group it writes to, alarms on them,
    /// rules of EventBridge, the recorder of Config, GuardDuty, Security Hub.
    Trail,
}

impl Subject {
    /// The subject of a record, by itself.
    pub fn of(record: &Record<'_>) -> Option<Self> {
        let name = record.event_name.as_ref().map_or("", Text::as_str);
        match record.service() {
            "kms" => Some(Self::Keys),
            "secretsmanager" => Some(Self::Secrets),
            "ssm" if name.contains("Parameter") => Some(Self::Parameters),
            "cloudtrail" | "guardduty" | "securityhub" => Some(Self::Trail),
            "config" if CONFIG.iter().any(|part| name.contains(part)) => Some(Self::Trail),
            "events" if name.contains("Rule") || name.contains("Targets") => Some(Self::Trail),
            "s3" | "logs" | "monitoring" if touches_a_store(record) && keeps_audit_logs(record) => Some(Self::Trail),
            _ => None,
        }
    }

    /// The subject of a record that is described like this: a bucket, a log group or an alarm whose name says nothing
    /// is the trail's where the description says so. Names of rules are no description: many begin with `cloudtrail`
    /// because that is where their records come from.
    pub fn under(record: &Record<'_>, description: &BTreeSet<String>) -> Option<Self> {
        let told = description.contains("cloudtrail") || description.contains("trail");
        Self::of(record).or_else(|| (told && touches_a_store(record)).then_some(Self::Trail))
    }

    /// Whether a label with these words speaks of the subject. A label without words can only mean the record.
    pub fn is_named_in(self, words: &BTreeSet<String>) -> bool {
        let named: &[&str] = match self {
            Self::Keys => &["kms", "key", "keys", "cmk", "cmks", "grant", "grants", "decrypt", "encrypt"],
            Self::Secrets => &["secret", "secrets", "secretsmanager"],
            Self::Parameters => &["parameter", "parameters", "parameterstore", "securestring", "securestrings"],
            Self::Trail => &[
                "trail",
                "trails",
                "cloudtrail",
                "audit",
                "log",
                "logs",
                "logging",
                "guardduty",
                "detector",
                "config",
                "recorder",
                "securityhub",
                "insight",
                "insights",
                "finding",
                "findings",
                "eventbridge",
                "selector",
                "selectors",
                "lifecycle",
            ],
        };
        words.is_empty() || named.iter().any(|word| words.contains(*word))
    }
}

/// Config's own machinery; evaluations of other resources are its ordinary work.
const CONFIG: [&str; 4] = ["ConfigurationRecorder", "DeliveryChannel", "ConfigRule", "RetentionConfiguration"];

/// Settings of a bucket or of a log group, and changes of what lies in them; alarms. Reading what lies there does not
/// harm it.
fn touches_a_store(record: &Record<'_>) -> bool {
    let name = record.event_name.as_ref().map_or("", Text::as_str);
    match record.service() {
        "s3" => {
            let object = name.contains("Object") && !name.starts_with("Get") && !name.starts_with("Head");
            name.contains("Bucket") || object
        }
        "logs" => ["Log", "Retention", "SubscriptionFilter", "MetricFilter"].iter().any(|part| name.contains(part)),
        "monitoring" => name.contains("Alarm"),
        _ => false,
    }
}

/// Whether the bucket, the log group or the alarm is called as those of an audit trail are.
fn keeps_audit_logs(record: &Record<'_>) -> bool {
    let parameters = record.request_parameters.as_ref();
    let named = ["bucketName", "logGroupName", "logGroupIdentifier", "resourceArn", "alarmName", "alarmNames"];
    let values = named.iter().filter_map(|name| parameters.and_then(|p| p.get(name)));
    let mut names =
        values.flat_map(|value| value.as_str().into_iter().chain(value.elements().iter().filter_map(Json::as_str)));
    // A denied call often carries no parameters; its message ends in what was asked for.
    let refused = record.error_message.as_ref().and_then(|message| message.as_str().split_once("on resource: "));
    names.any(is_audit_name) || refused.is_some_and(|(_, resource)| is_audit_name(resource))
}

/// Whole parts of the name, so that `contrail-tickets` and `auditorium` are not meant.
fn is_audit_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let archive = parts.iter().zip(parts.iter().skip(1)).any(|(a, b)| *a == "log" && *b == "archive");
    archive
        || parts
            .iter()
            .any(|part| ["trail", "trails", "audit", "audits"].contains(part) || part.starts_with("cloudtrail"))
}

/// The words of a text, lower case: parted where letters end and where a capital follows a small letter. Neighbours
/// are joined as well, so that `CloudTrail`, `cloud trail` and `cloud-trail` all have `cloudtrail`.
pub fn words(text: &str) -> BTreeSet<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before_small = false;
    for c in text.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_small) {
            parts.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(c.to_lowercase());
        }
        before_small = c.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    let joined: Vec<String> = parts.iter().zip(parts.iter().skip(1)).map(|(a, b)| format!("{a}{b}")).collect();
    parts.into_iter().chain(joined).collect()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn subject(service: &str, name: &str, parameters: &str) -> Option<Subject> {
        let json = format!(
            r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{name}","requestParameters":{parameters}}}"#
        );
        Subject::of(&Record::parse(&json).unwrap())
    }

    #[test_case("kms", "Decrypt", Some(Subject::Keys))]
    #[test_case("secretsmanager", "ListSecrets", Some(Subject::Secrets))]
    #[test_case("ssm", "GetParametersByPath", Some(Subject::Parameters))]
    #[test_case("ssm", "SendCommand", None)]
    #[test_case("cloudtrail", "LookupEvents", Some(Subject::Trail))]
    #[test_case("config", "StopConfigurationRecorder", Some(Subject::Trail))]
    #[test_case("config", "PutEvaluations", None)]
    #[test_case("events", "RemoveTargets", Some(Subject::Trail))]
    #[test_case("events", "PutEvents", None)]
    #[test_case("ec2", "RunInstances", None)]
    fn by_the_call(service: &str, name: &str, expected: Option<Subject>) {
        assert_eq!(subject(service, name, "null"), expected);
    }

    #[test_case("s3", "PutBucketLifecycle", r#"{"bucketName":"org-trail-logs"}"#, true)]
    #[test_case("s3", "PutBucketLifecycle", r#"{"bucketName":"aws-cloudtrail-logs-111122223333"}"#, true)]
    #[test_case("s3", "DeleteObject", r#"{"bucketName":"acme-log-archive"}"#, true)]
    #[test_case("s3", "GetObject", r#"{"bucketName":"org-trail-logs"}"#, false)]
    #[test_case("s3", "PutBucketLifecycle", r#"{"bucketName":"contrail-tickets"}"#, false)]
    #[test_case("logs", "DeleteLogGroup", r#"{"logGroupName":"org-trail"}"#, true)]
    #[test_case("logs", "DeleteLogGroup", r#"{"logGroupName":"/aws/lambda/web"}"#, false)]
    #[test_case("monitoring", "DeleteAlarms", r#"{"alarmNames":["cpu","cloudtrail-changes"]}"#, true)]
    #[test_case("monitoring", "DeleteAlarms", r#"{"alarmNames":["cpu"]}"#, false)]
    fn stores_by_their_name(service: &str, name: &str, parameters: &str, expected: bool) {
        assert_eq!(subject(service, name, parameters) == Some(Subject::Trail), expected);
    }

    #[test]
    fn a_denied_store_is_named_in_the_message() {
        let json = r#"{"eventSource":"logs.amazonaws.com","eventName":"DeleteLogGroup","errorMessage":"User: u is not authorized to perform: logs:DeleteLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:org-trail"}"#;
        assert_eq!(Subject::of(&Record::parse(json).unwrap()), Some(Subject::Trail));
    }

    #[test]
    fn a_label_can_name_the_store() {
        let json = r#"{"eventSource":"s3.amazonaws.com","eventName":"PutBucketLifecycle","requestParameters":{"bucketName":"b"}}"#;
        let record = Record::parse(json).unwrap();
        assert_eq!(
            Subject::under(&record, &words("aws.defense-evasion.cloudtrail-lifecycle-rule")),
            Some(Subject::Trail)
        );
        assert_eq!(Subject::under(&record, &words("S3 lifecycle rule")), None);
    }

    #[test_case(Subject::Keys, "AWS.KMS.KeyLoss", true)]
    #[test_case(Subject::Keys, "AWS.UnusedRegion Unauthorized region", false)]
    #[test_case(Subject::Trail, "Disabling GuardDuty", true)]
    #[test_case(Subject::Trail, "Somebody logins at night", false ; "part of a word is not the word")]
    #[test_case(Subject::Secrets, "", true ; "no words")]
    fn labels_that_speak_of_it(subject: Subject, text: &str, expected: bool) {
        assert_eq!(subject.is_named_in(&words(text)), expected);
    }
}
