//! `portcullis rules list`.

use insta::assert_snapshot;
use portcullis_detection::{RuleSet, built_in};
use serde_json::json;

use crate::workplace::Workplace;

const OWN: &str = "title: Own rule
name: own-rule
tags: [attack.credential-access, attack.t1555.006]
logsource: {product: aws, service: cloudtrail}
detection: {read: {eventName: GetSecretValue}, condition: read}
level: low
---
title: Own counting rule
name: own-counting-rule
tags: [attack.t1555.006, attack.t1580, attack.t1562.008, attack.t1685.002, attack.t1526, attack.t1552, attack.t1078.004, attack.t1486, attack.t1530]
correlation:
  type: value_count
  rules: [own-rule]
  group-by: [portcullis.actor.name]
  timespan: 90m
  condition: {gte: 10, field: portcullis.asset.name}
  generate: true
level: high
";

const SETTINGS: &str = "exemptions:
  - name: drill
    actors: ['arn:aws:iam::111122223333:role/drill']
    rules: [own-rule, own-counting-rule]
    reason: a drill
    until: 2020-12-31
  - name: scanner
    actors: ['arn:aws:iam::111122223333:role/scanner', {path: /team/scanners/}, {tag: team=scanners}]
    rules: [own-counting-rule]
    reason: it looks at every secret
    until: 9999-12-31
rules:
  own-rule: {shadow: true}
  own-counting-rule: {threshold: 20, exempt: [{function: 'arn:aws:lambda:*:*:function:scan-*'}]}
";

fn own() -> Workplace {
    let workplace = Workplace::new();
    workplace.file("rules/own.yml", OWN);
    workplace.file("portcullis.yaml", SETTINGS);
    workplace
}

#[test]
fn what_the_settings_change_is_told() {
    let said = own().run(&["rules", "list", "own-", "--rules", "rules"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert_snapshot!(said.stdout, @"
      rule               severity  of                state   ATT&CK

    rules/own.yml
      own-counting-rule  high      20 values in 90m  on      T1555.006 T1580 T1562.008 T1685.002 T1526 T1552 T1078.004 T1486
                                                             T1530
          threshold 20 by the settings
          exempt until 2020-12-31, which is over: arn:aws:iam::111122223333:role/drill (exemption `drill`)
          exempt until 9999-12-31: arn:aws:iam::111122223333:role/scanner, {path: /team/scanners/}, {tag: team=scanners}
          (exemption `scanner`)
          exempt: {function: arn:aws:lambda:*:*:function:scan-*}
      own-rule           low       one record        shadow  T1555.006
          put in shadow by the settings
          exempt until 2020-12-31, which is over: arn:aws:iam::111122223333:role/drill (exemption `drill`)

    2 rules, 1 in shadow
    ");
}

#[test]
fn as_json() {
    let document = own().run(&["rules", "list", "own-counting", "--rules", "rules", "--format", "json"]).json();
    assert_eq!(
        document,
        json!([{
            "id": "own-counting-rule",
            "title": "Own counting rule",
            "severity": "high",
            "kind": "correlation",
            "counts": "20 values of portcullis.asset.name in 90m",
            "group_by": ["portcullis.actor.name"],
            "area": null,
            "attack": ["T1555.006", "T1580", "T1562.008", "T1685.002", "T1526", "T1552", "T1078.004", "T1486", "T1530"],
            "state": "on",
            "overridden": ["threshold 20"],
            "exempt": [
                {"name": "drill", "actors": ["arn:aws:iam::111122223333:role/drill"], "until": "2020-12-31", "holds": false},
                {
                    "name": "scanner",
                    "actors": ["arn:aws:iam::111122223333:role/scanner", "{path: /team/scanners/}", "{tag: team=scanners}"],
                    "until": "9999-12-31",
                    "holds": true,
                },
                {"name": null, "actors": ["{function: arn:aws:lambda:*:*:function:scan-*}"], "until": null, "holds": true},
            ],
            "file": "rules/own.yml",
        }])
    );
}

/// Every built-in rule is there, sorted within its area, and no line is wider than a terminal.
#[test]
fn every_rule_is_listed() {
    let said = Workplace::new().run(&["rules", "list"]);
    assert_eq!(said.code, 0);
    for line in said.stdout.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
    let set = RuleSet::load(&built_in());
    for rule in set.rules() {
        assert!(said.stdout.contains(&format!("  {} ", rule.reference.id)), "{}", rule.reference.id);
    }
    let rules = Workplace::new().run(&["rules", "list", "--format", "json"]).json();
    let rules: Vec<_> =
        rules.as_array().unwrap().iter().map(|rule| (rule["area"].as_str(), rule["id"].as_str())).collect();
    assert_eq!(rules.len(), set.rules().count());
    assert!(rules.is_sorted());
}

/// All words, in any of what is told, in any letter case.
#[test]
fn words_narrow_it_down() {
    let ids = |words: &[&str]| {
        let all = [&["rules", "list", "--rules", "rules", "--format", "json"], words].concat();
        let document = own().run(&all).json();
        document.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["OWN", "counting", "high"]), ["own-counting-rule"]);
    assert_eq!(ids(&["own-", "shadow"]), ["own-rule"]);
    assert_eq!(ids(&["own-", "t1555.006"]), ["own-counting-rule", "own-rule"]);
    assert!(ids(&["correlation"]).len() > 1);
    assert!(ids(&["decoy"]).iter().all(|id| id.contains("decoy")));
    let said = own().run(&["rules", "list", "neither", "nor"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, "no rule has all these words\n"));
}

#[test]
fn what_cannot_be_applied_is_told_beside_the_list() {
    let workplace = own();
    workplace.file("portcullis.yaml", "rules: {own-rule: {threshold: 3}}\n");
    workplace.file("rules/broken.yml", "title: [");
    let said = workplace.run(&["rules", "list", "own-rule", "--rules", "rules"]);
    assert_eq!(said.code, 0);
    assert!(!said.stdout.contains("threshold"), "{}", said.stdout);
    assert_snapshot!(said.stderr, @"
    note rules/broken.yml:2: YAML parse error: did not find expected node content at line 2 column 1, while parsing a flow node
    note the settings:1: `own-rule`: is no correlation, so it has no threshold
    ");
}
