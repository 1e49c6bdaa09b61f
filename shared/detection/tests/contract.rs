//! Any order, any duplication, any batching, any number of workers at once: the same findings, with the same evidence.
//! Here from records to findings, over the whole pack; what windows promise by themselves stands in `portcullis-windows`.

#![cfg(test)]

#[path = "../../windows/tests/support/turns.rs"]
mod turns;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use portcullis_detection::memory::{Detector, Findings};
use portcullis_detection::{Context, Delivery, Memory, Pipeline, RuleSet, Tally, built_in};
use portcullis_domain::Finding;
use portcullis_knowledge::{Knowledge, MemoryKnowledge};
use portcullis_settings::Inventory;
use portcullis_windows::MemoryWindows;
use proptest::prelude::*;
use serde_json::{Value, json};
use turns::{Task, TurnTaking, take_turns};

/// Rules whose fields depend on what was seen before promise less: see `portcullis-knowledge`.
const OF_HISTORY: [&str; 4] = ["first_seen", "first_use", "portcullis.rate", "portcullis.learning"];

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| {
    let mut files = built_in();
    files.retain(|file| !OF_HISTORY.iter().any(|word| file.yaml.contains(word)));
    let settings = portcullis_settings::parse(include_str!("../rules/portcullis.yaml")).unwrap();
    Pipeline::new(RuleSet::load(&files), settings, Inventory::default(), Context::default())
});

const CALLS: [(&str, &str); 6] = [
    ("secretsmanager", "GetSecretValue"),
    ("secretsmanager", "ListSecrets"),
    ("secretsmanager", "DeleteSecret"),
    ("kms", "Decrypt"),
    ("kms", "DisableKey"),
    ("kms", "ScheduleKeyDeletion"),
];

fn record(index: usize, second: i64, actor: u8, call: usize, asset: u8, denied: bool) -> Value {
    let (service, name) = CALLS[call];
    let key = format!("0000000{asset}-12ab-34cd-56ef-1234567890ab");
    let parameters = match service {
        "kms" => json!({ "keyId": key }),
        _ => json!({ "secretId": format!("prod/app-{asset}") }),
    };
    let mut record = json!({
        "eventID": format!("e{index:03}"),
        "eventTime": jiff::Timestamp::from_second(1_767_600_000 + second).unwrap().to_string(),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.31.0",
        "readOnly": !matches!(name, "DeleteSecret" | "DisableKey" | "ScheduleKeyDeletion"),
        "requestParameters": parameters,
        "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/app-{actor}/s"),
            "sessionContext": {"sessionIssuer": {"arn": format!("arn:aws:iam::111122223333:role/app-{actor}")}},
        },
    });
    if service == "kms" {
        record["resources"] = json!([{"ARN": format!("arn:aws:kms:eu-west-1:111122223333:key/{key}")}]);
    }
    if denied {
        record["errorCode"] = json!("AccessDenied");
        record["errorMessage"] = json!("User: x is not authorized to perform: y");
    }
    record
}

/// Few actors and assets, close in time, so that correlations fire.
fn records() -> impl Strategy<Value = Vec<String>> {
    let one = (0..900i64, 0..2u8, 0..CALLS.len(), 0..6u8, prop::bool::weighted(0.7));
    prop::collection::vec(one, 20..120).prop_map(|all| {
        let each = all.into_iter().enumerate();
        each.map(|(index, (second, actor, call, asset, denied))| {
            record(index, second, actor, call, asset, denied).to_string()
        })
        .collect()
    })
}

/// What stands in the end, with its evidence; how often it was told does not matter.
fn shown<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeMap<String, Value> {
    let shape = |finding: &Finding| {
        let mut shape = serde_json::to_value(finding).unwrap();
        if let Some(burst) = shape.get_mut("burst") {
            burst["revision"] = Value::Null;
            burst["supersedes"] = Value::Null;
        }
        shape
    };
    findings.map(|finding| (finding.id.to_string(), shape(finding))).collect()
}

fn at_once(records: &[String]) -> BTreeMap<String, Value> {
    let mut detector = Detector::new(&PIPELINE, None);
    detector.take(records.iter().map(String::as_str));
    shown(detector.findings())
}

/// Each worker takes its batches one after another; `turns` says whose step is next, and `late` in which order the queue
/// hands out what they tell.
fn by_workers(workers: &[Vec<Vec<String>>], turns: &[usize], late: usize) -> BTreeMap<String, Value> {
    let (memory, sightings) = (MemoryWindows::default(), MemoryKnowledge::default());
    let windows = TurnTaking(&memory);
    let mut tasks: Vec<Task<'_, Vec<Tally>>> = Vec::new();
    for batches in workers {
        let (windows, sightings) = (&windows, &sightings);
        tasks.push(Box::pin(async move {
            let mut knowledge = Knowledge::default();
            let mut tallies = Vec::new();
            for batch in batches {
                let mut memory =
                    Memory { knowledge: &mut knowledge, sightings, windows, delivery: Delivery::default() };
                tallies.push(PIPELINE.examine(batch.iter().map(String::as_str), &mut memory).await);
            }
            tallies
        }));
    }
    let mut told: Vec<Finding> =
        take_turns(tasks, turns).into_iter().flatten().flat_map(|tally| tally.findings).collect();
    let places = told.len().max(1);
    told.rotate_left(late % places);
    let mut findings = Findings::default();
    for finding in told {
        findings.tell(finding);
    }
    shown(findings.standing())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn the_same_records_end_in_the_same_findings(
        (records, shuffled) in records().prop_flat_map(|records| {
            let again = prop::collection::vec(0..records.len(), 0..20);
            (Just(records), again).prop_flat_map(|(records, again)| {
                let mut all = records.clone();
                all.extend(again.into_iter().map(|index| records[index].clone()));
                (Just(records), Just(all).prop_shuffle())
            })
        }),
        workers in 1..4usize,
        batch in 1..12usize,
        turns in prop::collection::vec(0..3usize, 30),
        late in 0..40usize,
    ) {
        let mut each = vec![Vec::new(); workers];
        for (index, batch) in shuffled.chunks(batch).enumerate() {
            each[index % workers].push(batch.to_vec());
        }
        prop_assert_eq!(by_workers(&each, &turns, late), at_once(&records));
    }
}

/// The property above says little unless it is about bursts.
#[test]
fn such_streams_make_bursts() {
    let denied: Vec<String> = (0..60)
        .map(|n| {
            record(n, i64::try_from(n).unwrap() * 10, 0, n % CALLS.len(), u8::try_from(n % 6).unwrap(), true)
                .to_string()
        })
        .collect();
    let bursts = at_once(&denied).into_values().filter(|finding| finding.get("burst").is_some()).count();
    assert!(bursts >= 3, "{bursts} bursts");
}
