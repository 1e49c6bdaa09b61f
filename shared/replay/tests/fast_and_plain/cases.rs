//! Every case of every built-in rule, read from log files.

use std::collections::BTreeMap;

use portcullis_cases::settings;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_logs::Input;
use portcullis_settings::Inventory;
use serde_json::Value;

use crate::reads::How;
use crate::records::cases_of;
use crate::text::{Escapes, Spelling};

/// The ways in which the records are written down.
fn spellings() -> [Spelling; 4] {
    [
        Spelling::default(),
        Spelling { shuffled: Some(7), loose: true, ..Spelling::default() },
        Spelling { escapes: Escapes::Slashes, ..Spelling::default() },
        Spelling { escapes: Escapes::Names(3), shuffled: Some(11), ..Spelling::default() },
    ]
}

/// What fires, fires from log files too, however they are written; and both ways agree on all else.
#[test]
fn every_case_of_every_rule() {
    let rules = RuleSet::load(&built_in());
    let mut pipeline = Pipeline::new(
        rules,
        settings().clone(),
        Inventory::default(),
        Context { stack: "portcullis".to_owned(), ..Context::default() },
    );
    let mut judged: BTreeMap<String, usize> = BTreeMap::new();
    for (number, file) in built_in().into_iter().enumerate() {
        let rule = file.name.rsplit('/').next().unwrap().trim_end_matches(".yml").to_owned();
        let cases = cases_of(&file.name);
        for (index, case) in cases.all().enumerate() {
            pipeline.context.quarantined.clone_from(&case.quarantined);
            let spelling = &spellings()[(number + index) % 4];
            let spell = |records: &[String]| -> Vec<String> {
                let values = records.iter().map(|record| serde_json::from_str::<Value>(record).unwrap());
                values.map(|record| spelling.record(&record, &[])).collect()
            };
            let files: Vec<String> = [&case.before, &case.records]
                .iter()
                .filter(|records| !records.is_empty())
                .map(|records| format!("{{\"Records\":[{}]}}", spell(records).join(",")))
                .collect();
            let inputs = || {
                let named = files.iter().enumerate();
                named.map(|(number, text)| Input::Fetched {
                    name: format!("{number}.json"),
                    bytes: text.clone().into_bytes(),
                })
            };
            let how = How { watched_since: Some(case.watched_since), ..How::by(&pipeline) };
            let (plain, _) = how.through(portcullis_replay::plain::read, inputs());
            let (fast, _) = how.through(portcullis_replay::read, inputs());
            assert_eq!(fast.differences(&plain), [""; 0], "{rule}: {}", case.name);
            let fired = fast.findings.values().filter(|finding| finding["rule"]["id"] == rule.as_str()).count();
            assert!(!case.positive || fired > 0, "{rule}: {} does not fire", case.name);
            *judged.entry(rule.clone()).or_default() += fired;
        }
    }
    assert_eq!(judged.len(), built_in().len());
}
