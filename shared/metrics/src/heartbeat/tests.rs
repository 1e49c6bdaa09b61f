use portcullis_domain::Outcome;
use test_case::test_case;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/portcullis/portcullis-alarms";

fn record(role: &str, service: &str, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventID":"e-1","eventTime":"2026-01-05T08:10:00Z","awsRegion":"eu-west-1",
        "eventSource":"{service}.amazonaws.com","eventName":"{name}","readOnly":true,"recipientAccountId":"111122223333",
        "userIdentity":{{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/portcullis-alarms/portcullis-alarms",
        "accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"{role}"}}}}}},{rest}}}"#
    )
}

const KEY: &str = r#""requestParameters":{"keyId":"alias/aws/secretsmanager"}"#;
const KEY_DENIED: &str = r#""requestParameters":null,"errorCode":"AccessDenied","errorMessage":"User: u is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:eu-west-1:111122223333:alias/aws/secretsmanager because no""#;
const SECRET: &str =
    r#""requestParameters":{"secretId":"portcullis-heartbeat"},"errorCode":"ResourceNotFoundException""#;
const SECRET_DENIED: &str = r#""requestParameters":null,"errorCode":"AccessDeniedException","errorMessage":"User: u is not authorized to perform: secretsmanager:DescribeSecret on resource: portcullis-heartbeat because no""#;

#[test_case("kms", "DescribeKey", KEY ; "a key")]
#[test_case("kms", "DescribeKey", &format!(r#"{KEY},"errorCode":"NotFoundException""#) ; "a key that does not exist")]
#[test_case("kms", "DescribeKey", &format!(r#"{KEY},"resources":[{{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}}]"#) ; "a key that exists")]
#[test_case("kms", "DescribeKey", &KEY.replace("alias/", "arn:aws:kms:eu-west-1:111122223333:alias/") ; "a key by its alias's ARN")]
#[test_case("kms", "DescribeKey", KEY_DENIED ; "a key, denied")]
#[test_case("secretsmanager", "DescribeSecret", SECRET ; "a secret")]
#[test_case("secretsmanager", "DescribeSecret", SECRET_DENIED ; "a secret, denied")]
fn heartbeats(service: &str, name: &str, rest: &str) {
    let access = Heartbeat::new(ROLE, "portcullis").of(&record(ROLE, service, name, rest)).unwrap();
    assert_eq!(access.action.service, service);
    assert_eq!(access.outcome == Outcome::Denied, rest.contains("AccessDenied"));
}

/// Whoever holds the role's credentials hides nothing else by them, and nobody else hides anything.
#[test_case(ROLE, "kms", "Decrypt", KEY ; "another call of KMS")]
#[test_case(ROLE, "secretsmanager", "GetSecretValue", SECRET ; "another call of Secrets Manager")]
#[test_case(ROLE, "kms", "DescribeKey", r#""requestParameters":{"keyId":"alias/payroll"}"# ; "another key")]
#[test_case(ROLE, "kms", "DescribeKey", &KEY_DENIED.replace("alias/aws/secretsmanager", "key/1234abcd-12ab-34cd-56ef-1234567890ab") ; "another key, denied")]
#[test_case(ROLE, "kms", "DescribeKey", r#""requestParameters":null,"errorCode":"AccessDenied""# ; "denied, nobody knows what")]
#[test_case(ROLE, "kms", "DescribeKey", r#""requestParameters":{"keyId":"alias/payroll"},"errorMessage":"alias/aws/secretsmanager""# ; "a message is not what was asked for")]
#[test_case(ROLE, "secretsmanager", "DescribeSecret", r#""requestParameters":{"secretId":"prod/portcullis-heartbeat"}"# ; "another secret")]
#[test_case(ROLE, "secretsmanager", "DescribeSecret", r#""requestParameters":{"secretId":"gatehouse-heartbeat"}"# ; "another stack's")]
#[test_case("arn:aws:iam::111122223333:role/portcullis-alarms", "kms", "DescribeKey", KEY ; "the same name at another path")]
#[test_case("arn:aws:iam::444455556666:role/portcullis/portcullis-alarms", "kms", "DescribeKey", KEY ; "the same name in another account")]
fn no_heartbeats(role: &str, service: &str, name: &str, rest: &str) {
    assert_eq!(Heartbeat::new(ROLE, "portcullis").of(&record(role, service, name, rest)), None);
}

#[test]
fn what_cannot_be_read_is_none() {
    let heartbeat = Heartbeat::new(ROLE, "portcullis");
    assert_eq!(heartbeat.of("portcullis-alarms {"), None);
    assert_eq!(Heartbeat::new("", "portcullis").of(&record(ROLE, "kms", "DescribeKey", KEY)), None);
}
