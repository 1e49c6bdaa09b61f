//! `portcullis rules explain`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::record::{log_file, read};
use crate::workplace::{Said, Workplace};

pub(crate) const RULE: &str = "title: Payroll secret read by somebody else
name: payroll-read
sigma-version: 3
logsource: {product: aws, service: cloudtrail}
detection:
  read:
    eventSource: secretsmanager.amazonaws.com
    eventName: [GetSecretValue, BatchGetSecretValue]
    requestParameters.secretId|startswith: prod/payroll/
    portcullis.actor.authorized: false
  unfamiliar_network: {portcullis.origin.name: null}
  unfamiliar_actor: {portcullis.first_seen: true}
  tool:
    - userAgent|contains: [Boto3, terraform]
    - userAgent|cased: AWS-CLI/2.31.0
  elements:
    resources[any]:
      type: AWS::KMS::Key
  condition: read and 1 of unfamiliar_* and not tool and not elements
level: high
";

const COUNTING: &str = "title: Many payroll reads
name: many-payroll-reads
correlation:
  type: value_count
  rules: [payroll-access]
  group-by: [portcullis.actor.name, portcullis.origin.id]
  timespan: 10m
  condition: {gte: 5, field: requestParameters.secretId}
level: high
portcullis: {shadow: true}
---
title: A payroll secret was touched
name: payroll-access
logsource: {product: aws, service: cloudtrail}
detection: {access: {eventSource: secretsmanager.amazonaws.com, portcullis.asset.tier: critical}, condition: access}
level: informational
";

pub(crate) fn workplace(records: &[Value]) -> Workplace {
    let workplace = Workplace::new();
    workplace.file("rules/payroll-read.yml", RULE);
    workplace.file("rules/counting.yml", COUNTING);
    workplace.file("log.json", log_file(records));
    workplace
}

