//! `portcullis rules explain`: which record, in which form, and what one record cannot tell.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::record::{log_file, looked_up, read, unrelated};
use crate::rules_explain::{RULE, workplace};
use crate::workplace::gzip;

/// One line for each, and the first in full; or the one that is asked for.
#[test]
fn several_records() {
    let records =
        [unrelated(1), read(2, "team/reporting", "prod/payroll/db"), read(3, "payroll/api", "prod/payroll/db")];
    let workplace = workplace(&records);
    let run = |more: &[&str]| {
        workplace.run(&[&["rules", "explain", "payroll-read", "log.json", "--rules", "rules"], more].concat())
    };
    let said = run(&[]);
    let head: Vec<&str> = said.stdout.lines().take(7).collect();
    assert_snapshot!(head.join("\n"), @"
    ✗ 1  2026-01-05T08:00:01Z  ec2 DescribeInstances (success) by arn:aws:iam::111122223333:role/team/reporting
    ✓ 2  2026-01-05T08:00:02Z  secretsmanager GetSecretValue (success) by arn:aws:iam::111122223333:role/team/reporting
    ✗ 3  2026-01-05T08:00:03Z  secretsmanager GetSecretValue (success) by arn:aws:iam::111122223333:role/payroll/api

    payroll-read: Payroll secret read by somebody else (high)
    ✗ 1  2026-01-05T08:00:01Z  ec2 DescribeInstances (success) by arn:aws:iam::111122223333:role/team/reporting
    ");
    let second = run(&["--record", "2"]);
    assert!(second.stdout.contains("✓ 2  2026-01-05T08:00:02Z"), "{}", second.stdout);
    assert!(!second.stdout.contains("2026-01-05T08:00:01Z"), "only the one that was asked for");
    assert_eq!(run(&["--event-id", "11111111-0000-4000-8000-000000000002"]).stdout, second.stdout);
    let document = run(&["--format", "json"]).json();
    assert_eq!(
        document["records"].as_array().unwrap().iter().map(|record| &record["matched"]).collect::<Vec<_>>(),
        [false, true, false]
    );
    assert_eq!(document["record"]["number"], 1);

    for (asked, answer) in [
        (["--record", "4"], "portcullis: there is no readable record 4; there are 3\n"),
        (["--event-id", "e"], "portcullis: no record has the eventID `e`; there are 3\n"),
    ] {
        let said = run(&asked);
        assert_eq!((said.code, said.stderr.as_str()), (2, answer));
    }
}

#[test]
fn every_form_of_record() {
    let record = read(1, "team/reporting", "prod/payroll/db");
    let workplace = workplace(std::slice::from_ref(&record));
    workplace.file("one.json", record.to_string());
    workplace.file("log.json.gz", gzip(&log_file(std::slice::from_ref(&record))));
    workplace.file("looked-up.json", looked_up(std::slice::from_ref(&record)));
    let first = workplace.run(&["rules", "explain", "payroll-read", "log.json", "--rules", "rules"]);
    for file in ["one.json", "log.json.gz", "looked-up.json"] {
        let said = workplace.run(&["rules", "explain", "payroll-read", file, "--rules", "rules"]);
        assert_eq!(said.stdout, first.stdout, "{file}");
        let said = workplace.run_reading(&["rules", "explain", "payroll-read", "-", "--rules", "rules"], file);
        assert_eq!(said.stdout, first.stdout, "{file} on standard input");
    }
}

#[test]
fn as_json() {
    let workplace = workplace(&[read(1, "team/reporting", "prod/web/token")]);
    let said = workplace.run(&["rules", "explain", "payroll-read", "log.json", "--rules", "rules", "--format", "json"]);
    let document = said.json();
    assert_eq!(document["matched"], false);
    assert_eq!(document["rule"]["id"], "payroll-read");
    let read = &document["detections"][0]["conditions"][0]["parts"][0];
    assert_eq!(
        read["parts"][2],
        json!({
            "matched": false,
            "what": "requestParameters.secretId",
            "asks": "a text that begins with \"prod/payroll/\"",
            "has": "prod/web/token",
        })
    );
    assert_eq!(
        read["parts"][3],
        json!({
            "matched": false,
            "what": "portcullis.actor.authorized",
            "asks": "false",
            "why": "no entry of the settings names the asset prod/web/token",
        })
    );
}

#[test]
fn what_cannot_be_explained() {
    let workplace = workplace(&[read(1, "team/reporting", "prod/payroll/db")]);
    workplace.file("nothing.json", "{\"name\": \"something else\"}");
    workplace
        .file("rules/broken.yml", RULE.replace("payroll-read", "broken").replace("eventName:", "eventName|contians:"));
    let refused = |rule: &str, file: &str| {
        let said = workplace.run(&["rules", "explain", rule, file, "--rules", "rules"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""));
        said.stderr
    };
    assert_snapshot!(refused("payroll-raed", "log.json"), @"portcullis: there is no rule `payroll-raed`; did you mean `payroll-read`?; `portcullis rules list` names them all");
    assert_snapshot!(refused("payroll-read", "nothing.json"), @"
    unreadable after record 0: neither a CloudTrail record nor an envelope that holds any
    portcullis: there is no record in `nothing.json`
    ");
    assert!(refused("payroll-read", "nowhere.json").starts_with("portcullis: cannot read `nowhere.json`: "));
}

/// What can be read is explained, and what cannot is no clean answer.
#[test]
fn a_file_that_is_damaged() {
    let workplace = workplace(&[]);
    workplace.file("log.json", format!("{}\n{{\"eventName\":\n", read(1, "team/reporting", "prod/payroll/db")));
    let said = workplace.run(&["rules", "explain", "payroll-read", "log.json", "--rules", "rules"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.contains("the rule matches"), "{}", said.stdout);
    assert!(said.stderr.starts_with("unreadable after record 1: "), "{}", said.stderr);
}

#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let mut evil = read(1, "team/reporting", "prod/payroll/\u{1b}]0;owned\u{7}\u{9b}31m");
    evil["userAgent"] = json!("\u{1b}[2J");
    evil["eventName"] = json!("Get\u{1b}[31m");
    let workplace = workplace(&[evil.clone(), evil]);
    for format in ["table", "json"] {
        let said =
            workplace.run(&["rules", "explain", "payroll-read", "log.json", "--rules", "rules", "--format", format]);
        assert_eq!(said.code, 0);
        assert!(!said.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", said.stdout);
    }
}

/// What was seen before is not known: neither that the rule matches nor that it does not.
#[test]
fn a_rule_that_needs_history() {
    let verdict = |record: Value, condition: &str| {
        let rule = format!(
            "title: New reader
name: new-reader
logsource: {{product: aws, service: cloudtrail}}
detection:
  read: {{eventName: GetSecretValue}}
  write: {{eventName: PutSecretValue}}
  new: {{portcullis.first_seen: true}}
  slow: {{portcullis.rate.level: usual}}
  condition: {condition}
level: high
"
        );
        let workplace = workplace(&[record]);
        workplace.file("rules/new.yml", rule);
        let said = workplace.run(&["rules", "explain", "new-reader", "log.json", "--rules", "rules"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""));
        said.stdout.lines().find(|line| line.contains("the rule ")).unwrap_or_default().to_owned()
    };
    let read = || read(1, "team/reporting", "prod/payroll/db");
    let open =
        "✗ the rule cannot be judged by this record alone: it needs history; `portcullis replay` on the logs tells";
    for condition in
        ["new", "read and new", "new or write", "read and not (write or not new)", "1 of new*", "3 of them"]
    {
        assert_eq!(verdict(read(), condition), open, "{condition}");
    }
    // What the record decides needs no history.
    for condition in ["write and new", "write or write and slow", "not (read or new)", "write and not new", "4 of them"]
    {
        assert_eq!(verdict(read(), condition), "✗ the rule does not match", "{condition}");
    }
    assert_eq!(verdict(read(), "read or new"), "✓ the rule matches");
    // Without a time there is no history, and none will come.
    let mut timeless = read();
    timeless["eventTime"] = json!("yesterday");
    assert_eq!(verdict(timeless, "read and new"), "✗ the rule does not match");
}

#[test]
fn a_field_that_only_the_ledger_fills() {
    let rule = "title: Undone
name: undone
logsource: {product: aws, service: cloudtrail}
detection: {target: {portcullis.target.quarantined: true}, condition: target}
level: high
";
    let mut call = read(1, "team/reporting", "prod/payroll/db");
    let why = |record: &Value| {
        let workplace = workplace(std::slice::from_ref(record));
        workplace.file("rules/undone.yml", rule);
        let said = workplace.run(&["rules", "explain", "undone", "log.json", "--rules", "rules"]);
        said.stdout.lines().find(|line| line.contains("absent: ")).unwrap_or_default().trim().to_owned()
    };
    assert_snapshot!(why(&call), @"✗ portcullis.target.quarantined: asks for true; absent: only calls of IAM name a role or user");
    call["eventSource"] = json!("iam.amazonaws.com");
    assert_snapshot!(why(&call), @"✗ portcullis.target.quarantined: asks for true; absent: the call names no role or user, or one of which only the deployment's ledger knows whether it is contained");
}
