use std::collections::BTreeSet;

use portcullis_cloudtrail::{Access, Record};
use portcullis_domain::Tier;
use portcullis_knowledge::{History, RateLevel};
use portcullis_settings::{Judgement, Settings};
use rsigma_eval::Event;
use test_case::test_case;

use crate::context::Context;
use crate::fields::PORTCULLIS_FIELDS;

use super::*;

const ROLE: &str = r#""userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/app/s",
    "sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/team/app"}},
    "inScopeOf":{"credentialsIssuedTo":"arn:aws:lambda:eu-west-1:111122223333:function:f"}},
    "sourceIPAddress":"198.51.100.7","recipientAccountId":"111122223333","awsRegion":"eu-west-1""#;
const KEYS: &str = r#""eventSource":"kms.amazonaws.com","eventName":"ReEncrypt","requestParameters":{},
    "resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"},{"ARN":"arn:aws:kms:eu-west-1:444455556666:key/k2"}]"#;
const SECRET: &str = r#""eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue",
    "requestParameters":{"secretId":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"}"#;
const TRAIL: &str = r#""eventSource":"cloudtrail.amazonaws.com","eventName":"PutEventSelectors",
    "requestParameters":{"eventSelectors":[{"includeManagementEvents":false}]}"#;
const BUCKET: &str = r#""eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","requestParameters":{"bucketName":"cloudtrail-logs"}"#;
const IDENTITY: &str =
    r#""eventSource":"iam.amazonaws.com","eventName":"DetachRolePolicy","requestParameters":{"roleName":"app"}"#;
const QUEUE: &str = r#""eventSource":"sqs.amazonaws.com","eventName":"DeleteQueue",
    "requestParameters":{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/portcullis-events"}"#;
const SERVICE: &str = r#""eventSource":"kms.amazonaws.com","eventName":"Decrypt","sourceIPAddress":"rds.amazonaws.com",
    "vpcEndpointId":"vpce-1","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a","invokedBy":"rds.amazonaws.com"}"#;
const ENDPOINT: &str = r#""eventSource":"kms.amazonaws.com","eventName":"Decrypt","sourceIPAddress":"198.51.100.7","vpcEndpointId":"vpce-1""#;

/// Everything that can be known, all of it of note.
fn judgement() -> Judgement {
    Judgement {
        tier: Some(Tier::Critical),
        authorized: Some(false),
        protected: true,
        decoy: true,
        rotator: Some(true),
        off_hours: Some(true),
        change: Some("key migration".to_owned()),
        network: Some("office".to_owned()),
        ..Judgement::default()
    }
}

fn history() -> History {
    History {
        first_seen: Some(true),
        learning: Some(false),
        origin_first_seen: Some(true),
        origin_first_use: Some(true),
        asset_first_use: Some(false),
        rate: Some(RateLevel::Above),
    }
}

fn context() -> Context {
    Context {
        stack: "portcullis".to_owned(),
        quarantined: BTreeSet::from(["arn:aws:iam::111122223333:role/team/app".to_owned()]),
        geo: Some(crate::geo::tests::geo()),
    }
}

fn show(rest: &str, field: &str, judgement: &Judgement, history: History, context: &Context) -> String {
    let json = format!("{{{rest}}}");
    let record = Record::parse(&json).unwrap();
    let access = Access::of(&record);
    let settings = Settings::default();
    let event =
        RuleEvent { record: &record, access: &access, judgement, history: &history, settings: &settings, context };
    event.get_field(field).map_or("absent".to_owned(), |value| value.to_json().to_string())
}

#[test_case(KEYS, "actor.kind", "\"role\"", "\"role\"")]
#[test_case(
    KEYS,
    "actor.arn",
    "\"arn:aws:iam::111122223333:role/team/app\"",
    "\"arn:aws:iam::111122223333:role/team/app\""
)]
#[test_case(
    KEYS,
    "actor.role",
    "\"arn:aws:iam::111122223333:role/team/app\"",
    "\"arn:aws:iam::111122223333:role/team/app\""
)]
#[test_case(
    KEYS,
    "actor.name",
    "\"arn:aws:iam::111122223333:role/team/app\"",
    "\"arn:aws:iam::111122223333:role/team/app\""
)]
#[test_case(KEYS, "actor.authorized", "false", "absent")]
#[test_case(KEYS, "actor.protected", "true", "false")]
#[test_case(
    KEYS,
    "actor.issued_to",
    "\"arn:aws:lambda:eu-west-1:111122223333:function:f\"",
    "\"arn:aws:lambda:eu-west-1:111122223333:function:f\""
)]
#[test_case(KEYS, "actor.rotator", "true", "false")]
#[test_case(KEYS, "actor.quarantined", "true", "absent")]
#[test_case(
    KEYS,
    "asset.arn",
    r#"["arn:aws:kms:eu-west-1:111122223333:key/k1","arn:aws:kms:eu-west-1:444455556666:key/k2"]"#,
    r#"["arn:aws:kms:eu-west-1:111122223333:key/k1","arn:aws:kms:eu-west-1:444455556666:key/k2"]"#
)]
#[test_case(KEYS, "asset.kind", r#"["key","key"]"#, r#"["key","key"]"#)]
#[test_case(SECRET, "asset.name", "\"prod/db\"", "\"prod/db\"")]
#[test_case(SECRET, "asset.tier", "\"critical\"", "absent")]
#[test_case(SECRET, "asset.decoy", "true", "absent")]
#[test_case(SECRET, "asset.first_use", "false", "absent")]
#[test_case(SECRET, "outcome", "\"success\"", "\"success\"")]
#[test_case(SECRET, "via", "absent", "absent")]
#[test_case(SECRET, "origin.ip", "\"198.51.100.7\"", "\"198.51.100.7\"")]
#[test_case(SECRET, "origin.network", "\"public\"", "\"public\"")]
#[test_case(SECRET, "origin.name", "\"office\"", "absent")]
#[test_case(SECRET, "origin.id", "\"office\"", "\"198.51.100.0/24\"")]
#[test_case(SECRET, "origin.country", "\"DE\"", "absent")]
#[test_case(SECRET, "origin.asn", "64496", "absent")]
#[test_case(SECRET, "origin.organization", "\"Example Carrier\"", "absent")]
#[test_case(SECRET, "origin.first_seen", "true", "absent")]
#[test_case(SECRET, "origin.first_use", "true", "absent")]
#[test_case(SECRET, "time.off_hours", "true", "absent")]
#[test_case(SECRET, "time.change", "\"key migration\"", "absent")]
#[test_case(SECRET, "first_seen", "true", "absent")]
#[test_case(SECRET, "learning", "false", "absent")]
#[test_case(SECRET, "rate.level", "\"above\"", "absent")]
#[test_case(KEYS, "exposes_to", r#"["foreign-account"]"#, r#"["foreign-account"]"#)]
#[test_case(BUCKET, "audit.store", "\"likely\"", "\"likely\"")]
#[test_case(QUEUE, "self", "true", "absent")]
#[test_case(TRAIL, "trail.lost", r#"["management"]"#, r#"["management"]"#)]
#[test_case(IDENTITY, "target.quarantined", "true", "absent")]
#[test_case(SECRET, "target.quarantined", "absent", "absent" ; "nobody is the target")]
#[test_case(SECRET, "target.name", "absent", "absent" ; "no such field of a target")]
#[test_case(SECRET, "exposes_to", "absent", "absent" ; "exposes nothing")]
#[test_case(SECRET, "audit.store", "absent", "absent" ; "no audit store")]
#[test_case(SECRET, "self", "absent", "absent" ; "not the stack")]
#[test_case(SECRET, "trail.lost", "absent", "absent" ; "loses nothing")]
#[test_case(SECRET, "nothing", "absent", "absent" ; "no such field")]
#[test_case(SECRET, "time.zone", "absent", "absent" ; "no such field of a group")]
fn fields(call: &str, field: &str, with_everything: &str, with_nothing: &str) {
    let (record, field) = (format!("{ROLE},{call}"), format!("portcullis.{field}"));
    assert_eq!(show(&record, &field, &judgement(), history(), &context()), with_everything, "everything known");
    let nothing = (Judgement::default(), History::default(), Context::default());
    assert_eq!(show(&record, &field, &nothing.0, nothing.1, &nothing.2), with_nothing, "nothing known");
}

