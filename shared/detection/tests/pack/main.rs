//! Every built-in rule against the cases beside it, and its documentation.
//!
//! One rule only: `PORTCULLIS_RULE=name cargo test -p portcullis-detection --test pack --test mutations`.

#![cfg(test)]

#[path = "../cases/mod.rs"]
mod cases;
mod documentation;
mod undocumented;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cases::{Judge, Pack, no_failures};
use portcullis_detection::{RuleSet, built_in};

static PACK: LazyLock<Pack> = LazyLock::new(Pack::read);

#[test]
fn every_rule_fires_on_its_positive_cases_and_on_none_of_its_negative_ones() {
    let mut failures = PACK.failures.clone();
    for rule in &PACK.rules {
        let (positive, negative) = (rule.cases.positive.len(), rule.cases.negative.len());
        if positive < 2 || negative < 2 {
            failures.push(format!(
                "{}: {positive} positive and {negative} negative cases; give at least two of each",
                rule.place
            ));
        }
        match Judge::new(rule.name(), rule.file(&rule.documents)) {
            Ok(mut judge) => {
                let complaints = rule.cases.all().filter_map(|case| judge.complaint(case));
                failures.extend(complaints.map(|complaint| format!("{}: {complaint}", rule.place)));
            }
            Err(refused) => failures.push(format!("{}: {refused}", rule.place)),
        }
    }
    no_failures("rules and cases disagree", &failures);
}

#[test]
fn every_rule_is_documented() {
    let mut failures = PACK.failures.clone();
    for rule in &PACK.rules {
        failures.extend(documentation::complaints(rule).into_iter().map(|wrong| format!("{}: {wrong}", rule.place)));
    }
    no_failures("rules with gaps", &failures);
}

#[test]
fn every_rule_file_is_in_the_pack_and_they_load_together() {
    let on_disk: BTreeSet<String> = PACK.rules.iter().map(|rule| format!("{}.yml", rule.place)).collect();
    let files = built_in();
    let built_in: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    let missing: Vec<String> = on_disk
        .difference(&built_in)
        .map(|name| format!("rules/{name} is not compiled in; is it in an area folder?"))
        .collect();
    let problems = RuleSet::load(&files).problems().iter().map(ToString::to_string).collect::<Vec<_>>();
    no_failures("the pack", &[missing, problems].concat());
    let names: Vec<_> = files.iter().map(|file| file.name.split_once('/').unwrap().1).collect();
    assert!(names.is_sorted(), "in the order of their names: {names:?}");
    assert!(files.iter().all(|file| !file.yaml.contains("\"positive\"")), "rules only, no cases");
}
