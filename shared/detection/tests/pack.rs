//! Every built-in rule against the events beside it.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portcullis_detection::{Pipeline, RuleSet, built_in};
use portcullis_settings::Inventory;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Events {
    positive: Vec<Case>,
    negative: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    record: Box<RawValue>,
}

fn pipeline() -> Pipeline {
    let rules = RuleSet::load(&built_in());
    assert_eq!(rules.problems(), []);
    let settings = portcullis_settings::parse(include_str!("../rules/portcullis.yaml")).unwrap();
    Pipeline { rules, settings, inventory: Inventory::default() }
}

fn fired(pipeline: &Pipeline, case: &Case) -> Vec<String> {
    let examination = pipeline.examine(case.record.get()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    examination.findings.into_iter().map(|finding| finding.rule.id).collect()
}

#[test]
fn every_rule_fires_on_its_positive_events_and_on_none_of_its_negative_ones() {
    let pipeline = pipeline();
    for rule in pipeline.rules.rules() {
        let id = &rule.reference.id;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{id}.events.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let events: Events = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(events.positive.len() >= 2 && events.negative.len() >= 2, "{id}: at least two events of each kind");
        for case in &events.positive {
            assert!(fired(&pipeline, case).contains(id), "{id} did not fire on: {}", case.name);
        }
        for case in &events.negative {
            assert!(!fired(&pipeline, case).contains(id), "{id} fired on: {}", case.name);
        }
    }
}

#[test]
fn every_rule_file_is_in_the_pack_and_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let on_disk: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".yml").map(str::to_owned))
        .collect();
    let pipeline = pipeline();
    let in_pack: BTreeSet<String> = pipeline.rules.rules().map(|rule| rule.reference.id.clone()).collect();
    assert_eq!(
        on_disk, in_pack,
        "file names (left) and loaded rules (right) differ: is it in src/pack.rs, under its `name`?"
    );
    for rule in pipeline.rules.rules() {
        let id = &rule.reference.id;
        let length = rule.description.len();
        assert!(length > 80, "{id}: the description has {length} characters; say what it catches in more than 80");
        assert!(!rule.false_positives.is_empty(), "{id}: says when it is wrong");
        assert!(!rule.reference.attack.is_empty(), "{id}: names ATT&CK techniques");
    }
}
