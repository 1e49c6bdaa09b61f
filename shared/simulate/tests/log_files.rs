//! The files are as CloudTrail's are, and the same wherever they are made.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::{Access, Record, open};
use portcullis_logs::LogFileName;
use portcullis_simulate::{Attack, LogFile, Scenario, ScenarioError, Simulation};
use proptest::prelude::*;
use serde_json::value::RawValue;
use test_case::test_case;

fn small() -> Scenario {
    Scenario { records: 12_000, days: 10, ..Scenario::default() }
}

fn files(scenario: &Scenario) -> Vec<LogFile> {
    Simulation::new(scenario).unwrap().collect()
}

/// Every record of the files, as text.
fn records(files: &[LogFile]) -> Vec<String> {
    let texts = files.iter().map(|file| std::str::from_utf8(&file.text).unwrap());
    texts
        .flat_map(|text| open(text).records.into_iter().map(|record| record.json.into_owned()).collect::<Vec<_>>())
        .collect()
}

/// The names of the members of an object, in their order. `RawValue` keeps the rest from being looked at.
fn members(json: &str) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Names {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Names;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                    let mut names = Vec::new();
                    while let Some((name, _)) = map.next_entry::<String, Box<RawValue>>()? {
                        names.push(name);
                    }
                    Ok(Names(names))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    serde_json::from_str::<Names>(json).unwrap().0
}

