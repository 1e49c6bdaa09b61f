//! `portcullis check`, and settings and rules that are sound and come to nothing.

use insta::assert_snapshot;

use crate::check::RULE;
use crate::workplace::Workplace;

#[test]
fn rules_that_the_settings_name_and_nobody_has() {
    let workplace = Workplace::new();
    let settings = "exemptions:
  - name: terraform
    actors: ['arn:aws:iam::111122223333:role/terraform']
    rules: [secret-raed, secret-read, unauthorised-access-critical-asset]
    reason: it reads every secret once a day
    until: 9999-12-31
rules:
  own-read: {exempt: ['arn:aws:iam::111122223333:role/scan']}
  utterly-unknown-to-everybody: {shadow: true}
";
    workplace.file("portcullis.yaml", settings);
    workplace.file("rules/secret-read.yml", RULE);
    workplace.file("rules/reads.yml", READS);
    let said = workplace.run(&["check", "--rules", "rules"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""));
    assert_snapshot!(said.without_count(2), @"
    settings: portcullis.yaml: mode observe, assets 0, protected patterns 0
      note: mode observe: findings are recorded, nobody is paged, nothing is touched
    error: no rule is called `secret-raed`, so this changes nothing
     --> portcullis.yaml:4:13
      |
    4 |     rules: [secret-raed, secret-read, unauthorised-access-critical-asset]
      |             ^
    help: did you mean `secret-read`?

    error: no rule is called `unauthorised-access-critical-asset`, so this changes nothing
     --> portcullis.yaml:4:39
      |
    4 |     rules: [secret-raed, secret-read, unauthorised-access-critical-asset]
      |                                       ^
    help: did you mean `unauthorized-access-critical-asset`?

    error: no rule is called `own-read`, so this changes nothing
     --> portcullis.yaml:8:3
      |
    8 |   own-read: {exempt: ['arn:aws:iam::111122223333:role/scan']}
      |   ^
    help: it is a base rule, which makes no findings; name the correlation that counts what it matches

    error: no rule is called `utterly-unknown-to-everybody`, so this changes nothing
     --> portcullis.yaml:9:3
      |
    9 |   utterly-unknown-to-everybody: {shadow: true}
      |   ^
    help: `portcullis rules list` names them all; those of your own are known with --rules PATH

    rules: N + 2 loaded
    4 problems
    ");
}

const READS: &str = "title: Many reads
name: own-reads
correlation:
  type: event_count
  rules: [own-read]
  group-by: [portcullis.actor.name]
  timespan: 5m
  condition: {gte: 3}
level: low
---
title: A read
name: own-read
logsource: {product: aws, service: cloudtrail}
detection: {read: {eventName: GetSecretValue}, condition: read}
level: informational
";

/// One that is over changes nothing, so it is a problem; one that soon will be is worth a note.
#[test]
fn exemptions_that_end() {
    let day = |days: i64| {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    };
    let exemption = |name: &str, until: &str| {
        format!(
            "  - {{name: {name}, actors: ['111122223333'], rules: [secrets-read-in-batch], reason: a drill, until: {until}}}\n"
        )
    };
    let workplace = Workplace::new();
    let soon = day(3);
    workplace.file(
        "portcullis.yaml",
        format!(
            "exemptions:\n{}{}{}",
            exemption("past", "2020-02-29"),
            exemption("soon", &soon),
            exemption("later", &day(90))
        ),
    );
    let said = workplace.run(&["check"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.without_count(0).replace(&soon, "SOON"), @"
    settings: portcullis.yaml: mode observe, assets 0, protected patterns 0
      note: mode observe: findings are recorded, nobody is paged, nothing is touched
      note: line 3: exemption `soon` ends in 3 days, on SOON; extend it if it is still needed
    portcullis.yaml:2: exemption `past` ended on 2020-02-29 and no longer holds; remove it, or extend it if it is still needed
    rules: N + 0 loaded
    1 problem
    ");
}

#[test]
fn thresholds_that_cannot_be() {
    let workplace = Workplace::new();
    let settings = "rules:\n  secret-read: {threshold: 5}\n  own-reads: {threshold: 5}\n";
    workplace.file("portcullis.yaml", settings);
    workplace.file("rules/secret-read.yml", RULE);
    workplace.file("rules/reads.yml", READS);
    let said = workplace.run(&["check", "--rules", "rules"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.without_count(2), @"
    settings: portcullis.yaml: mode observe, assets 0, protected patterns 0
      note: mode observe: findings are recorded, nobody is paged, nothing is touched
    rules: N + 2 loaded
    portcullis.yaml:2: `secret-read`: is no correlation, so it has no threshold
    1 problem
    ");
}

#[test]
fn rules_that_can_never_match() {
    let workplace = Workplace::new();
    workplace.file("rules/field.yml", RULE.replace("eventName:", "eventname:"));
    workplace.file(
        "rules/source.yml",
        RULE.replace("secret-read", "source").replace("eventName: GetSecretValue", "eventSource: kms"),
    );
    workplace.file(
        "rules/word.yml",
        RULE.replace("secret-read", "word").replace("eventName: GetSecretValue", "portcullis.outcome: sucess"),
    );
    let said = workplace.run(&["check", "--rules", "rules"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.without_count(3), @"
    settings: portcullis.yaml: mode enforce, assets 1, protected patterns 1
    rules: N + 3 loaded
    rules/field.yml:8: secret-read: no record has the field `eventname`; did you mean `eventName`?
    rules/source.yml:8: source: `eventSource` ends with `.amazonaws.com`, so it is never 'kms'; did you mean `kms.amazonaws.com`?
    rules/word.yml:8: word: `portcullis.outcome` is never 'sucess', but one of success, denied, failed; did you mean `success`?
    3 problems
    ");
}

#[test]
fn a_decoy_needs_nobody_who_is_authorized() {
    let workplace = Workplace::new();
    workplace.file("portcullis.yaml", "mode: page\nassets:\n  - {name: bait, secret: prod/root, decoy: true}\n");
    let said = workplace.run(&["check"]);
    assert_snapshot!(said.without_count(0), @"
    settings: portcullis.yaml: mode page, assets 1, protected patterns 0
    rules: N + 0 loaded
    ok
    ");
}
