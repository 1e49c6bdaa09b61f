//! Records as they may come: those of the rules' own cases, bent in many ways.

use std::path::Path;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use portcullis_cases::Cases;
use portcullis_detection::built_in;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::text::{Escapes, Spelling};

/// One record, as text.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The text.
    pub(crate) json: String,
}

/// The cases of a built-in rule, by its file.
pub(crate) fn cases_of(file: &str) -> Cases {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../detection/rules");
    let text = std::fs::read_to_string(rules.join(file.replace(".yml", ".events.json"))).unwrap();
    let mut failures = Vec::new();
    let cases = Cases::parse(&text, &mut failures);
    assert_eq!(failures, [""; 0], "{file}");
    cases
}

/// Every record of every case of every built-in rule; of copies that differ in their number alone, three.
static POOL: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut pool = Vec::new();
    for file in built_in() {
        for case in cases_of(&file.name).all() {
            pool.extend(case.before.iter().take(3).chain(case.records.iter().take(3)).cloned());
        }
    }
    pool.iter().map(|text: &String| serde_json::from_str(text).unwrap()).collect()
});

/// What AWS's other services, in greater number, write.
fn other() -> impl Strategy<Value = Value> {
    let source = prop::sample::select(vec![
        "ec2",
        "s3",
        "dynamodb",
        "sts",
        "monitoring",
        "lambda",
        "kms-fips",
        "autoscaling",
        "iam",
    ]);
    let name = prop::sample::select(vec![
        "DescribeInstances",
        "GetObject",
        "AssumeRole",
        "PutMetricData",
        "Decrypt",
        "ListUsers",
        "Invoke",
    ]);
    (0..POOL.len(), source, name).prop_map(|(index, source, name)| {
        let mut record = POOL[index].clone();
        record["eventSource"] = json!(format!("{source}.amazonaws.com"));
        record["eventName"] = json!(name);
        record
    })
}

/// Something that a record may hold and a search of its bytes may stumble over.
#[derive(Clone, Debug)]
enum Bend {
    Set(&'static str, Value),
    Remove(&'static str),
    Within(&'static str, &'static str, Value),
    Again(&'static str, Value),
    Upper(&'static str),
    Time(Written),
}

/// The same time in other words.
#[derive(Clone, Copy, Debug)]
enum Written {
    Elsewhere,
    Finely,
    Small,
}

fn traps() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}),
        json!([{"eventSource": "kms.amazonaws.com"}, {"Records": [{"eventName": "Decrypt"}]}]),
        json!("\"eventSource\":\"kms.amazonaws.com\""),
        json!("}],\"Records\":[{\"eventName\":\"GetSecretValue\",\"eventSource\":\"secretsmanager.amazonaws.com\"},{"),
        json!("\\\"}{][\\"),
        json!("\\\\"),
        json!("{"),
        json!("]}"),
        json!("\u{2028}line\nbreak\u{0}\u{1f511}é"),
        json!({"detail-type": "AWS API Call via CloudTrail", "detail": {"eventName": "Decrypt"}}),
        json!({"a": {"b": {"c": [[[["kms"]]], {"}": "{"}]}}}),
        json!({"keyId": "alias/payroll", "secretId": "prod/payroll/db"}),
        json!(null),
        json!({}),
        json!([]),
        json!(7),
        json!(1.5e300),
        json!(true),
        json!(""),
    ])
}

