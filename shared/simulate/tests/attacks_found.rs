//! The built-in rules find what was done to the organisation, and nothing else.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use portcullis_cloudtrail::open;
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_domain::Finding;
use portcullis_settings::{Inventory, parse};
use portcullis_simulate::{AttackTruth, Scenario, Simulation, Truth};
use test_case::test_case;

fn replayed(scenario: &Scenario) -> (Truth, Vec<Finding>) {
    let mut simulation = Simulation::new(scenario).unwrap();
    let yaml = simulation.settings();
    let settings = parse(&yaml).unwrap_or_else(|problems| panic!("{}", problems.render("portcullis.yaml", &yaml)));
    let pipeline = Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default());
    let mut detector = Detector::new(&pipeline, None);
    for file in &mut simulation {
        let text = String::from_utf8(file.text).unwrap();
        detector.take(open(&text).records.iter().map(|record| &*record.json));
    }
    (simulation.truth().clone(), detector.findings().cloned().collect())
}

/// The attack that a finding is about: one of its events is among the evidence.
fn attack_of<'t>(truth: &'t Truth, finding: &Finding) -> Option<&'t AttackTruth> {
    let told: Vec<&str> = finding.evidence.iter().filter_map(|evidence| evidence.event_id.as_deref()).collect();
    truth.attacks.iter().find(|attack| attack.events.iter().any(|id| told.contains(&id.as_str())))
}

/// For each attack exactly the rules fire that the truth tells, by the actor that it tells or for want of one; no other finding is
/// made at all. That is the bound for ordinary work: none.
#[test_case(&Scenario { records: 30_000, ..Scenario::default() } ; "two weeks")]
#[test_case(&Scenario { records: 12_000, accounts: 1, relevant_percent: 100, seed: 5, ..Scenario::default() } ; "one account, all about keys and secrets")]
#[test_case(&Scenario { records: 10_000, days: 3, seed: 9, ..Scenario::default() } ; "three days, in which everything is new")]
fn exactly_the_attacks_are_found(scenario: &Scenario) {
    let (truth, findings) = replayed(scenario);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in &findings {
        let about = attack_of(&truth, finding).map_or_else(
            || format!("nothing, but {} at {:?}", finding.actor.principal, finding.time()),
            |attack| attack.name.clone(),
        );
        found.entry(about).or_default().insert(finding.rule.id.clone());
    }
    let expected = truth.attacks.iter().filter(|attack| !attack.rules.is_empty());
    let expected: BTreeMap<String, BTreeSet<String>> =
        expected.map(|attack| (attack.name.clone(), attack.rules.iter().cloned().collect())).collect();
    assert_eq!(found, expected);
}

#[test]
fn without_attacks_nothing_is_found() {
    let scenario = Scenario { records: 20_000, accounts: 2, attacks: Vec::new(), seed: 3, ..Scenario::default() };
    let (truth, findings) = replayed(&scenario);
    assert!(truth.attacks.is_empty());
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{} {}", finding.rule.id, finding.actor.principal)).collect();
    assert_eq!(told, [""; 0]);
}

/// The settings can tell strangers from those who belong: the same logs without them say much less.
#[test]
fn the_settings_matter() {
    let scenario = Scenario { records: 8_000, days: 2, ..Scenario::default() };
    let mut simulation = Simulation::new(&scenario).unwrap();
    let pipeline =
        Pipeline::new(RuleSet::load(&built_in()), parse("").unwrap(), Inventory::default(), Context::default());
    let mut detector = Detector::new(&pipeline, None);
    for file in &mut simulation {
        let text = String::from_utf8(file.text).unwrap();
        detector.take(open(&text).records.iter().map(|record| &*record.json));
    }
    let found: BTreeSet<String> = detector.findings().map(|finding| finding.rule.id.clone()).collect();
    assert!(
        !found.contains("unauthorized-access-critical-asset") && !found.contains("decoy-secret-touched"),
        "{found:?}"
    );
    assert!(found.contains("trail-stopped-or-blinded"), "{found:?}");
}
