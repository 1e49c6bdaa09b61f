//! Whatever a log says, there are no more metrics than the settings and the catalogue allow.

#![cfg(test)]

mod emf;

use std::collections::{BTreeMap, BTreeSet};

use emf::parse;
use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record};
use portcullis_metrics::{Heartbeat, Known, METRICS, Meter, Metrics, Scope};
use portcullis_settings::{Inventory, Judgement, Settings, Subject};
use proptest::prelude::*;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/portcullis/portcullis-alarms";

fn now() -> Timestamp {
    "2026-01-05T08:10:00Z".parse().unwrap()
}

fn settings() -> Settings {
    let entries = [("payroll", "critical"), ("Löhne", "sensitive"), ("everything", "critical"), ("rest", "standard")];
    let entry = |(name, tier): &(&str, &str)| format!("  - {{name: {name}, secret: '*', tier: {tier}}}\n");
    let entries: String = entries.iter().map(entry).collect();
    let keys = "  - {name: keys, arn: 'arn:aws:kms:*:*:key/*', tier: sensitive}\n";
    let yaml = format!("accounts: ['111122223333']\nmembers: ['444455556666']\nassets:\n{entries}{keys}");
    portcullis_settings::parse(&yaml).unwrap()
}

fn judge(access: &Access, settings: &Settings, inventory: &Inventory) -> Judgement {
    let subject = Subject { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
    settings.judge(&subject, inventory)
}

/// A name as anybody may choose it: new ones all the time.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,12}", "\\PC{1,30}", ".{0,20}"]
}

fn twelve() -> impl Strategy<Value = String> {
    prop_oneof![Just("111122223333".to_owned()), Just("444455556666".to_owned()), "[0-9]{12}", name()]
}

prop_compose! {
    /// A record in which everything that a caller or a service chooses is new.
    fn record()(
        service in prop_oneof!["kms", "secretsmanager", "ssm", "iam", "cloudtrail", name()],
        call in prop_oneof![
            Just("Decrypt".to_owned()), Just("GetSecretValue".to_owned()), Just("DescribeKey".to_owned()),
            Just("GetParameter".to_owned()), Just("RotationFailed".to_owned()), Just("RotateKey".to_owned()),
            Just("PutSecretValue".to_owned()), name()
        ],
        account in twelve(),
        actor in (twelve(), name()),
        asset in (twelve(), name()),
        error in proptest::option::of(prop_oneof![Just("AccessDenied".to_owned()), name()]),
        ip in name(),
        (region, event_id, message) in (name(), name(), proptest::option::of(name())),
        minute in 0..60u8,
    ) -> Value {
        let role = format!("arn:aws:iam::{}:role/{}", actor.0, actor.1);
        json!({
            "eventVersion": "1.11", "eventID": event_id, "eventTime": format!("2026-01-05T07:{minute:02}:00Z"),
            "eventSource": format!("{service}.amazonaws.com"), "eventName": call, "awsRegion": region,
            "sourceIPAddress": ip, "userAgent": message, "errorCode": error, "errorMessage": message,
            "recipientAccountId": account,
            "userIdentity": {"type": "AssumedRole", "arn": role, "accountId": account,
                "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}}},
            "requestParameters": {"secretId": asset.1, "keyId": format!("alias/{}", asset.1)},
            "resources": [{"ARN": format!("arn:aws:kms:eu-west-1:{}:key/{}", asset.0, asset.1)}],
        })
    }
}

/// How many metrics CloudWatch has of these lines: of each name the different sets of dimension values.
fn metrics_of(lines: &[String]) -> Result<BTreeMap<String, BTreeSet<BTreeMap<String, String>>>, TestCaseError> {
    let mut all: BTreeMap<String, BTreeSet<BTreeMap<String, String>>> = BTreeMap::new();
    for line in lines {
        let points = parse(line).map_err(|error| TestCaseError::fail(format!("{error}: {line}")))?;
        for point in points {
            all.entry(point.name).or_default().insert(point.dimensions);
        }
    }
    Ok(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_flood_of_new_names_makes_no_metrics(records in proptest::collection::vec(record(), 1..200)) {
        let (settings, inventory) = (settings(), Inventory::default());
        let home = "111122223333".parse().unwrap();
        let known = Known { settings: &settings, inventory: &inventory, home: Some(&home) };
        let mut metrics = Metrics::new("portcullis");
        let mut meter = Meter::new(Some(Heartbeat::new(ROLE, "portcullis")));
        let mut relevant = 0;
        for record in &records {
            let json = record.to_string();
            prop_assert_eq!(meter.apart(&[&json], now(), Some(&mut metrics)).rest, [&json]);
            let access = Access::of(&Record::parse(&json).unwrap());
            let judgement = judge(&access, &settings, &inventory);
            relevant += usize::from(access.is_relevant());
            meter.count([(&access, &judgement)], &known, now(), &mut metrics);
        }
        meter.finish(&mut metrics);
        let seen = metrics_of(&metrics.lines(now()))?;
        // Rules are not measured here: none is loaded, and so none may be.
        let scope = Scope::of(&settings, 0);
        for metric in METRICS {
            let made = seen.get(metric.name).map_or(0, BTreeSet::len);
            prop_assert!(made <= metric.cardinality(&scope), "{} has {made}", metric.name);
        }
        prop_assert!(relevant == 0 || seen.contains_key("EventAge") || seen.contains_key("RecordsDuplicate"));
        // The bound of everything that can come of accesses is a number that a person can look at.
        let of_accesses: usize = ["SecretAccesses", "KeyUses", "DeniedCalls", "AssetAccesses", "AssetDenied"]
            .iter()
            .filter_map(|name| seen.get(*name).map(BTreeSet::len))
            .sum();
        prop_assert!(of_accesses <= (12 + 4) * 2 + (12 + 4) + 4 + 4, "{of_accesses}");
    }
}

/// The property above is no comfort if nothing is counted at all.
#[test]
fn ordinary_traffic_reaches_every_kind_of_metric() {
    let (settings, inventory) = (settings(), Inventory::default());
    let known = Known { settings: &settings, inventory: &inventory, home: None };
    let mut metrics = Metrics::new("portcullis");
    let mut meter = Meter::default();
    let calls = [
        ("secretsmanager", "GetSecretValue", None),
        ("secretsmanager", "GetSecretValue", Some("AccessDenied")),
        ("kms", "Decrypt", None),
        ("kms", "RotateKey", None),
    ];
    for (number, (service, call, error)) in calls.into_iter().enumerate() {
        let record = json!({
            "eventID": format!("e-{number}"), "eventTime": "2026-01-05T08:00:00Z", "eventName": call,
            "eventSource": format!("{service}.amazonaws.com"), "errorCode": error, "awsRegion": "eu-west-1",
            "recipientAccountId": "111122223333", "requestParameters": {"secretId": "prod/db"},
            "resources": [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/k1"}],
        });
        let json = record.to_string();
        let access = Access::of(&Record::parse(&json).unwrap());
        let judgement = judge(&access, &settings, &inventory);
        meter.count([(&access, &judgement)], &known, now(), &mut metrics);
    }
    meter.finish(&mut metrics);
    let seen = metrics_of(&metrics.lines(now())).unwrap();
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    let expected = [
        "AssetAccesses",
        "AssetDenied",
        "DeniedCalls",
        "EventAge",
        "KeyUses",
        "NewestEventAge",
        "RecordsRead",
        "RecordsRelevant",
        "Rotations",
        "SecretAccesses",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen["AssetAccesses"].len(), 4, "three entries of secrets, one of keys");
}
