//! Rules that cannot work are refused by name and line, and do not keep the others from loading.

#![cfg(test)]

use insta::assert_snapshot;
use portcullis_detection::{RuleFile, RuleSet, built_in};

const SOUND: &str = "title: Sound
name: sound-rule
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: Decrypt
  condition: selection
level: low
";

fn problems(yaml: &str) -> String {
    let file = |name: &str, yaml: &str| RuleFile { name: name.to_owned(), yaml: yaml.to_owned() };
    let mut files = vec![file("bad.yml", yaml), file("sound.yml", SOUND)];
    files.extend(built_in());
    let set = RuleSet::load(&files);
    assert!(set.rules().count() >= built_in().len(), "the others load");
    set.problems().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_rule_has_no_problem() {
    assert_eq!(problems(&SOUND.replace("sound-rule", "another-rule")), "");
}

#[test]
fn yaml_syntax() {
    assert_snapshot!(problems(&SOUND.replace("    eventName: Decrypt", "   - eventName: [Decrypt")), @"bad.yml:9: YAML parse error: did not find expected ',' or ']' at line 9 column 12, while parsing a flow sequence at line 8 column 17");
}

#[test]
fn unknown_modifier() {
    assert_snapshot!(problems(&SOUND.replace("eventName:", "eventName|contians:")), @"bad.yml:8: Unknown modifier 'contians'");
}

#[test]
fn condition_syntax() {
    assert_snapshot!(problems(&SOUND.replace("condition: selection", "condition: selection and (not")), @"
    bad.yml:9: Condition parse error at 1:19:  --> 1:19
      |
    1 | selection and (not
      |                   ^---
      |
      = expected quantifier, ident, or not_op
    ");
}

#[test]
fn unknown_selection() {
    assert_snapshot!(problems(&SOUND.replace("condition: selection", "condition: selektion")), @"bad.yml:9: sound-rule: unknown detection identifier: selektion");
}

#[test]
fn unknown_field_of_ours() {
    assert_snapshot!(problems(&SOUND.replace("eventName:", "portcullis.asset.teir:")), @"bad.yml:8: no record ever has the field 'portcullis.asset.teir'");
}

#[test]
fn missing_members() {
    assert_snapshot!(problems(&SOUND.replace("name: sound-rule\n", "")), @"bad.yml:1: `name` is missing: the rule's permanent id in kebab case, `secret-read-at-night`");
    assert_snapshot!(problems(&SOUND.replace("level: low\n", "")), @"bad.yml:1: `level` is missing: informational, low, medium, high or critical");
    assert_snapshot!(problems(&SOUND.replace("sound-rule", "Sound Rule")), @"bad.yml:2: `name: Sound Rule` is not kebab case: lower-case letters, digits and single hyphens");
    assert_snapshot!(problems(&SOUND.replace("service: cloudtrail", "service: s3")), @"bad.yml:3: `logsource` must be {product: aws, service: cloudtrail}: the rule would never see a record");
}

#[test]
fn taken_name() {
    assert_snapshot!(problems(SOUND), @"sound.yml:2: `name: sound-rule` is taken by the rule in bad.yml");
}

/// A correlation over the sound rule, with `change` made to it.
fn correlation(from: &str, to: &str) -> String {
    let sound = "title: Many
name: many
level: high
correlation:
  type: event_count
  rules: [sound-rule]
  group-by: [awsRegion]
  timespan: 5m
  condition: {gte: 3}
";
    problems(&sound.replace(from, to))
}

#[test]
fn correlations() {
    assert_snapshot!(correlation("", ""), @"");
    assert_snapshot!(correlation("[sound-rule]", "[sound-ruel]"), @"bad.yml:2: correlation 'many': `rules` names 'sound-ruel', and no rule that loads has this name");
    assert_snapshot!(correlation("  group-by: [awsRegion]\n", ""), @"bad.yml:2: correlation 'many': `group-by` is missing: without it everybody's events would be counted together");
    assert_snapshot!(correlation("timespan: 5m", "timespan: 30d"), @"bad.yml:2: correlation 'many': `timespan: 30d` must be from a second to seven days");
    assert_snapshot!(correlation("{gte: 3}", "{gte: 500}"), @"bad.yml:2: correlation 'many': condition: 500 is more than a window can count to: at most 120");
    assert_snapshot!(correlation("{gte: 3}", "{lt: 1}"), @"bad.yml:2: correlation 'many': condition: no number of events fulfils the condition");
    assert_snapshot!(correlation("event_count", "value_count"), @"bad.yml:2: correlation 'many': value_count needs `condition.field`: the field whose values are counted");
    assert_snapshot!(correlation("event_count", "value_sum"), @"bad.yml:2: correlation 'many': a correlation of type value_sum with this condition is not supported");
    assert_snapshot!(correlation("event_count", "temporal_ordered"), @"bad.yml:2: correlation 'many': temporal_ordered takes no `condition`: all rules, in their order");
    assert_snapshot!(correlation("[awsRegion]", "[portcullis.actor.nmae]"), @"bad.yml:7: no record ever has the field 'portcullis.actor.nmae'");
    assert_snapshot!(correlation("[sound-rule]", "[many]"), @"bad.yml:2: correlation 'many': `many` and `many` refer to each other");
    assert_snapshot!(correlation("name: many", "name: sound-rule"), @"bad.yml:2: correlation 'sound-rule': `sound-rule` and `sound-rule` refer to each other");
}

#[test]
fn an_inner_correlation_groups_as_the_outer_one_does() {
    let chained = "title: Inner
name: inner
correlation: {type: event_count, rules: [sound-rule], group-by: [awsRegion], timespan: 5m, condition: {gte: 3}}
level: high
---
title: Outer
name: outer
correlation: {type: temporal_ordered, rules: [sound-rule, inner], group-by: [sourceIPAddress], timespan: 5m}
level: high
";
    assert_snapshot!(problems(chained), @"bad.yml:7: correlation 'outer': `inner` must group by 'sourceIPAddress' as the correlation above it does, or its events would belong to no group");
    assert_snapshot!(problems(&chained.replace("[sound-rule], group-by: [awsRegion]", "[outer], group-by: [sourceIPAddress]")), @"
    bad.yml:2: correlation 'inner': `inner` and `outer` refer to each other
    bad.yml:3: correlation 'outer': `outer` and `inner` refer to each other
    ");
}

#[test]
fn correlations_that_go_round() {
    let one = |name: &str, rule: &str| {
        format!(
            "title: {name}\nname: {name}\nlevel: high\ncorrelation: {{type: event_count, rules: [{rule}], group-by: \
             [awsRegion], timespan: 5m, condition: {{gte: 3}}}}\n"
        )
    };
    let three = [one("first", "second"), one("second", "third"), one("third", "first")].join("---\n");
    assert_snapshot!(problems(&three), @"
    bad.yml:1: correlation 'first': `first` and `third` refer to each other
    bad.yml:4: correlation 'second': `second` and `first` refer to each other
    bad.yml:9: correlation 'third': `third` and `second` refer to each other
    ");
}

/// Their values are kept with each event of a window.
#[test]
fn inner_correlations_that_group_by_too_much() {
    let inner = "title: Inner
name: inner
correlation: {type: event_count, rules: [sound-rule], group-by: [awsRegion, a, b, c, d, e], timespan: 5m, condition: {gte: 3}}
level: high
---
title: Outer
name: outer
correlation: {type: event_count, rules: [inner], group-by: [awsRegion], timespan: 5m, condition: {gte: 2}}
level: high
";
    assert_snapshot!(problems(inner), @"bad.yml:7: correlation 'outer': the correlations below group by 6 different fields; at most 5 can be kept");
    assert_eq!(problems(&inner.replace(", e]", "]")), "", "five are few enough");
}

#[test]
fn empty_file() {
    assert_snapshot!(problems(""), @"bad.yml:1: Document is not a YAML mapping");
}
