//! What people call an actor, and whether it is one that rotates the secret.

use portcullis_cloudtrail::{Json, Record};
use portcullis_domain::{Actor, Principal};

/// What people call the principal, the same however it was wielded: its ARN where it has one, else `root of
/// 111122223333`, the service, the account and the caller's unique id, and so on. Session names are left out, because
/// whoever assumes a role chooses them, and counts by actor are not to be escaped by choosing new ones. Absent when the
/// record does not say who called.
pub fn actor_name(principal: &Principal) -> Option<String> {
    match principal {
        Principal::Unknown { .. } | Principal::ForeignAccount { account: None, principal_id: None } => None,
        Principal::UnresolvedRole { session } => {
            // `arn:aws:sts::111122223333:assumed-role/app/session` or `AROA…:session`.
            let end = if session.starts_with("arn:") { session.rfind('/') } else { session.find(':') };
            Some(end.and_then(|end| session.get(..end)).unwrap_or(session).to_owned())
        }
        Principal::ForeignAccount { account, principal_id: Some(id) } => {
            let id = id.split_once(':').map_or(id.as_str(), |(id, _session)| id).to_owned();
            Some(Principal::ForeignAccount { account: account.clone(), principal_id: Some(id) }.to_string())
        }
        named => Some(named.to_string()),
    }
}

/// Whether the actor is one that rotates the secret: the settings name it so (`named`), or the call is a step of a
/// rotation by its nature: credentials of a Lambda function or a service stage a version as `AWSPENDING`
/// (Secrets Manager User Guide, *Lambda rotation functions* and *Managed rotation*).
pub(crate) fn is_rotator(record: &Record<'_>, actor: &Actor, named: Option<bool>) -> bool {
    named == Some(true) || (is_machine(actor) && stages_pending(record))
}

fn is_machine(actor: &Actor) -> bool {
    match &actor.principal {
        Principal::Service { .. } => true,
        // Service-linked roles: only the service can use them.
        Principal::Role { arn, .. } if arn.path().starts_with("/aws-service-role/") => true,
        _ => actor.session.issued_to.as_deref().is_some_and(|issued_to| issued_to.split(':').nth(2) == Some("lambda")),
    }
}

fn stages_pending(record: &Record<'_>) -> bool {
    let Some(parameters) = record.request_parameters.as_ref() else { return false };
    let stages = match record.event_name.as_ref().map_or("", |name| name.as_str()) {
        "PutSecretValue" => parameters.get("versionStages"),
        "UpdateSecretVersionStage" => parameters.get("versionStage"),
        _ => None,
    };
    let is_pending = |stage: &Json<'_>| stage.as_str() == Some("AWSPENDING");
    record.service() == "secretsmanager"
        && stages.is_some_and(|stages| is_pending(stages) || stages.elements().iter().any(is_pending))
}

#[cfg(test)]
mod tests {
    use portcullis_cloudtrail::Access;
    use test_case::test_case;

    use super::*;

    const FOREIGN: &str = "444455556666";

    fn account(id: &str) -> Option<portcullis_domain::AccountId> {
        id.parse().ok()
    }

    #[test_case(&Principal::Role { arn: "arn:aws:iam::111122223333:role/team/app".parse().unwrap(), id: None },
        Some("arn:aws:iam::111122223333:role/team/app") ; "a role")]
    #[test_case(&Principal::Root { account: account("111122223333") }, Some("root of 111122223333") ; "root")]
    #[test_case(&Principal::Service { name: "s3.amazonaws.com".to_owned() }, Some("s3.amazonaws.com") ; "a service")]
    #[test_case(&Principal::ForeignAccount { account: account(FOREIGN), principal_id: Some("AROAX:a".to_owned()) },
        Some("account 444455556666 (AROAX)") ; "a foreign role without its session")]
    #[test_case(&Principal::ForeignAccount { account: account(FOREIGN), principal_id: None }, Some("account 444455556666") ; "a foreign account")]
    #[test_case(&Principal::ForeignAccount { account: None, principal_id: None }, None ; "some foreign account")]
    #[test_case(&Principal::UnresolvedRole { session: "arn:aws:sts::111122223333:assumed-role/app/s1".to_owned() },
        Some("arn:aws:sts::111122223333:assumed-role/app") ; "a role without its path")]
    #[test_case(&Principal::UnresolvedRole { session: "AROAX:s1".to_owned() }, Some("AROAX") ; "a role by its id")]
    #[test_case(&Principal::IdentityCenterUser { user_id: "u-1".to_owned() }, Some("Identity Center user u-1") ; "identity center")]
    #[test_case(&Principal::Unknown { described_as: "no type: nothing named".to_owned() }, None ; "unknown")]
    fn names(principal: &Principal, expected: Option<&str>) {
        assert_eq!(actor_name(principal).as_deref(), expected);
    }

    const ROLE: &str =
        r#""type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/app"}}"#;
    const LINKED: &str = r#""type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"}}"#;
    const LAMBDA: &str = r#""type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/app"}},
        "inScopeOf":{"credentialsIssuedTo":"arn:aws:lambda:eu-west-1:111122223333:function:rotate"}"#;
    const INSTANCE: &str = r#""type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/app"}},
        "inScopeOf":{"credentialsIssuedTo":"arn:aws:ec2:eu-west-1:111122223333:instance/i-1"}"#;
    const SERVICE: &str = r#""type":"AWSService","invokedBy":"rds.amazonaws.com""#;
    const PENDING: &str = r#""PutSecretValue","requestParameters":{"versionStages":["AWSPENDING"]}"#;

    #[test_case(LAMBDA, PENDING, None, true ; "a function stages")]
    #[test_case(SERVICE, PENDING, None, true ; "a service stages")]
    #[test_case(LINKED, PENDING, None, true ; "a service's role stages")]
    #[test_case(ROLE, PENDING, None, false ; "anybody else stages")]
    #[test_case(INSTANCE, PENDING, None, false ; "an instance stages")]
    #[test_case(LAMBDA, r#""UpdateSecretVersionStage","requestParameters":{"versionStage":"AWSPENDING"}"#, None, true ; "a function moves the label")]
    #[test_case(LAMBDA, r#""PutSecretValue","requestParameters":{"versionStages":["AWSCURRENT"]}"#, None, false ; "a function writes the current version")]
    #[test_case(LAMBDA, r#""PutSecretValue","requestParameters":{}"#, None, false ; "a function writes without a stage")]
    #[test_case(LAMBDA, r#""GetSecretValue","requestParameters":{"versionStage":"AWSPENDING"}"#, None, false ; "a function reads")]
    #[test_case(LAMBDA, r#""PutSecretValue","requestParameters":null"#, None, false ; "nothing told")]
    #[test_case(ROLE, r#""UpdateSecret""#, Some(true), true ; "named by the settings")]
    #[test_case(LAMBDA, PENDING, Some(false), true ; "others are named, a function stages")]
    #[test_case(ROLE, PENDING, Some(false), false ; "others are named")]
    fn rotators(identity: &str, call: &str, named: Option<bool>, expected: bool) {
        let json = format!(
            r#"{{"eventSource":"secretsmanager.amazonaws.com","userIdentity":{{{identity}}},"eventName":{call}}}"#
        );
        let record = Record::parse(&json).unwrap();
        assert_eq!(is_rotator(&record, &Access::of(&record).actor, named), expected);
    }
}