fn explained(record: Value, rule: &str) -> Said {
    let said = workplace(&[record]).run(&["rules", "explain", rule, "log.json", "--rules", "rules"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    said
}

#[test]
fn a_rule_that_matches() {
    let said = explained(read(1, "team/reporting", "prod/payroll/db"), "payroll-read");
    assert_snapshot!(said.stdout, @r#"
    payroll-read: Payroll secret read by somebody else (high)
    ✓ 1  2026-01-05T08:00:01Z  secretsmanager GetSecretValue (success) by arn:aws:iam::111122223333:role/team/reporting

      ✓ all of
        ✓ selection `read`
          ✓ eventSource: asks for "secretsmanager.amazonaws.com"; the record has "secretsmanager.amazonaws.com"
          ✓ eventName: asks for one of "GetSecretValue", "BatchGetSecretValue"; the record has "GetSecretValue"
          ✓ requestParameters.secretId: asks for a text that begins with "prod/payroll/"; the record has "prod/payroll/db"
          ✓ portcullis.actor.authorized: asks for false; the record has false
        ✓ any of
          ✗ selection `unfamiliar_actor`
            ✗ portcullis.first_seen: asks for true; absent: needs history, which `portcullis replay` gathers and this command does not
          ✓ selection `unfamiliar_network`
            ✓ portcullis.origin.name: asks for nothing (null or absent); absent: the settings name no networks
        ✓ not
          ✗ selection `tool`
            ✗ any of
              ✗ all of
                ✗ userAgent: asks for a text that contains one of "Boto3", "terraform"; the record has "aws-cli/2.31.0"
              ✗ all of
                ✗ userAgent: asks for "AWS-CLI/2.31.0", in this letter case; the record has "aws-cli/2.31.0" (only the letter case differs)
        ✓ not
          ✗ selection `elements`
            ✗ any element of resources, which has none

    ✓ the rule matches
    "#);
}

#[test]
fn a_rule_that_does_not() {
    let mut denied = read(1, "team/reporting", "prod/payroll/db");
    denied["requestParameters"] = Value::Null;
    denied["errorCode"] = json!("AccessDenied");
    denied["userAgent"] = json!("Boto3/1.34");
    let said = explained(denied, "payroll-read");
    assert_snapshot!(said.stdout, @r#"
    payroll-read: Payroll secret read by somebody else (high)
    ✗ 1  2026-01-05T08:00:01Z  secretsmanager GetSecretValue (denied) by arn:aws:iam::111122223333:role/team/reporting

      ✗ all of
        ✗ selection `read`
          ✓ eventSource: asks for "secretsmanager.amazonaws.com"; the record has "secretsmanager.amazonaws.com"
          ✓ eventName: asks for one of "GetSecretValue", "BatchGetSecretValue"; the record has "GetSecretValue"
          ✗ requestParameters.secretId: asks for a text that begins with "prod/payroll/"; absent: the record has no requestParameters, as is the case for some denied calls
          ✗ portcullis.actor.authorized: asks for false; absent: the record names no key or secret
        ✓ any of
          ✗ selection `unfamiliar_actor`
            ✗ portcullis.first_seen: asks for true; absent: the record names no key or secret
          ✓ selection `unfamiliar_network`
            ✓ portcullis.origin.name: asks for nothing (null or absent); absent: the settings name no networks
        ✗ not
          ✓ selection `tool`
            ✓ any of
              ✓ all of
                ✓ userAgent: asks for a text that contains one of "Boto3", "terraform"; the record has "Boto3/1.34"
              ✗ all of
                ✗ userAgent: asks for "AWS-CLI/2.31.0", in this letter case; the record has "Boto3/1.34"
        ✓ not
          ✗ selection `elements`
            ✗ any element of resources, which has none

    ✗ the rule does not match
    "#);
}

/// Only what the rule names, and of objects nothing but the names of their members.
#[test]
fn no_secret_is_shown() {
    let mut write = read(1, "team/reporting", "prod/payroll/db");
    write["eventName"] = json!("PutSecretValue");
    write["requestParameters"] =
        json!({"secretId": "prod/payroll/db", "secretString": "hunter2", "tags": [{"key": "hunter3"}]});
    write["responseElements"] = json!({"arn": "hunter4"});
    write["errorMessage"] = json!("hunter5");
    let rule = "title: Odd
name: odd
logsource: {product: aws, service: cloudtrail}
detection:
  whole: {requestParameters: null}
  list: {requestParameters.tags|exists: false}
  words: [hunter]
  condition: whole or list or words
level: low
";
    let workplace = workplace(&[write]);
    workplace.file("rules/odd.yml", rule);
    for format in ["table", "json"] {
        for rule in ["odd", "payroll-read", "many-payroll-reads"] {
            let said = workplace.run(&["rules", "explain", rule, "log.json", "--rules", "rules", "--format", format]);
            assert_eq!(said.code, 0, "{said:?}");
            assert!(!said.stdout.contains("hunter2"), "{}", said.stdout);
            let shown = said.stdout.replace("\"hunter\" anywhere", "").replace("\\\"hunter\\\" anywhere", "");
            assert!(!shown.contains("hunter"), "{shown}");
        }
    }
    let said = workplace.run(&["rules", "explain", "odd", "log.json", "--rules", "rules"]);
    assert_snapshot!(said.stdout, @r#"
    odd: Odd (low)
    ✓ 1  2026-01-05T08:00:01Z  secretsmanager PutSecretValue (failed) by arn:aws:iam::111122223333:role/team/reporting

      ✓ any of
        ✗ selection `whole`
          ✗ requestParameters: asks for nothing (null or absent); the record has "an object with secretId, secretString, tags"
        ✗ selection `list`
          ✗ requestParameters.tags: asks for absence; the record has "an object with key"
        ✓ selection `words`
          ✓ words: asks for "hunter" anywhere in the record

    ✓ the rule matches
    "#);
}

#[test]
fn a_correlation() {
    let said = explained(read(1, "team/reporting", "prod/payroll/db"), "many-payroll-reads");
    assert_snapshot!(said.stdout, @r#"
    many-payroll-reads: Many payroll reads (high, 5 values of requestParameters.secretId in 10m)
    ✓ 1  2026-01-05T08:00:01Z  secretsmanager GetSecretValue (success) by arn:aws:iam::111122223333:role/team/reporting

    ✓ base rule `payroll-access`
      ✓ selection `access`
        ✓ eventSource: asks for "secretsmanager.amazonaws.com"; the record has "secretsmanager.amazonaws.com"
        ✓ portcullis.asset.tier: asks for "critical"; the record has "critical"
      counted in the group portcullis.actor.name = arn:aws:iam::111122223333:role/team/reporting, portcullis.origin.id = 203.0.113.0/24, as the value prod/payroll/db

    ✓ the rule counts this record
    note it fires at 5 values of requestParameters.secretId in 10m, for each portcullis.actor.name and portcullis.origin.id; what one record adds is a part of that
    note the rule is in shadow (by its own file): its findings are written down, and nobody is paged
    "#);
}

/// A base rule that matches is not enough to be counted.
#[test]
fn a_record_that_is_in_no_group() {
    let mut nobody = read(1, "team/reporting", "prod/payroll/db");
    nobody["sourceIPAddress"] = json!("AWS Internal");
    let said = explained(nobody.clone(), "many-payroll-reads");
    let told: Vec<&str> = said.stdout.lines().filter(|line| line.contains("group") || line.contains("count")).collect();
    assert_snapshot!(told.join("\n"), @"
      counted in no group: `portcullis.origin.id` is absent: calls by AWS services come from no place of their own
    ✗ the rule does not count this record
    ");
    nobody["eventTime"] = json!("yesterday");
    let said = explained(nobody, "many-payroll-reads");
    assert!(said.stdout.contains("counted in no group: the record has no time that can be read"), "{}", said.stdout);
}

#[test]
fn a_base_rule() {
    let said = explained(read(1, "team/reporting", "prod/payroll/db"), "payroll-access");
    let notes: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("note ")).collect();
    assert_snapshot!(notes.join("\n"), @"note it is a base rule: it makes no findings of its own, a correlation counts what it matches");
}

#[test]
fn what_the_settings_say_of_rule_and_actor() {
    let workplace = workplace(&[read(1, "team/reporting", "prod/payroll/db")]);
    let settings = "assets: [{name: payroll, secret: prod/payroll/*, tier: critical, authorized: []}]
exemptions:
  - {name: reports, actors: [{path: /team/}], rules: [payroll-read], reason: monthly reports, until: 2026-12-31}
rules:
  payroll-read: {shadow: true}
  many-payroll-reads: {exempt: [{path: /team/}], shadow: false, threshold: 7}
";
    workplace.file("portcullis.yaml", settings);
    let notes = |rule: &str| {
        let said = workplace.run(&["rules", "explain", rule, "log.json", "--rules", "rules"]);
        let notes: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("note ")).collect();
        notes.join("\n")
    };
    assert_snapshot!(notes("payroll-read"), @"
    note the settings exempt the actor, so nothing comes of it: exemption `reports`, line 3
    note the rule is in shadow (by the settings, line 5): its findings are written down, and nobody is paged
    ");
    assert_snapshot!(notes("many-payroll-reads"), @"
    note it fires at 7 values of requestParameters.secretId in 10m, for each portcullis.actor.name and portcullis.origin.id; what one record adds is a part of that
    note the settings exempt the actor, so nothing comes of it: `exempt` of rule `many-payroll-reads`, line 6
    ");
}
