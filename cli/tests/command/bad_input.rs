//! Input that cannot be read: named, counted, never in the way of the rest, and never a clean exit.

use insta::assert_snapshot;
use serde_json::json;

use crate::record::{log_file, read};
use crate::workplace::{Said, Workplace, gzip};

/// One file of that content, replayed.
fn replayed(name: &str, content: impl AsRef<[u8]>) -> Said {
    let workplace = Workplace::new();
    workplace.file(name, content);
    let told = workplace.run(&["replay", name]);
    let said = workplace.run(&["replay", name, "--format", "json"]);
    assert_eq!((told.code, said.code), (1, 1), "not a clean answer: {said:?}");
    assert_eq!((told.stderr.as_str(), said.stderr.as_str()), ("", ""));
    // Whoever reads the screen is told of the first of it too.
    let first = said.unreadable().chars().take_while(|c| !c.is_control()).take(40).collect::<String>();
    assert!(told.screen().contains(&format!("unreadable  {first}")), "{first} is not in\n{}", told.stdout);
    said
}

fn reads(count: u32) -> String {
    let records: Vec<_> = (1..=count).map(|number| read(number, "team/reporting", "prod/payroll/db")).collect();
    log_file(&records)
}

/// How many records were read.
fn records(said: &Said) -> String {
    let summary = &said.json()["summary"];
    let number = |name: &str| summary[name].as_u64().unwrap();
    format!("{} read, {} relevant, {} of these seen twice", number("records"), number("relevant"), number("duplicates"))
}

/// What stands before the break counts; how much that is, is up to the compressor.
#[test]
fn a_truncated_log_file() {
    let bytes = gzip(&reads(400));
    let said = replayed("cut.json.gz", &bytes[..bytes.len() / 2]);
    let read: usize = records(&said).split_whitespace().next().unwrap().parse().unwrap();
    assert!((50..400).contains(&read), "{read} of 400 records were read");
    let unreadable = said.unreadable();
    assert!(unreadable.contains("cut.json.gz, the gzip stream: gzip stream is damaged after "), "{unreadable}");
    assert!(unreadable.contains(&format!("({read} records before it were read)")), "{unreadable}");
    assert_eq!(said.json()["summary"]["contained"], json!(["arn:aws:iam::111122223333:role/team/reporting"]));
}

#[test]
fn half_a_json() {
    let [first, second] = [1, 2].map(|number| read(number, "team/reporting", "prod/payroll/db"));
    let said = replayed("half.json", format!("{{\"Records\":[{first},\n{second},\n{{\"eventVersion\":"));
    assert_snapshot!(said.unreadable(), @"half.json, after record 2: line 3, column 16: EOF while parsing a value (2 records before it were read)");
    assert_snapshot!(records(&said), @"2 read, 2 relevant, 0 of these seen twice");
}

#[test]
fn a_bad_line_among_good_ones() {
    let line = |number| read(number, "team/reporting", "prod/payroll/db").to_string();
    let said = replayed("export.jsonl", format!("{}\n{{\"eventName\":\n{}\n", line(1), line(2)));
    assert_snapshot!(said.unreadable(), @"export.jsonl, after record 1: line 2: the value breaks off");
    assert_snapshot!(records(&said), @"2 read, 2 relevant, 0 of these seen twice");
}

