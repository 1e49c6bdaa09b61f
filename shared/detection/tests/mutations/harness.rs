//! A test of the tests: which mutants a rule has, and that a survivor is named with what to do.

use insta::assert_snapshot;
use serde_json::{Value, json};
use test_case::test_case;

use crate::cases::{Cases, Judge, Rule, documents};
use crate::mutant::mutants_of;
use crate::survey;

const RULE: &str = "
title: Key taken away
name: key-taken-away
logsource: {product: aws, service: cloudtrail}
detection:
  lost:
    eventName: [DisableKey, ScheduleKeyDeletion]
    awsRegion: eu-west-1
  test_stack:
    userAgent|startswith: [test-, demo-]
  condition: lost and not test_stack
level: low
";

const CORRELATION: &str = "
title: Keys taken away
name: keys-taken-away
correlation:
  type: value_count
  rules: [key-disabled, key-scheduled]
  group-by: [portcullis.actor.arn, awsRegion]
  timespan: 10m
  condition: {gte: 3, field: portcullis.asset.arn}
level: low
---
title: Disabled
name: key-disabled
logsource: {product: aws, service: cloudtrail}
detection:
  a_direct: {eventName: DisableKey, readOnly: false}
  a_list: [{eventName: A, awsRegion: B}, {errorCode: C}]
  words: [one, two]
  condition: 1 of a_* or not (words and not all of a_*)
level: informational
";

fn key_call(name: &str, more: &Value) -> Value {
    let mut step = json!({"eventName": name, "readOnly": false, "requestParameters": null});
    for (member, value) in more.as_object().unwrap() {
        step[member] = value.clone();
    }
    json!({"name": format!("{name} {more}"), "record": step})
}

/// Cases that notice every mutant of [`RULE`].
fn complete() -> Value {
    json!({
        "positive": [key_call("DisableKey", &json!({})), key_call("ScheduleKeyDeletion", &json!({}))],
        "negative": [
            key_call("EnableKey", &json!({})),
            key_call("DisableKey", &json!({"awsRegion": "eu-north-1"})),
            key_call("DisableKey", &json!({"userAgent": "test-1"})),
            key_call("DisableKey", &json!({"userAgent": "demo-1"})),
        ],
    })
}

fn rule(yaml: &str, cases: &Value) -> Rule {
    let mut failures = Vec::new();
    let cases = Cases::parse(&cases.to_string(), &mut failures);
    assert_eq!(failures, [""; 0]);
    let documents = documents(yaml).unwrap();
    let name = documents[0]["name"].as_str().unwrap();
    Rule { place: format!("kms/{name}"), documents, borrowed: Vec::new(), cases }
}