fn bends() -> impl Strategy<Value = Bend> {
    let whole = vec![
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "eventID",
        "awsRegion",
        "requestParameters",
        "resources",
        "eventVersion",
        "eventType",
        "recipientAccountId",
        "errorCode",
        "sourceIPAddress",
        "readOnly",
    ];
    let any = vec![
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "serviceEventDetails",
        "tlsDetails",
        "addendum",
        "A Name",
    ];
    let sources = vec![
        "KMS.AMAZONAWS.COM",
        "Kms.Amazonaws.com",
        "kms.amazonaws.com.cn",
        "kms",
        "aws.kms",
        " kms.amazonaws.com",
        "SecretsManager.amazonaws.com",
        "iam.amazonaws.com",
        "",
        "cloudtrail.amazonaws.com",
        "ssm.amazonaws.com",
        "s3.amazonaws.com",
    ];
    let names = vec![
        "decrypt",
        "DECRYPT",
        "Decrypt",
        "GetSecretValue",
        "getsecretvalue",
        "StopLogging",
        "GetParameter",
        "CreateUser",
        "",
        "DescribeInstances",
    ];
    let times = vec!["not a time", "", "2026-01-05", "2026-01-05 08:00:00", "2026-02-30T08:00:00Z", "1767600000"];
    prop_oneof![
        3 => (prop::sample::select(any.clone()), traps()).prop_map(|(name, trap)| Bend::Set(name, trap)),
        2 => (prop::sample::select(any), prop::sample::select(vec!["eventSource", "Records", "x", "eventName"]), traps())
            .prop_map(|(name, inner, trap)| Bend::Within(name, inner, trap)),
        2 => prop::sample::select(whole.clone()).prop_map(Bend::Remove),
        1 => (prop::sample::select(whole), traps()).prop_map(|(name, trap)| Bend::Set(name, trap)),
        2 => prop::sample::select(sources).prop_map(|source| Bend::Set("eventSource", json!(source))),
        1 => prop::sample::select(names).prop_map(|name| Bend::Set("eventName", json!(name))),
        1 => prop::sample::select(times).prop_map(|time| Bend::Set("eventTime", json!(time))),
        1 => prop::sample::select(vec![Written::Elsewhere, Written::Finely, Written::Small]).prop_map(Bend::Time),
        1 => prop::sample::select(vec!["eventSource", "eventName", "awsRegion"]).prop_map(Bend::Upper),
        1 => (prop::sample::select(vec!["eventSource", "eventName", "eventTime", "requestParameters", "addendum"]), traps())
            .prop_map(|(name, trap)| Bend::Again(name, trap)),
    ]
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let escapes = prop_oneof![
        6 => Just(Escapes::Few),
        1 => Just(Escapes::Slashes),
        1 => (1..9usize).prop_map(Escapes::Letters),
        1 => (1..9usize).prop_map(Escapes::Names),
    ];
    let shuffled = prop_oneof![2 => Just(None), 1 => any::<u64>().prop_map(Some)];
    (shuffled, prop::bool::weighted(0.2), escapes).prop_map(|(shuffled, loose, escapes)| Spelling {
        shuffled,
        loose,
        escapes,
    })
}

/// When the first record happened.
fn start() -> Timestamp {
    "2026-01-05T07:40:00Z".parse().unwrap()
}

/// Records in the order of their times, some of them twice. `odd` is how many in a hundred are bent.
pub(crate) fn stream(most: usize, odd: u32) -> impl Strategy<Value = Vec<Line>> {
    made(most, odd, 8)
}

/// Records of which each is there once: whoever damages a copy may make it one that happened at another time.
pub(crate) fn single(most: usize, odd: u32) -> impl Strategy<Value = Vec<Line>> {
    made(most, odd, 0)
}

fn made(most: usize, odd: u32, copies: u32) -> impl Strategy<Value = Vec<Line>> {
    let record = prop_oneof![3 => (0..POOL.len()).prop_map(|index| POOL[index].clone()), 2 => other()];
    let bent = prop_oneof![
        100 - odd => Just(Vec::new()),
        odd => prop::collection::vec(bends(), 1..3),
    ];
    let gap = prop_oneof![3 => 0..3i64, 3 => 3..60i64, 1 => 60..1500i64].prop_map(SignedDuration::from_secs);
    let again = (0..100u32, 1..6usize).prop_map(move |(chance, back)| (chance < copies).then_some(back));
    let one = (record, bent, spelling(), gap, again);
    prop::collection::vec(one, 1..=most).prop_map(|made| {
        let mut at = start();
        let mut lines: Vec<Line> = Vec::new();
        for (number, (mut record, bent, spelling, gap, again)) in made.into_iter().enumerate() {
            if let Some(back) = again.filter(|back| *back <= lines.len()) {
                let copy = lines[lines.len() - back].json.clone();
                lines.push(Line { json: copy });
                continue;
            }
            at = at.checked_add(gap).unwrap();
            record["eventTime"] = json!(at.to_string());
            record["eventID"] = json!(format!("22222222-0000-4000-8000-{number:012}"));
            let doubled = bend(&mut record, bent);
            lines.push(Line { json: spelling.record(&record, &doubled) });
        }
        lines
    })
}

fn bend(record: &mut Value, bent: Vec<Bend>) -> Vec<(&'static str, Value)> {
    let mut doubled = Vec::new();
    for bend in bent {
        match bend {
            Bend::Set(name, value) => record[name] = value,
            Bend::Remove(name) => {
                record.as_object_mut().unwrap().remove(name);
            }
            Bend::Within(name, inner, value) => {
                if !record[name].is_object() {
                    record[name] = json!({});
                }
                record[name][inner] = value;
            }
            Bend::Again(name, value) => doubled.push((name, value)),
            Bend::Time(written) => {
                let time = record["eventTime"].as_str().unwrap_or_default().to_owned();
                let Ok(at) = time.parse::<Timestamp>() else { continue };
                record["eventTime"] = json!(match written {
                    Written::Elsewhere => at.display_with_offset(jiff::tz::offset(5)).to_string(),
                    Written::Finely => time.replace('Z', ".000Z"),
                    Written::Small => time.to_lowercase(),
                });
            }
            Bend::Upper(name) => {
                if let Some(text) = record[name].as_str() {
                    record[name] = json!(text.to_uppercase());
                }
            }
        }
    }
    doubled
}
