//! What the settings say of a record stays with the record.

#![cfg(test)]

use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet};
use portcullis_settings::{Inventory, parse};

fn read(secret: &str) -> String {
    format!(
        r#"{{"eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-west-1",
        "eventTime":"2026-01-05T08:10:00Z","recipientAccountId":"111122223333","requestParameters":{{"secretId":"{secret}"}}}}"#
    )
}

#[test]
fn judgements_are_in_step_with_accesses() {
    let yaml = "assets: [{name: payroll, secret: pay, tier: critical}, {name: wiki, secret: wiki, tier: standard}]";
    let (rules, settings) = (RuleSet::load(&[]), parse(yaml).unwrap());
    let pipeline = Pipeline::new(rules, settings, Inventory::default(), Context::default());
    let records = ["not JSON".to_owned(), read("wiki"), "[]".to_owned(), read("pay"), read("other")];
    let tally = Detector::new(&pipeline, None).take(records.iter().map(String::as_str));
    let matched: Vec<Option<&[String]>> =
        tally.judgements.iter().map(|judgement| judgement.as_ref().map(|one| one.matched.as_slice())).collect();
    let expected: [Option<&[String]>; 5] =
        [None, Some(&["wiki".to_owned()]), None, Some(&["payroll".to_owned()]), Some(&[])];
    assert_eq!(matched, expected);
    let readable: Vec<bool> = tally.accesses.iter().map(Result::is_ok).collect();
    assert_eq!(readable, [false, true, false, true, true]);
}