fn mutants(yaml: &str) -> String {
    let rule = rule(yaml, &json!({"positive": [], "negative": []}));
    mutants_of(&rule)
        .iter()
        .map(|mutant| format!("{:?}: {} | {}", mutant.effect, mutant.id, mutant.what))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn mutants_of_a_detection() {
    assert_snapshot!(mutants(RULE), @"
    Wider: field lost.eventName | the condition on field eventName of lost is gone
    Narrower: value lost.eventName=DisableKey | value DisableKey of lost.eventName is gone
    Narrower: value lost.eventName=ScheduleKeyDeletion | value ScheduleKeyDeletion of lost.eventName is gone
    Wider: field lost.awsRegion | the condition on field awsRegion of lost is gone
    Wider: value test_stack.userAgent|startswith=test- | value test- of test_stack.userAgent|startswith is gone
    Wider: value test_stack.userAgent|startswith=demo- | value demo- of test_stack.userAgent|startswith is gone
    Wider: condition without lost | the condition lost `lost`
    Wider: condition without not test_stack | the condition lost `not test_stack`
    ");
}

#[test]
fn mutants_of_a_correlation_and_its_base_rules() {
    assert_snapshot!(mutants(CORRELATION), @"
    Wider: threshold gte 2 | the threshold is gte 2
    Narrower: threshold gte 4 | the threshold is gte 4
    Narrower: timespan 300s | the timespan is 300 seconds
    Wider: timespan 1200s | the timespan is 1200 seconds
    Wider: group-by without portcullis.actor.arn | groups no longer tell portcullis.actor.arn apart
    Wider: group-by without awsRegion | groups no longer tell awsRegion apart
    Narrower: rules without key-disabled | it no longer looks for key-disabled
    Narrower: rules without key-scheduled | it no longer looks for key-scheduled
    Wider: type event_count | it counts events, whether or not their values differ
    Wider: key-disabled: field a_direct.eventName | in key-disabled the condition on field eventName of a_direct is gone
    Wider: key-disabled: field a_direct.readOnly | in key-disabled the condition on field readOnly of a_direct is gone
    Either: key-disabled: selection a_direct | in key-disabled selection a_direct is gone
    Narrower: key-disabled: alternative a_list[1] | in key-disabled alternative 1 of a_list is gone
    Wider: key-disabled: field a_list[1].eventName | in key-disabled the condition on field eventName of a_list[1] is gone
    Wider: key-disabled: field a_list[1].awsRegion | in key-disabled the condition on field awsRegion of a_list[1] is gone
    Narrower: key-disabled: alternative a_list[2] | in key-disabled alternative 2 of a_list is gone
    Either: key-disabled: selection a_list | in key-disabled selection a_list is gone
    Wider: key-disabled: value words=one | in key-disabled value one of words is gone
    Wider: key-disabled: value words=two | in key-disabled value two of words is gone
    Narrower: key-disabled: condition without 1 of a_* | in key-disabled the condition lost `1 of a_*`
    Narrower: key-disabled: condition without not (words and not all of a_*) | in key-disabled the condition lost `not (words and not all of a_*)`
    Narrower: key-disabled: condition without words | in key-disabled the condition lost `words`
    Narrower: key-disabled: condition without not all of a_* | in key-disabled the condition lost `not all of a_*`
    ");
}

#[test]
fn a_mutant_differs_in_one_document_and_loads() {
    let rule = rule(RULE, &complete());
    for mutant in mutants_of(&rule) {
        assert_ne!(mutant.documents, rule.documents, "{}", mutant.id);
        Judge::new(rule.name(), rule.file(&mutant.documents)).unwrap_or_else(|error| panic!("{}: {error}", mutant.id));
    }
}

#[test]
fn complete_cases_leave_nothing_open() {
    assert_eq!(survey::failures(&rule(RULE, &complete())), [""; 0]);
}

#[test_case(
    "positive",
    0,
    "nothing notices that value DisableKey of lost.eventName is gone: add a positive case that needs it (mutant \"value lost.eventName=DisableKey\")"
)]
#[test_case(
    "positive",
    1,
    "nothing notices that value ScheduleKeyDeletion of lost.eventName is gone: add a positive case that needs it (mutant \"value lost.eventName=ScheduleKeyDeletion\")"
)]
#[test_case(
    "negative",
    0,
    "nothing notices that the condition on field eventName of lost is gone: add a negative case that nothing else keeps out (mutant \"field lost.eventName\")"
)]
#[test_case(
    "negative",
    1,
    "nothing notices that the condition on field awsRegion of lost is gone: add a negative case that nothing else keeps out (mutant \"field lost.awsRegion\")"
)]
#[test_case(
    "negative",
    2,
    "nothing notices that value test- of test_stack.userAgent|startswith is gone: add a negative case that nothing else keeps out (mutant \"value test_stack.userAgent|startswith=test-\")"
)]
#[test_case(
    "negative",
    3,
    "nothing notices that value demo- of test_stack.userAgent|startswith is gone: add a negative case that nothing else keeps out (mutant \"value test_stack.userAgent|startswith=demo-\")"
)]
fn a_missing_case_is_asked_for(kind: &str, index: usize, expected: &str) {
    let mut cases = complete();
    cases[kind].as_array_mut().unwrap().remove(index);
    assert_eq!(survey::failures(&rule(RULE, &cases)), [expected]);
}

#[test]
fn a_rule_that_fails_its_cases_is_not_surveyed() {
    let mut cases = complete();
    cases["negative"][0] = key_call("DisableKey", &json!({"errorCode": "DisabledException"}));
    let expected = "negative case \"DisableKey {\"errorCode\":\"DisabledException\"}\": the rule fires; mend that first, see the test `pack`";
    assert_eq!(survey::failures(&rule(RULE, &cases)), [expected]);
}

