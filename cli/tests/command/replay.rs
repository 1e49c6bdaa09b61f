//! `portcullis replay` on sound input. The environment is empty, so that no credentials can be needed.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::record::{log_file, looked_up, read, unrelated};
use crate::workplace::{Said, Workplace, gzip};

/// One folder with the three forms that logs come in: S3's log files, JSON Lines, and what `LookupEvents` answers.
fn replayed(arguments: &[&str]) -> Said {
    let workplace = Workplace::new();
    let reads =
        [read(1, "team/reporting", "prod/payroll/db"), unrelated(2), read(3, "team/reporting", "prod/payroll/tax")];
    workplace.file("logs/2026/01/05/111122223333_CloudTrail_eu-west-1.json.gz", gzip(&log_file(&reads)));
    let lines = [read(4, "payroll/payroll-api", "prod/payroll/db"), read(5, "break-glass/admin", "prod/payroll/db")];
    workplace.file("logs/export.jsonl", format!("{}\n{}\n", lines[0], lines[1]));
    // The first of these is in the log file too.
    let events = [read(1, "team/reporting", "prod/payroll/db"), read(6, "team/curious", "prod/web/token")];
    workplace.file("logs/lookup.json", looked_up(&events));
    workplace.run(&[&["replay", "logs"], arguments].concat())
}

#[test]
fn a_folder_of_every_form() {
    let said = replayed(&[]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert_snapshot!(said.summary(), @"
    files       3
    records     7 read, 6 relevant, 1 of these seen twice
    unreadable  0
    findings    3
                     3  critical      unauthorized-access-critical-asset
    mode        enforce: 2 pages, 1 contained
      would have been contained: arn:aws:iam::111122223333:role/team/reporting
      would not have been touched: arn:aws:iam::111122223333:role/break-glass/admin: the settings protect it (`arn:aws:iam::*:role/break-glass/*`)
    ");
}

/// The rows above the summary name what a person looks for.
#[test]
fn the_table_names_rule_actor_and_guard() {
    let said = replayed(&[]);
    let table = said.stdout.strip_suffix(said.summary()).unwrap();
    for named in ["unauthorized-access-critical-asset", "reporting", "admin", "prod/payroll/db", "already-contained"] {
        assert!(table.contains(named), "{named} is not in\n{table}");
    }
}

#[test]
fn as_json() {
    let said = replayed(&["--format", "json"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let document = said.json();
    assert_eq!(
        document["summary"],
        json!({
            "files": 3,
            "records": 7,
            "relevant": 6,
            "duplicates": 1,
            "unreadable": 0,
            "named_log_files": 0,
            "without_records": 0,
            "from": "2026-01-05T08:00:01Z",
            "to": "2026-01-05T08:00:06Z",
            "in_shadow": {},
            "exempted": [],
            "not_counted": 0,
            "findings": {"unauthorized-access-critical-asset": 3},
            "mode": "enforce",
            "pages": 2,
            "contained": ["arn:aws:iam::111122223333:role/team/reporting"],
            "not_touched": {
                "arn:aws:iam::111122223333:role/break-glass/admin":
                    "the settings protect it (`arn:aws:iam::*:role/break-glass/*`)",
            },
        })
    );
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(document["unreadable"], json!([]));
}

/// Whoever reads the table and whoever reads the JSON must hear the same.
#[test]
fn both_forms_agree() {
    let table = replayed(&[]);
    let summary = &replayed(&["--format", "json"]).json()["summary"];
    let number = |name: &str| summary[name].as_u64().unwrap();
    let records = format!(
        "{} read, {} relevant, {} of these seen twice",
        number("records"),
        number("relevant"),
        number("duplicates")
    );
    assert!(table.summary().contains(&records), "{records} is not in\n{}", table.summary());
    let findings: u64 = summary["findings"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert!(table.summary().contains(&format!("findings    {findings}\n")), "{}", table.summary());
    for arn in summary["contained"].as_array().unwrap() {
        assert!(table.summary().contains(&format!("would have been contained: {}", arn.as_str().unwrap())));
    }
    for arn in summary["not_touched"].as_object().unwrap().keys() {
        assert!(table.summary().contains(&format!("would not have been touched: {arn}")));
    }
}

#[test]
fn a_mode_on_the_command_line_goes_before_the_settings() {
    assert_snapshot!(replayed(&["--mode", "page"]).summary(), @"
    files       3
    records     7 read, 6 relevant, 1 of these seen twice
    unreadable  0
    findings    3
                     3  critical      unauthorized-access-critical-asset
    mode        page: 2 pages, 0 contained
      nobody would have been contained
    ");
    assert_snapshot!(replayed(&["--mode", "observe"]).summary(), @"
    files       3
    records     7 read, 6 relevant, 1 of these seen twice
    unreadable  0
    findings    3
                     3  critical      unauthorized-access-critical-asset
    mode        observe: 0 pages, 0 contained
      nobody would have been contained
    ");
    let said = replayed(&["--mode", "enforced"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("`enforced` is none of observe, page, ask, enforce"), "{}", said.stderr);
}

#[test]
fn without_settings_it_says_what_is_missing() {
    let workplace = Workplace::new();
    workplace.file("elsewhere/log.json", log_file(&[read(1, "team/reporting", "prod/payroll/db")]));
    std::fs::remove_file(workplace.path().join("portcullis.yaml")).unwrap();
    let said = workplace.run(&["replay", "elsewhere/log.json"]);
    assert_eq!(said.code, 0);
    assert_snapshot!(said.stdout, @"
    note no portcullis.yaml: no asset is classified, so rules about tiers cannot fire; pass --settings FILE
    note the logs reach from 2026-01-05T08:00:01Z to 2026-01-05T08:00:01Z: all of it lies in the first 7 days of being watched, in which a first sighting means nothing yet; --watched-since tells of an earlier beginning
    files       1
    records     1 read, 1 relevant, 0 of these seen twice
    unreadable  0
    findings    0
    mode        observe: 0 pages, 0 contained
      nobody would have been contained
    ");
}

/// A day later the quarantine has lifted itself, at its deadline and not at the next event, so that the role is
/// contained again.
#[test]
fn the_day_after() {
    let workplace = Workplace::new();
    let mut reads = [1, 2].map(|number| read(number, "team/reporting", "prod/payroll/db"));
    reads[1]["eventTime"] = json!("2026-01-06T08:00:00Z");
    workplace.file("log.json", log_file(&reads));
    let document = workplace.run(&["replay", "log.json", "--format", "json"]).json();
    let findings = document["findings"].as_array().unwrap();
    let responses: Vec<&Value> = findings.iter().map(|finding| &finding["decision"]["response"]).collect();
    assert_eq!(responses, ["quarantine", "quarantine"]);
}

/// A burst by one role is one containment and one page.
#[test]
fn a_burst() {
    let workplace = Workplace::new();
    let reads: Vec<Value> = (1..=5).map(|number| read(number, "team/reporting", "prod/payroll/db")).collect();
    workplace.file("log.json", log_file(&reads));
    let document = workplace.run(&["replay", "log.json", "--format", "json"]).json();
    let findings = document["findings"].as_array().unwrap();
    let responses: Vec<&Value> = findings.iter().map(|finding| &finding["decision"]["response"]).collect();
    assert_eq!(responses, ["quarantine", "page", "page", "page", "page"]);
    let pages: Vec<&Value> = findings.iter().map(|finding| &finding["page"]["state"]).collect();
    assert_eq!(pages, ["sent", "repeat", "repeat", "repeat", "repeat"]);
    assert_eq!(document["summary"]["pages"], 1);
}
