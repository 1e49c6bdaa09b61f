//! What records count for, from the record to the line.

#![cfg(test)]

mod emf;

use std::collections::BTreeMap;

use emf::parse;
use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record};
use portcullis_metrics::{Heartbeat, Known, Meter, Metrics};
use portcullis_settings::{Inventory, Settings, Subject};
use serde_json::{Value, json};
use test_case::test_case;

const SETTINGS: &str = "
accounts: ['444455556666']
assets:
  - {name: payroll, secret: prod/payroll/*, tier: critical}
  - {name: payroll key, arn: 'arn:aws:kms:eu-west-1:111122223333:key/k1', tier: sensitive}
  - {name: wiki, secret: wiki, tier: standard}
  - {name: bait, secret: bait, decoy: true}
";

const ROLE: &str = "arn:aws:iam::111122223333:role/portcullis/portcullis-alarms";

fn settings() -> Settings {
    portcullis_settings::parse(SETTINGS).unwrap()
}

fn now() -> Timestamp {
    "2026-01-05T08:10:00Z".parse().unwrap()
}

/// A record of the role `team/reporting`, with the members of `rest` beside or instead of the usual ones.
fn record(id: &str, service: &str, name: &str, rest: Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": "2026-01-05T08:09:30Z", "awsRegion": "eu-west-1",
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "recipientAccountId": "111122223333",
        "userIdentity": {"type": "AssumedRole", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/reporting/laptop",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/team/reporting"}}},
    });
    let Value::Object(rest) = rest else { panic!("an object") };
    record.as_object_mut().unwrap().extend(rest);
    record.to_string()
}

fn secret(name: &str) -> Value {
    json!({"requestParameters": {"secretId": name}})
}

fn denied(name: &str) -> Value {
    json!({"requestParameters": {"secretId": name}, "errorCode": "AccessDeniedException"})
}

fn key() -> Value {
    json!({"resources": [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k1"}]})
}

/// What CloudWatch makes of the records, taken one invocation after another: `Name{values of dimensions} sum`.
fn counted(invocations: &[&[String]]) -> Vec<String> {
    let (settings, inventory) = (settings(), Inventory::default());
    let home = "111122223333".parse().unwrap();
    let known = Known { settings: &settings, inventory: &inventory, home: Some(&home) };
    let mut meter = Meter::new(Some(Heartbeat::new(ROLE, "portcullis")));
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for records in invocations {
        let mut metrics = Metrics::new("portcullis");
        let texts: Vec<&str> = records.iter().map(String::as_str).collect();
        let rest = meter.apart(&texts, now(), Some(&mut metrics)).rest;
        let accesses: Vec<Access> = rest.iter().map(|json| Access::of(&Record::parse(json).unwrap())).collect();
        let judge = |access: &Access| {
            let Access { actor, assets, origin, time, .. } = access;
            settings.judge(&Subject { actor, assets, origin, time: *time }, &inventory)
        };
        let judgements: Vec<_> = accesses.iter().map(judge).collect();
        meter.count(accesses.iter().zip(&judgements), &known, now(), &mut metrics);
        meter.finish(&mut metrics);
        for line in metrics.lines(now()) {
            for point in parse(&line).unwrap() {
                let dimensions: Vec<&str> = point
                    .dimensions
                    .iter()
                    .filter(|(name, _)| *name != "Stack")
                    .map(|(_, value)| value.as_str())
                    .collect();
                *sums.entry(format!("{}{{{}}}", point.name, dimensions.join(","))).or_default() +=
                    point.values.iter().sum::<f64>();
            }
        }
    }
    sums.into_iter().filter(|(_, sum)| *sum != 0.0).map(|(name, sum)| format!("{name} {sum}")).collect()
}

/// Without what every record counts for.
fn accesses(records: &[String]) -> Vec<String> {
    let all = counted(&[records]);
    all.into_iter().filter(|line| !line.starts_with("Records") && !line.contains("EventAge")).collect()
}

#[test]
fn a_read_of_a_critical_secret() {
    let records = [record("e-1", "secretsmanager", "GetSecretValue", secret("prod/payroll/db"))];
    let expected = [
        "AssetAccesses{payroll} 1",
        "EventAge{} 30",
        "NewestEventAge{} 30",
        "RecordsRead{} 1",
        "RecordsRelevant{} 1",
        "SecretAccesses{111122223333} 1",
        "SecretAccesses{success,critical} 1",
    ];
    assert_eq!(counted(&[&records]), expected);
}

#[test]
fn who_it_was_is_beside_the_metric() {
    let (settings, inventory) = (settings(), Inventory::default());
    let known = Known { settings: &settings, inventory: &inventory, home: None };
    let json = record("e-1", "secretsmanager", "GetSecretValue", denied("prod/payroll/db"));
    let access = Access::of(&Record::parse(&json).unwrap());
    let Access { actor, assets, origin, .. } = &access;
    let judgement = settings.judge(&Subject { actor, assets, origin, time: None }, &inventory);
    let mut metrics = Metrics::new("portcullis");
    portcullis_metrics::measure(&access, &judgement, &known, &mut metrics);
    let lines: Vec<Value> = metrics.lines(now()).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<_> = lines.iter().filter(|line| line.get("Actor").is_some()).collect();
    let [line] = said.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line["Actor"], "arn:aws:iam::111122223333:role/team/reporting");
    assert_eq!(
        (&line["Asset"], &line["AssetAccesses"], &line["AssetDenied"]),
        (&json!("payroll"), &Value::Null, &json!(1.0)),
        "what was denied got nobody anything"
    );
}

/// One read of a secret has two records: that of Secrets Manager, and that of the key it decrypts with.
#[test]
fn what_secrets_manager_decrypts_is_no_second_use_of_the_secret() {
    let behind = json!({
        "sourceIPAddress": "secretsmanager.amazonaws.com",
        "userIdentity": {"type": "AssumedRole", "invokedBy": "secretsmanager.amazonaws.com",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/team/reporting"}}},
        "resources": [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k1"}],
        "requestParameters": {"encryptionContext": {
            "SecretARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-AbCdEf", "SecretVersionId": "v1"}},
    });
    let records = [
        record("e-1", "secretsmanager", "GetSecretValue", secret("prod/payroll/db")),
        record("e-2", "kms", "Decrypt", behind),
    ];
    let expected = [
        "AssetAccesses{payroll key} 1",
        "AssetAccesses{payroll} 1",
        "KeyUses{111122223333} 1",
        "KeyUses{success,critical} 1",
        "SecretAccesses{111122223333} 1",
        "SecretAccesses{success,critical} 1",
    ];
    assert_eq!(accesses(&records), expected);
}

#[test]
fn looking_is_no_use_and_being_denied_a_look_is_a_denial() {
    assert!(accesses(&[record("e-1", "secretsmanager", "DescribeSecret", secret("prod/payroll/db"))]).is_empty());
    let expected = ["AssetDenied{payroll} 1", "DeniedCalls{111122223333} 1", "DeniedCalls{secretsmanager,critical} 1"];
    assert_eq!(accesses(&[record("e-1", "secretsmanager", "DescribeSecret", denied("prod/payroll/db"))]), expected);
}

#[test_case("wiki", "standard" ; "standard")]
#[test_case("bait", "unclassified" ; "a decoy")]
#[test_case("somebodys", "unclassified" ; "in no entry")]
fn assets_that_are_not_watched_have_no_metric_of_their_own(name: &str, tier: &str) {
    let expected = ["SecretAccesses{111122223333} 1".to_owned(), format!("SecretAccesses{{success,{tier}}} 1")];
    assert_eq!(accesses(&[record("e-1", "secretsmanager", "GetSecretValue", secret(name))]), expected);
}

#[test_case("111122223333", "111122223333" ; "home")]
#[test_case("444455556666", "444455556666" ; "one of the settings")]
#[test_case("123456789012", "other" ; "somebody's")]
#[test_case("", "other" ; "not told")]
fn accounts(logged_by: &str, expected: &str) {
    let mut rest = key();
    let members = rest.as_object_mut().unwrap();
    members.insert("recipientAccountId".to_owned(), json!(logged_by));
    members.insert("userIdentity".to_owned(), json!({"type": "AWSService", "invokedBy": "s3.amazonaws.com"}));
    let counted = accesses(&[record("e-1", "kms", "GenerateDataKey", rest)]);
    assert!(counted.contains(&format!("KeyUses{{{expected}}} 1")), "{counted:?}");
}

#[test]
fn rotations() {
    let service = json!({"userIdentity": {"accountId": "111122223333", "invokedBy": "secretsmanager.amazonaws.com"},
        "eventType": "AwsServiceEvent", "additionalEventData": {"SecretId": "prod/payroll/db"}});
    let mut records = vec![record("e-0", "secretsmanager", "RotateSecret", secret("prod/payroll/db"))];
    for (number, name) in
        ["RotationStarted", "RotationFailed", "RotationStarted", "RotationSucceeded"].iter().enumerate()
    {
        records.push(record(&format!("s-{number}"), "secretsmanager", name, service.clone()));
    }
    records.push(record("k-1", "kms", "RotateKeyOnDemand", key()));
    records.push(record("k-2", "kms", "RotateKey", key()));
    let expected = [
        "AssetAccesses{payroll key} 1",
        "AssetAccesses{payroll} 1",
        "KeyUses{111122223333} 1",
        "KeyUses{success,sensitive} 1",
        "Rotations{failed,secretsmanager} 1",
        "Rotations{started,kms} 1",
        "Rotations{started,secretsmanager} 2",
        "Rotations{succeeded,kms} 1",
        "Rotations{succeeded,secretsmanager} 1",
        "SecretAccesses{111122223333} 1",
        "SecretAccesses{success,critical} 1",
    ];
    assert_eq!(accesses(&records), expected);
}

#[test]
fn a_record_that_comes_again_is_told_and_counts_for_nothing() {
    let read = record("e-1", "secretsmanager", "GetSecretValue", secret("prod/payroll/db"));
    let other = record("e-2", "secretsmanager", "GetSecretValue", secret("prod/payroll/db"));
    let anonymous = record("", "secretsmanager", "GetSecretValue", secret("prod/payroll/db"));
    let twice = [anonymous.clone(), anonymous];
    let counted = counted(&[&[read.clone(), read.clone()], &[read, other], &twice]);
    for expected in ["AssetAccesses{payroll} 4", "RecordsDuplicate{} 2", "RecordsRead{} 6", "RecordsRelevant{} 6"] {
        assert!(counted.contains(&expected.to_owned()), "{counted:?}");
    }
}

#[test]
fn the_newest_of_each_invocation() {
    let at = |id: &str, time: &str| record(id, "kms", "Decrypt", json!({"eventTime": time}));
    let first = [at("a", "2026-01-05T08:00:00Z"), at("b", "2026-01-05T08:09:00Z"), at("c", "2026-01-05T07:00:00Z")];
    // A clock that is ahead does not make the others younger.
    let second = [at("d", "2026-01-05T08:11:00Z"), at("e", "2026-01-05T08:05:00Z")];
    let counted = counted(&[&first, &second, &[]]);
    assert!(counted.contains(&"NewestEventAge{} 60".to_owned()), "{counted:?}");
    assert!(counted.contains(&format!("EventAge{{}} {}", 600 + 60 + 4200 + 300)), "{counted:?}");
}

fn beat(id: &str, service: &str, name: &str, parameters: &Value) -> String {
    let alarms = json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE}}});
    let rest = json!({"userIdentity": alarms, "errorCode": "AccessDenied", "requestParameters": parameters});
    record(id, service, name, rest)
}

#[test]
fn a_heartbeat_counts_for_itself_and_nothing_else() {
    let key = beat("e-1", "kms", "DescribeKey", &json!({"keyId": "alias/aws/secretsmanager"}));
    let secret = beat("e-2", "secretsmanager", "DescribeSecret", &json!({"secretId": "portcullis-heartbeat"}));
    let expected = [
        "HeartbeatDelay{kms} 30",
        "HeartbeatDelay{secretsmanager} 30",
        "Heartbeats{kms} 1",
        "Heartbeats{secretsmanager} 1",
    ];
    assert_eq!(counted(&[&[key.clone(), secret], &[key]]), expected);
}

#[test]
fn heartbeats_are_left_out_and_their_places_kept() {
    let beat = beat("e-1", "kms", "DescribeKey", &json!({"keyId": "alias/aws/secretsmanager"}));
    let texts = ["not JSON", beat.as_str(), "{}", beat.as_str()];
    let mut metrics = Metrics::new("portcullis");
    let apart = Meter::new(Some(Heartbeat::new(ROLE, "portcullis"))).apart(&texts, now(), Some(&mut metrics));
    assert_eq!(apart.rest, ["not JSON", "{}"]);
    assert_eq!(apart.in_step(["a", "b"]), [Some("a"), None, Some("b"), None]);
    let all = Meter::default().apart(&texts, now(), Some(&mut metrics));
    assert_eq!(all.rest, texts, "without a role nothing is a heartbeat");
}

/// Log files come even where no event does any more.
#[test]
fn a_heartbeat_in_a_log_file_counts_for_nothing() {
    let beat = beat("e-1", "kms", "DescribeKey", &json!({"keyId": "alias/aws/secretsmanager"}));
    let mut meter = Meter::new(Some(Heartbeat::new(ROLE, "portcullis")));
    assert!(meter.apart(&[&beat], now(), None).rest.is_empty());
    let mut metrics = Metrics::new("portcullis");
    assert!(meter.apart(&[&beat], now(), Some(&mut metrics)).rest.is_empty());
    assert!(metrics.values().any(|(metric, ..)| metric.name == "Heartbeats"), "the event itself does, later too");
}

#[test]
fn our_own_look_at_a_key_that_does_not_let_us_is_no_denial() {
    let look = |call: &str| beat("e-1", "kms", call, &json!({}));
    let denied = |call: &str| counted(&[&[look(call)]]).iter().any(|line| line.starts_with("DeniedCalls"));
    assert!(!denied("GetKeyRotationStatus"));
    assert!(denied("Decrypt"), "whatever else its credentials are tried for");
}
