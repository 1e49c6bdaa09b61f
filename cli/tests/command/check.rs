//! `portcullis check`, and rules and settings that are wrong.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::record::{log_file, read};
use crate::workplace::Workplace;

pub(crate) const RULE: &str = "title: A secret was read
name: secret-read
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: GetSecretValue
  condition: selection
level: low
";

#[test]
fn the_example_is_sound() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/portcullis.example.yaml");
    let workplace = Workplace::new();
    workplace.file("portcullis.example.yaml", fs::read(example).unwrap());
    let said = workplace.run(&["check", "portcullis.example.yaml"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert_snapshot!(said.without_count(0), @"
    settings: portcullis.example.yaml: mode observe, assets 5, protected patterns 3
      note: line 49: `backup key` has no `authorized`, so nobody can be told to be unauthorized
      note: line 54: `whatever is tagged confidential` has no `authorized`, so nobody can be told to be unauthorized
      note: mode observe: findings are recorded, nobody is paged, nothing is touched
    rules: N + 0 loaded
    ok
    ");
}

#[test]
fn the_settings_of_the_folder_are_checked() {
    let said = Workplace::new().run(&["check"]);
    assert_eq!(said.code, 0);
    assert_snapshot!(said.without_count(0), @"
    settings: portcullis.yaml: mode enforce, assets 1, protected patterns 1
    rules: N + 0 loaded
    ok
    ");
}

/// Whoever mends a file wants every mistake at once.
#[test]
fn every_problem_at_once() {
    let workplace = Workplace::new();
    let settings = "mode: enforced
assets:
  - name: payroll
    secret: prod/payroll/*
    teir: critical
  - name: payroll
    arn: not-an-arn
    tier: high
quarantine:
  lifts_after: 4 hours
";
    workplace.file("portcullis.yaml", settings);
    workplace.file("rules/typo.yml", RULE.replace("eventName:", "eventName|contians:"));
    workplace.file("rules/sound.yml", RULE);
    let said = workplace.run(&["check", "--rules", "rules"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""));
    assert_snapshot!(said.without_count(1), @"
    error: mode: found `enforced`, expected one of observe, page, ask, enforce
     --> portcullis.yaml:1:7
      |
    1 | mode: enforced
      |       ^
    help: did you mean `enforce`?

    error: assets[0]: `tier` is missing
     --> portcullis.yaml:3:5
      |
    3 |   - name: payroll
      |     ^

    error: assets[0].teir: unknown key, expected one of name, arn, secret, alias, tag, tier, authorized, decoy, rotators, hours, high_rate
     --> portcullis.yaml:5:5
      |
    5 |     teir: critical
      |     ^
    help: did you mean `tier`?

    error: assets[1].name: `payroll` is already the name of the entry on line 3
     --> portcullis.yaml:6:11
      |
    6 |   - name: payroll
      |           ^
    help: give each entry its own name; pages tell them apart by it

    error: assets[1].arn: found `not-an-arn`, expected the ARN pattern of KMS keys or secrets
     --> portcullis.yaml:7:10
      |
    7 |     arn: not-an-arn
      |          ^
    help: an ARN has six parts, `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`; `*` and `?` may stand for what varies

    error: assets[1].tier: found `high`, expected one of standard, sensitive, critical
     --> portcullis.yaml:8:11
      |
    8 |     tier: high
      |           ^

    rules: N + 1 loaded
    rules/typo.yml:8: Unknown modifier 'contians'
    7 problems
    ");
}

#[test]
fn an_unknown_setting_is_named_with_its_neighbour() {
    let workplace = Workplace::new();
    workplace.file("portcullis.yaml", "mode: enforce\nquarantene:\n  lifts_after: 4h\n");
    let said = workplace.run(&["check"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.without_count(0), @"
    error: quarantene: unknown key, expected one of mode, assets, protected, operators, members, response, asking, lockout, quarantine, limits, paging, alarms, accounts, hours, changes, networks, audit, exemptions, rules, geoip
     --> portcullis.yaml:2:1
      |
    2 | quarantene:
      | ^
    help: did you mean `quarantine`?

    rules: N + 0 loaded
    1 problem
    ");

    // A replay by settings that nobody meant would be worth nothing.
    workplace.file("log.json", log_file(&[read(1, "team/reporting", "prod/payroll/db")]));
    let said = workplace.run(&["replay", "log.json"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert_snapshot!(said.stderr, @"
    portcullis: the settings have problems:
    error: quarantene: unknown key, expected one of mode, assets, protected, operators, members, response, asking, lockout, quarantine, limits, paging, alarms, accounts, hours, changes, networks, audit, exemptions, rules, geoip
     --> portcullis.yaml:2:1
      |
    2 | quarantene:
      | ^
    help: did you mean `quarantine`?
    ");
}

#[test]
fn a_settings_file_that_is_not_there() {
    let workplace = Workplace::new();
    for command in [&["check", "elsewhere.yaml"][..], &["replay", ".", "--settings", "elsewhere.yaml"]] {
        let said = workplace.run(command);
        assert_eq!(said.code, 2);
        assert!(said.stderr.starts_with("portcullis: cannot read settings `elsewhere.yaml`: "), "{}", said.stderr);
    }
}

/// A syntax error in one rule costs that rule alone; `check` is the place to be strict.
#[test]
fn a_rule_with_a_syntax_error() {
    let workplace = Workplace::new();
    workplace.file("rules/broken.yml", RULE.replace("    eventName:", "   - eventName: ["));
    workplace.file("rules/sound.yml", RULE);
    workplace.file("log.json", log_file(&[read(1, "team/reporting", "prod/payroll/db")]));
    let said = workplace.run(&["replay", "log.json", "--rules", "rules"]);
    assert_eq!(said.code, 0);
    let told = workplace.run(&["replay", "log.json", "--rules", "rules", "--format", "json"]).json();
    let notes: Vec<&str> = told["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert_snapshot!(notes.join("\n"), @"
    a problem with the rules: rules/broken.yml:9: YAML parse error: did not find expected ',' or ']' at line 9 column 12, while parsing a flow sequence at line 8 column 17
    the logs reach from 2026-01-05T08:00:01Z to 2026-01-05T08:00:01Z: all of it lies in the first 7 days of being watched, in which a first sighting means nothing yet; --watched-since tells of an earlier beginning
    ");
    assert!(said.screen().contains("low                1  secret-read"), "{}", said.screen());
    assert!(said.screen().contains("critical           1  unauthorized-access-critical-asset"), "{}", said.screen());

    let said = workplace.run(&["check", "--rules", "rules"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.without_count(1), @"
    settings: portcullis.yaml: mode enforce, assets 1, protected patterns 1
    rules: N + 1 loaded
    rules/broken.yml:9: YAML parse error: did not find expected ',' or ']' at line 9 column 12, while parsing a flow sequence at line 8 column 17
    1 problem
    ");
}

#[test]
fn rules_that_are_not_there() {
    let said = Workplace::new().run(&["check", "--rules", "nowhere"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.starts_with("portcullis: cannot read rule `nowhere`: "), "{}", said.stderr);
}
