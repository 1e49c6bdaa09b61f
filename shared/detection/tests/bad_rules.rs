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

#[test]
fn correlations_are_refused_not_ignored() {
    let correlation = "title: Many\ncorrelation:\n  type: event_count\n  rules: [sound-rule]\n  group-by: [awsRegion]\n  timespan: 5m\n  condition: {gte: 3}\nlevel: high\n";
    assert_snapshot!(problems(correlation), @"bad.yml:1: correlation 'Many': this version loads detection rules only");
}

#[test]
fn empty_file() {
    assert_snapshot!(problems(""), @"bad.yml:1: Document is not a YAML mapping");
}
