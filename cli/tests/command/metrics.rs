//! `portcullis replay --metrics` and `portcullis metrics --from`. The environment is empty: no credentials can be needed.

use insta::assert_snapshot;
use serde_json::{Value, json};
use test_case::test_case;

use crate::record::{log_file, read, unrelated};
use crate::workplace::{Said, Workplace};

/// Reads on two Mondays: one a week ago, six now, of which one is denied, which is no use, and one is in the logs twice.
fn replayed() -> Workplace {
    let workplace = Workplace::new();
    let mut records: Vec<Value> = (1..=7).map(|number| read(number, "payroll/api", "prod/payroll/db")).collect();
    records[0]["eventTime"] = json!("2025-12-29T08:30:00Z");
    records[1]["eventTime"] = json!("2026-01-05T07:59:59Z");
    records[2]["errorCode"] = json!("AccessDenied");
    records.extend([unrelated(8), records[6].clone()]);
    let mut timeless = unrelated(9);
    timeless["eventTime"] = json!("soon");
    records.push(timeless);
    workplace.file("log.json", log_file(&records));
    let said = workplace.run(&["replay", "log.json", "--metrics", "metrics.json"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert!(said.stdout.contains(" 1 records are in no metric"), "{}", said.stdout);
    workplace
}

fn said(workplace: &Workplace, arguments: &[&str]) -> Said {
    let said = workplace.run(&[&["metrics", "--from", "metrics.json"], arguments].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    assert!(!said.stdout.contains('\u{1b}'), "no colours where there is no terminal");
    said
}

#[test]
fn what_a_replay_writes_is_shown() {
    let workplace = replayed();
    assert_snapshot!(said(&workplace, &[]).stdout);
    assert_snapshot!(said(&workplace, &["payroll"]).stdout);
}

#[test]
fn each_form_says_the_same() {
    let workplace = replayed();
    let document = said(&workplace, &["--format", "json"]).json();
    assert_eq!(document["entries"][0]["uses"], json!({"this": 5, "before": 1, "change": null}));
    assert_eq!(document["entries"][0]["denied"]["this"], 1);
    let csv = said(&workplace, &["payroll secrets", "--format", "csv"]).stdout;
    let line = "this,2026-01-05,AssetAccesses,Count,Sum,payroll secrets,critical,Asset=payroll secrets,5,2,9";
    assert!(csv.lines().any(|other| other == line), "{csv}");
    let sum: u64 = csv
        .lines()
        .filter(|line| line.contains(",AssetAccesses,"))
        .filter_map(|line| line.split(',').nth(8)?.parse::<u64>().ok())
        .sum();
    assert_eq!(sum, 6, "of both windows");
}

/// The file is made of the events alone: the same logs make the same file.
#[test]
fn the_file_is_stable() {
    let [one, other] = [replayed(), replayed()]
        .map(|workplace| std::fs::read_to_string(workplace.path().join("metrics.json")).unwrap());
    assert_eq!(one, other);
    assert!(one.starts_with(r#"{"form":"portcullis.metrics/1","#), "{one}");
}

#[test_case(&["--from", "none.json"], "cannot read metrics `none.json`" ; "no such file")]
#[test_case(&["--from", "portcullis.yaml"], "it is not what `portcullis replay --metrics` writes" ; "another file")]
#[test_case(&["--from", "empty.json"], "`empty.json` has no values" ; "nothing in it")]
#[test_case(&["ledger", "--from", "metrics.json"], "no watched entry of the settings is called `ledger`\nhelp: there are `payroll secrets`" ; "no such entry")]
#[test_case(&["--from", "metrics.json", "--zone", "Mars/Olympus"], "`Mars/Olympus` is no time zone" ; "no such time zone")]
#[test_case(&["--from", "metrics.json", "--days", "456"], "456 is not in 1..=455" ; "longer than CloudWatch keeps it")]
fn what_cannot_be_shown(arguments: &[&str], expected: &str) {
    let workplace = replayed();
    workplace.file("empty.json", r#"{"form":"portcullis.metrics/1","series":[]}"#);
    let said = workplace.run(&[&["metrics"], arguments].concat());
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    assert!(said.stderr.contains(expected), "{}", said.stderr);
}