/// FNV-1a over everything, so that a change of one byte anywhere is seen.
fn digest(files: &[LogFile]) -> u64 {
    let bytes = files.iter().flat_map(|file| file.path.bytes().chain(file.text.iter().copied()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[test]
fn the_same_scenario_makes_the_same_bytes_and_another_seed_others() {
    let scenario = Scenario { records: 3_000, days: 2, ..Scenario::default() };
    assert_eq!(digest(&files(&scenario)), digest(&files(&scenario)));
    assert_ne!(digest(&files(&scenario)), digest(&files(&Scenario { seed: 2, ..scenario })));
}

/// The order of CloudTrail's own serialisation, as seen in log files of 2021 to 2026.
const ORDER: [&str; 26] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "serviceEventDetails",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
];
const LAST: [&str; 2] = ["tlsDetails", "sessionCredentialFromConsole"];

#[test]
fn records_are_read_and_have_cloudtrails_order_of_members() {
    let order: Vec<&str> = ORDER.into_iter().chain(LAST).collect();
    let position = |name: &String| order.iter().position(|known| known == name);
    for json in records(&files(&small())) {
        let names = members(&json);
        let positions: Option<Vec<usize>> = names.iter().map(position).collect();
        assert!(positions.is_some_and(|positions| positions.is_sorted()), "{names:?}");
        let access = Access::of(&Record::parse(&json).unwrap());
        assert!(access.time.is_some() && access.account.is_some() && access.event_id.is_some(), "{json}");
        assert!(!access.actor.principal.to_string().contains("unknown"), "{json}");
        if matches!(access.action.service.as_str(), "kms" | "secretsmanager") {
            let without = ["BatchGetSecretValue", "GetRandomPassword", "ListAliases", "ListKeys", "ListSecrets"];
            let names_none = without.contains(&access.action.name.as_str());
            assert_eq!(access.assets.is_empty(), names_none, "{json}");
        }
    }
}

#[test]
fn there_are_as_many_records_as_asked_for_and_of_ordinary_size() {
    let scenario = small();
    let files = files(&scenario);
    let all = records(&files);
    assert_eq!(all.len() as u64, scenario.records);
    assert_eq!(files.iter().map(|file| file.records).sum::<usize>(), all.len());
    let mean = all.iter().map(String::len).sum::<usize>() / all.len();
    assert!((1_150..1_400).contains(&mean), "{mean} bytes");
    assert!(all.iter().any(|json| json.len() > 3_000), "some are large");
}

#[test_case(8, 8 ; "as it is by default")]
#[test_case(40, 40 ; "more")]
fn so_many_are_about_keys_and_secrets(percent: u8, expected: u64) {
    let scenario = Scenario { relevant_percent: percent, ..small() };
    assert_eq!(about_keys_and_secrets(&files(&scenario)) * 100, expected * scenario.records);
}

/// Attacks are in the logs also where they are about something else.
#[test]
fn all_may_be_about_keys_and_secrets() {
    let scenario = Scenario { relevant_percent: 100, attacks: Vec::new(), ..small() };
    assert_eq!(about_keys_and_secrets(&files(&scenario)), scenario.records);
}

fn about_keys_and_secrets(files: &[LogFile]) -> u64 {
    let services = records(files).into_iter().map(|json| Access::of(&Record::parse(&json).unwrap()).action.service);
    services.filter(|service| matches!(service.as_str(), "kms" | "secretsmanager")).count() as u64
}

#[test]
fn files_are_named_and_filled_as_cloudtrail_does() {
    let (mut unordered, mut late, mut paths) = (0, 0, BTreeSet::new());
    for file in files(&small()) {
        let name = LogFileName::parse(&file.path).unwrap();
        let day = name.time.strftime("%Y/%m/%d");
        let folder = format!("AWSLogs/o-exampleorgid/{}/CloudTrail/{}/{day}/", name.account, name.region);
        assert!(file.path.starts_with(&folder), "{}", file.path);
        assert_eq!(name.unique.len(), 16);
        assert!(paths.insert(file.path.clone()), "{} twice", file.path);
        let mut times = Vec::new();
        for json in records(&[file]) {
            let access = Access::of(&Record::parse(&json).unwrap());
            assert_eq!(access.account.as_ref(), Some(&name.account));
            assert_eq!(access.region.as_deref(), Some(name.region.as_str()));
            let time = access.time.unwrap();
            assert!(time <= name.time, "{json} is delivered before it happens");
            assert!(name.time.duration_since(time) < SignedDuration::from_mins(30), "{json} is late by far");
            late += usize::from(name.time.duration_since(time) > SignedDuration::from_mins(12));
            times.push(time);
        }
        unordered += usize::from(!times.is_sorted());
    }
    assert!(unordered > 100 && late > 20, "{unordered} out of order, {late} late");
}

#[test]
fn some_events_are_delivered_twice_word_for_word() {
    let files = files(&small());
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut twice = BTreeSet::new();
    for json in records(&files) {
        let id = Access::of(&Record::parse(&json).unwrap()).event_id.unwrap();
        if let Some(first) = seen.insert(id.clone(), json.clone()) {
            assert_eq!(first, json);
            twice.insert(id);
        }
    }
    assert!((5..120).contains(&twice.len()), "{}", twice.len());
}

#[test]
fn the_truth_names_events_that_are_there_by_those_it_names() {
    let scenario = small();
    let mut simulation = Simulation::new(&scenario).unwrap();
    let files: Vec<LogFile> = simulation.by_ref().collect();
    let truth = simulation.truth().clone();
    assert_eq!(truth.attacks.len(), Attack::ALL.len());
    let known: BTreeMap<String, Timestamp> = records(&files)
        .iter()
        .map(|json| Access::of(&Record::parse(json).unwrap()))
        .map(|access| (access.event_id.unwrap(), access.time.unwrap()))
        .collect();
    let mut named = BTreeSet::new();
    for attack in &truth.attacks {
        let times: Vec<Timestamp> = attack.events.iter().map(|id| known[id]).collect();
        assert_eq!((attack.first, attack.last), (times[0], *times.last().unwrap()), "{}", attack.name);
        assert!(times.is_sorted() && truth.start <= attack.first && attack.last < truth.end, "{}", attack.name);
        assert!(attack.events.iter().all(|id| named.insert(id)), "{} shares an event", attack.name);
        assert!(!attack.rules.is_empty() && !attack.assets.is_empty() && attack.actor.starts_with("arn:"));
    }
    assert!(truth.attacks.is_sorted_by_key(|attack| attack.first));
    let read: portcullis_simulate::Truth = serde_json::from_str(&serde_json::to_string(&truth).unwrap()).unwrap();
    assert_eq!(read, truth);
}

#[test]
fn deliveries_come_in_order_and_cover_the_time() {
    let scenario = small();
    let files = files(&scenario);
    let mut last: HashMap<(String, String), Timestamp> = HashMap::new();
    for file in &files {
        let name = LogFileName::parse(&file.path).unwrap();
        let before = last.insert((name.account.to_string(), name.region.clone()), name.time);
        assert!(before.is_none_or(|before| before.duration_since(name.time) < SignedDuration::from_mins(5)));
    }
    assert_eq!(last.len(), 7, "three accounts in two Regions, one of them in three: {last:?}");
    let days: BTreeSet<String> = files.iter().map(|file| file.path.split('/').skip(5).take(3).collect()).collect();
    assert!(days.len() >= 10, "{days:?}");
}

#[test_case(&Scenario { days: 0, ..small() }, &ScenarioError::Days(0) ; "no day")]
#[test_case(&Scenario { accounts: 0, ..small() }, &ScenarioError::Accounts(0) ; "no account")]
#[test_case(&Scenario { accounts: 201, ..small() }, &ScenarioError::Accounts(201) ; "too many accounts")]
#[test_case(&Scenario { relevant_percent: 101, ..small() }, &ScenarioError::Relevant(101) ; "more than all")]
#[test_case(&Scenario { start: Timestamp::MAX, ..small() }, &ScenarioError::Start(Timestamp::MAX) ; "beyond time")]
#[test_case(&Scenario { attacks: vec![Attack::MassRead; 2], ..small() }, &ScenarioError::Twice(Attack::MassRead) ; "twice")]
fn what_cannot_be_made_is_told(scenario: &Scenario, expected: &ScenarioError) {
    assert_eq!(Simulation::new(scenario).map(|_| ()), Err(expected.clone()));
}

#[test]
fn attacks_need_their_records() {
    let scenario = |records| Scenario { records, ..small() };
    let Err(ScenarioError::Records { needed }) = Simulation::new(&scenario(10)).map(|_| ()) else { panic!() };
    assert_eq!(records(&files(&scenario(needed))).len() as u64, needed);
}

#[test]
fn attacks_have_names_of_their_own() {
    let names: BTreeSet<&str> = Attack::ALL.iter().map(|attack| attack.as_str()).collect();
    assert_eq!(names.len(), Attack::ALL.len());
    assert!(Attack::ALL.iter().all(|attack| attack.as_str().parse() == Ok(*attack)));
    assert!(Attack::ALL.iter().all(|attack| attack.technique().starts_with('T')));
    assert_eq!("meteor".parse::<Attack>().unwrap_err().to_string(), "no attack is called `meteor`");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is asked for, the number is right, every file parses, and the end comes.
    #[test]
    fn any_scenario_is_made_in_full(
        seed: u64,
        records_asked in 1_u64..4_000,
        days in 1_u32..20,
        accounts in 1_u32..6,
        relevant_percent in 0_u8..=100,
        hour in 0_i64..1_000_000,
        count in 0_usize..=19,
    ) {
        let attacks = Attack::ALL.iter().copied().take(count).collect();
        let start = Timestamp::from_second(hour * 3600 + 17).unwrap();
        let scenario = Scenario { seed, start, days, records: records_asked, accounts, relevant_percent, attacks };
        match Simulation::new(&scenario) {
            Ok(simulation) => {
                let files: Vec<LogFile> = simulation.collect();
                prop_assert!(files.iter().all(|file| LogFileName::parse(&file.path).is_some()));
                let all = records(&files);
                prop_assert_eq!(all.len() as u64, records_asked);
                prop_assert!(all.iter().all(|json| Record::parse(json).is_ok()));
            }
            Err(error) => prop_assert!(matches!(error, ScenarioError::Records { needed } if needed > records_asked), "{error}"),
        }
    }
}