#[test]
fn an_equivalent_mutant_is_declared_once_and_truly() {
    let mut cases = complete();
    let entry = |mutant: &str| json!({"mutant": mutant, "why": "every key of these cases is in one Region"});
    cases["negative"].as_array_mut().unwrap().remove(1);
    cases["equivalent"] = json!([entry("field lost.awsRegion")]);
    assert_eq!(survey::failures(&rule(RULE, &cases)), [""; 0]);
    cases["equivalent"] =
        json!([entry("field lost.awsRegion"), entry("field lost.eventName"), entry("field lost.region")]);
    assert_snapshot!(survey::failures(&rule(RULE, &cases)).join("\n"), @r#"
    `equivalent` names "field lost.eventName", but case "EnableKey {}" tells it from the rule; take the entry out
    `equivalent` names "field lost.region", and there is no such mutant; take it out
    "#);
}

const BURST: &str = "
title: Keys taken away
name: keys-taken-away
correlation:
  type: value_count
  rules: [key-disabled, key-scheduled]
  group-by: [portcullis.actor.name]
  timespan: 10m
  condition: {gte: 3, field: portcullis.asset.arn}
level: high
---
title: Disabled
name: key-disabled
logsource: {product: aws, service: cloudtrail}
detection: {disabled: {eventName: DisableKey}, condition: disabled}
level: informational
---
title: Scheduled for deletion
name: key-scheduled
logsource: {product: aws, service: cloudtrail}
detection: {scheduled: {eventName: ScheduleKeyDeletion}, condition: scheduled}
level: informational
";

/// A call that takes the `key`th key away, some seconds after eight.
fn taken(base: &str, name: &str, key: u32, second: u32) -> Value {
    json!({
        "$base": base,
        "eventName": name,
        "readOnly": false,
        "requestParameters": {"keyId": format!("0000000{key}-12ab-34cd-56ef-1234567890ab")},
        "eventTime": format!("2026-01-05T08:{:02}:{:02}Z", second / 60, second % 60),
    })
}

fn burst_cases() -> Value {
    let (disabled, scheduled) = ("DisableKey", "ScheduleKeyDeletion");
    let of = |name: &str, records: [Value; 3]| json!({"name": name, "records": records});
    let three = [taken("role", disabled, 1, 0), taken("role", scheduled, 2, 300), taken("role", disabled, 3, 599)];
    let late = [taken("role", disabled, 1, 0), taken("role", scheduled, 2, 300), taken("role", disabled, 3, 601)];
    let apart = [taken("role", disabled, 1, 0), taken("user", scheduled, 2, 10), taken("root", disabled, 3, 20)];
    let one_key = [taken("role", disabled, 1, 0), taken("role", scheduled, 1, 10), taken("role", disabled, 1, 20)];
    let one_less = [taken("role", disabled, 1, 0), taken("role", scheduled, 2, 10), taken("role", scheduled, 2, 20)];
    let mut exact = of("three keys in ten minutes", three);
    exact["findings"] = json!(1);
    json!({
        "positive": [exact],
        "negative": [of("too late", late), of("three actors", apart), of("one key", one_key), of("two keys", one_less)],
    })
}

#[test]
fn complete_cases_of_a_correlation_leave_nothing_open() {
    assert_eq!(survey::failures(&rule(BURST, &burst_cases())), [""; 0]);
}

#[test_case("positive", 0, &["threshold gte 4", "timespan 300s", "rules without key-disabled", "rules without key-scheduled"])]
#[test_case("negative", 0, &["timespan 1200s"])]
#[test_case("negative", 1, &["group-by without portcullis.actor.name"])]
#[test_case("negative", 2, &[] ; "counting events is noticed by the two keys as well")]
#[test_case("negative", 3, &[] ; "a lower threshold is noticed by the two keys before the late one as well")]
fn a_missing_case_of_a_correlation_is_asked_for(kind: &str, index: usize, expected: &[&str]) {
    let mut cases = burst_cases();
    cases[kind].as_array_mut().unwrap().remove(index);
    let failures = survey::failures(&rule(BURST, &cases));
    let named: Vec<&str> = failures.iter().filter_map(|failure| failure.split('"').nth(1)).collect();
    assert_eq!(named, expected);
}
