//! `portcullis replay` on sound input. The environment is empty, so that no credentials can be needed.

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
    said.tells(&[
        "mode enforce: it would have quarantined 1 actor and paged on-call 2 times",
        "actors      quarantined  role/team/reporting in 111122223333  2 findings",
        "            paged about  role/break-glass/admin in 111122223333  1 finding, guard: protected",
        "findings    3: 3 critical",
        "            critical           3  unauthorized-access-critical-asset  by 2 actors",
        "read        3 files, ",
        ": 7 records",
        "6 about keys, secrets or the audit trail; 1 seen twice",
    ]);
}

/// The rows above the summary name what a person looks for.
#[test]
fn the_table_names_rule_actor_and_guard() {
    let said = replayed(&[]);
    let table = said.screen();
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
            "files_found": 3,
            "bytes": document["summary"]["bytes"],
            "records": 7,
            "outside": 0,
            "late": 0,
            "interrupted": false,
            "unreadable_not_listed": 0,
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
            "severities": {"critical": 3},
            "asks": 0,
            "asked": [],
            "locked_out": [],
            "quarantined": ["arn:aws:iam::111122223333:role/team/reporting"],
            "contained": ["arn:aws:iam::111122223333:role/team/reporting"],
            "guards": [
                {"guard": "already-contained", "findings": 1, "actors": ["role/team/reporting in 111122223333"]},
                {"guard": "protected", "findings": 1, "actors": ["role/break-glass/admin in 111122223333"]},
            ],
            "not_touched": {
                "arn:aws:iam::111122223333:role/break-glass/admin":
                    "the settings protect it (`arn:aws:iam::*:role/break-glass/*`)",
            },
        })
    );
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(document["unreadable"], json!([]));
}

/// Whoever reads the screen and whoever reads the JSON must hear the same.
#[test]
fn both_forms_agree() {
    let table = replayed(&[]);
    let summary = &replayed(&["--format", "json"]).json()["summary"];
    let number = |name: &str| summary[name].as_u64().unwrap();
    let findings: u64 = summary["findings"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let told = [
        format!("{} records", number("records")),
        format!("{} about keys, secrets", number("relevant")),
        format!("{} seen twice", number("duplicates")),
        format!("findings    {findings}:"),
        format!("paged on-call {} times", number("pages")),
    ];
    let short = |arn: &str| arn.splitn(6, ':').nth(5).unwrap().to_owned();
    let contained = summary["contained"].as_array().unwrap().iter().map(|arn| short(arn.as_str().unwrap()));
    let spared = summary["not_touched"].as_object().unwrap().keys().map(|arn| short(arn));
    let actors =
        contained.map(|name| format!("quarantined  {name}")).chain(spared.map(|name| format!("paged about  {name}")));
    for told in told.into_iter().chain(actors) {
        assert!(table.screen().contains(&told), "{told} is not in\n{}", table.stdout);
    }
}

#[test]
fn a_mode_on_the_command_line_goes_before_the_settings() {
    replayed(&["--mode", "page"]).tells(&[
        "mode page: it would have paged on-call 2 times, and contained nobody",
        "mode enforce would contain 2 actors, unless a guard refuses: see --mode enforce",
    ]);
    replayed(&["--mode", "observe"]).tells(&[
        "mode observe: nobody would have been paged or contained",
        "recorded     role/team/reporting in 111122223333",
    ]);
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
    said.tells(&[
        "mode observe: nothing would have fired",
        "note        no portcullis.yaml: no asset is classified, so rules about tiers cannot fire",
        "the logs reach from 2026-01-05T08:00:01Z to 2026-01-05T08:00:01Z",
    ]);
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