#[test_case(SERVICE, "via", "\"rds.amazonaws.com\"")]
#[test_case(SERVICE, "origin.network", "\"aws\"")]
#[test_case(SERVICE, "origin.id", "absent" ; "a service is nowhere")]
#[test_case(SERVICE, "origin.ip", "absent" ; "a service has no address")]
#[test_case(SERVICE, "actor.role", "absent" ; "a user is no role")]
#[test_case(SERVICE, "actor.quarantined", "absent" ; "another is in quarantine")]
#[test_case(ENDPOINT, "origin.country", "absent" ; "addresses behind an endpoint are anybody's")]
#[test_case(ENDPOINT, "origin.id", "\"vpce-1\"" ; "the endpoint")]
#[test_case(ENDPOINT, "actor.name", "absent" ; "nobody named")]
fn other_origins_and_actors(record: &str, field: &str, expected: &str) {
    let shown = show(record, &format!("portcullis.{field}"), &Judgement::default(), history(), &context());
    assert_eq!(shown, expected);
}

#[test]
fn every_field_that_rules_may_use_can_have_a_value() {
    let records = [KEYS, SECRET, TRAIL, BUCKET, IDENTITY, QUEUE].map(|call| format!("{ROLE},{call}"));
    let records: Vec<&str> = records.iter().map(String::as_str).chain([SERVICE]).collect();
    for (field, _) in PORTCULLIS_FIELDS {
        let told = records.iter().any(|record| show(record, field, &judgement(), history(), &context()) != "absent");
        assert!(told, "{field} is listed, and no record has it");
    }
}