/// The path to the member is named, so that whoever made the log can be told.
#[test]
fn a_member_of_the_wrong_type() {
    let mut wrong = read(1, "team/reporting", "prod/payroll/db");
    wrong["userIdentity"]["sessionContext"]["sessionIssuer"] = json!("a text");
    let mut worse = read(2, "team/reporting", "prod/payroll/db");
    worse["resources"] = json!({"ARN": "not a list"});
    let said = replayed("wrong.json", log_file(&[wrong, worse, read(3, "team/reporting", "prod/payroll/db")]));
    let unreadable = said.unreadable();
    // The column depends on the order of the members, which is not the point.
    let lines: Vec<&str> = unreadable.lines().map(|line| line.split(" at line ").next().unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    wrong.json, record 1: userIdentity.sessionContext.sessionIssuer: invalid type: string "a text", expected an object
    wrong.json, record 2: resources: invalid type: map, expected a sequence
    "#);
    assert_snapshot!(records(&said), @"1 read, 1 relevant, 0 of these seen twice");
}

#[test]
fn binary_garbage() {
    let garbage: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let said = replayed("garbage.bin", garbage);
    assert_snapshot!(records(&said), @"0 read, 0 relevant, 0 of these seen twice");
    assert!(said.unreadable().starts_with("garbage.bin, "), "{}", said.unreadable());
    assert!(!said.stdout.chars().any(|c| c.is_control() && c != '\n'), "nothing of it reaches the terminal");
}

#[test]
fn something_else_that_is_json() {
    let said = replayed("package.json", "{\"name\": \"something else\"}");
    assert_snapshot!(said.unreadable(), @"package.json, after record 0: neither a CloudTrail record nor an envelope that holds any");
}

#[test]
fn a_missing_path() {
    let workplace = Workplace::new();
    let said = workplace.run(&["replay", "nowhere"]);
    assert_eq!(said.code, 2, "not an all-clear");
    assert_snapshot!(said.stderr.trim_end(), @"portcullis: there is no `nowhere`");
}

/// There is nothing in it, so nothing in it could not be read.
#[test]
fn an_empty_file() {
    let workplace = Workplace::new();
    workplace.file("empty.json", "");
    let said = workplace.run(&["replay", "empty.json"]);
    assert_eq!(said.code, 2, "nothing was replayed");
    said.tells(&["mode enforce: no record was read, so", "findings    0\n", "1 file, 0 bytes: 0 records"]);
    said.tells(&["note        no record was read, so this says nothing about anybody"]);
}

/// Nineteen sound files are not lost to a twentieth.
#[test]
fn one_corrupt_file_among_twenty() {
    let workplace = Workplace::new();
    for number in 1..=20 {
        let log = gzip(&log_file(&[read(number, "team/reporting", "prod/payroll/db")]));
        let log = if number == 7 { b"\x1f\x8b not gzip at all".to_vec() } else { log };
        workplace.file(&format!("logs/{number:02}.json.gz"), log);
    }
    let said = workplace.run(&["replay", "logs"]);
    assert_eq!(said.code, 1);
    said.tells(&[
        "mode enforce: it would have quarantined 1 actor and paged on-call once",
        "findings    19: 19 critical",
    ]);
    said.tells(&["20 files, ", ": 19 records", "unreadable  logs/07.json.gz, the gzip stream: "]);
    let said = workplace.run(&["replay", "logs", "--format", "json"]);
    assert!(said.unreadable().starts_with("logs/07.json.gz, the gzip stream: "), "{}", said.unreadable());
    assert_eq!(said.unreadable().lines().count(), 1);
    let document = said.json();
    assert_eq!(document["unreadable"][0]["file"], "logs/07.json.gz");
    assert_eq!(document["summary"]["records"], 19);
}

/// Names in a log are the attacker's to choose, and a terminal obeys what it is sent.
#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mroot\u{9b}31m";
    let mut service = read(1, "team/reporting", "prod/payroll/db");
    service["userIdentity"] = json!({"type": "AWSService", "invokedBy": evil});
    service["eventSource"] = json!("kms.amazonaws.com");
    service["eventName"] = json!("DisableKey");
    service["requestParameters"] = json!({"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab"});
    let mut session = read(2, "team/reporting", &format!("prod/payroll/{evil}"));
    session["userIdentity"]["userName"] = json!(evil);
    session["userIdentity"]["principalId"] = json!(format!("AROAEXAMPLEEXAMPLE01:{evil}"));
    session["userIdentity"]["arn"] = json!(format!("arn:aws:sts::111122223333:assumed-role/reporting/{evil}"));
    session["sourceIPAddress"] = json!(evil);
    session["userAgent"] = json!(evil);
    // A session that names no role is told by its own ARN, in the reason for leaving it alone.
    let mut nameless = session.clone();
    nameless["eventID"] = json!("11111111-0000-4000-8000-000000000003");
    nameless["userIdentity"]["arn"] = json!(format!("arn:aws:sts::111122223333:assumed-role/{evil}/s"));
    nameless["userIdentity"]["sessionContext"]["sessionIssuer"] = json!({});
    let broken = json!({"eventName": evil, "eventSource": "kms.amazonaws.com", "userIdentity": evil});

    let workplace = Workplace::new();
    workplace.file("evil.json", log_file(&[service, session, nameless, broken]));
    // As in a terminal that shows colours, which must not open the door to the log's own.
    for variables in [&[][..], &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm-256color")]] {
        let said = workplace.run_with(&["replay", "evil.json"], variables);
        for shown in
            ["key-disabled-or-scheduled-for-deletion", "unauthorized-access-critical-asset", "record 4", "not-named"]
        {
            assert!(said.stdout.contains(shown), "{shown} is not in {}", said.stdout);
        }
        for forbidden in ["\u{1b}]0", "\u{1b}[2J", "\u{7}", "\u{9b}", "\u{1b}[31mroot"] {
            assert!(!said.stdout.contains(forbidden), "{forbidden:?} is in {:?}", said.stdout);
        }
    }
    let said = workplace.run(&["replay", "evil.json"]);
    assert!(!said.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", said.stdout);
    let said = workplace.run(&["replay", "evil.json", "--format", "json"]);
    assert!(!said.stdout.contains('\u{1b}'), "JSON writes an escape character as \\u001b");
}
