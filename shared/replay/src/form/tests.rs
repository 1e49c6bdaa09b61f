//! Each form of the example, whole.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::testing::Example;
use super::*;

/// The members in the order of their names, whatever order a build of `serde_json` keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect()
        }
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn parsed(line: &str) -> Value {
    sorted(&serde_json::from_str(line).unwrap())
}

#[test]
fn as_json() {
    let example = Example::new();
    let document = parsed(&json::document(&example.told()).unwrap());
    assert_eq!(document["format"], "portcullis.replay/1");
    assert_eq!(document["findings"].as_array().unwrap().len(), 7);
    assert_snapshot!("json_summary", format!("{:#}", document["summary"]));
    assert_snapshot!("json_finding", format!("{:#}", document["findings"][1]));
    let names: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(names, ["coverage", "findings", "format", "in_shadow", "notes", "summary", "unreadable", "version"]);
}

#[test]
fn as_json_lines() {
    let mut example = Example::new();
    example.replay.in_shadow.push(portcullis_testkit::finding("e-1"));
    let lines = ndjson::lines(&example.told()).unwrap();
    let lines: Vec<Value> = lines.iter().map(|line| parsed(line)).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    let expected = [&["finding"; 7][..], &["shadow", "unreadable", "summary"]].concat();
    assert_eq!(types, expected);
    let document = parsed(&json::document(&example.told()).unwrap());
    let [.., last] = lines.as_slice() else { panic!() };
    assert_eq!(last["summary"], document["summary"], "both forms tell the same");
    for (line, finding) in lines.iter().zip(document["findings"].as_array().unwrap()) {
        assert_eq!((&line["finding"], &line["decision"]), (&finding["finding"], &finding["decision"]));
    }
}

#[test]
fn as_csv() {
    let example = Example::new();
    let text = csv::text(&example.told()).unwrap();
    assert_snapshot!("csv", text);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), csv::HEAD);
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    let expected: Vec<&str> = example.replay.entries.iter().map(|entry| entry.finding.id.as_str()).collect();
    assert_eq!(ids, expected);
}

/// Whatever a log holds, no cell is a formula, no line is broken, and nothing is lost.
#[test]
fn no_cell_is_a_formula() {
    let mut example = Example::new();
    let bad =
        ["=HYPERLINK(\"https://example.com\")", "+1", "-1", "@x", "\t=1", "\r=1", "a\"b,c\nd", "＝1", "\u{1b}[2J"];
    for (index, text) in bad.iter().enumerate() {
        let mut finding = portcullis_testkit::finding(&format!("e-{index}"));
        finding.actor.principal = portcullis_domain::Principal::Unknown { described_as: (*text).to_owned() };
        finding.actor.session.name = Some((*text).to_owned());
        finding.evidence[0].action.service = (*text).to_owned();
        finding.rule.title = (*text).to_owned();
        example.replay.in_shadow.push(finding);
    }
    let text = csv::text(&example.told()).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 7 + bad.len());
    for field in rows.iter().flat_map(::csv::StringRecord::iter) {
        assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{field:?}");
        assert!(!field.contains(char::is_control), "{field:?}");
    }
}

#[test]
fn as_ocsf() {
    let example = Example::new();
    assert_snapshot!("ocsf", format!("{:#}", parsed(&ocsf::lines(&example.told()).unwrap()[1])));
}

#[test]
fn as_asff() {
    let example = Example::new();
    let requests = asff::requests(&example.told()).unwrap();
    assert_eq!(requests.lines.len(), 1, "one account, one Region");
    assert_snapshot!("asff", format!("{:#}", parsed(&requests.lines[0])["Findings"][1]));
}

/// What was asked, by level and answer.
#[test]
fn sums_of_what_was_done() {
    let example = Example::new();
    let sums = Summary::of(&example.replay);
    let done = [Done::Quarantined, Done::LockedOut, Done::Asked, Done::Paged].map(|done| sums.count(done));
    assert_eq!((done, sums.held_by_mode), ([1, 0, 0, 1], 0));
    assert_eq!(json!(Done::LockedOut), json!(Done::LockedOut.as_str()), "JSON and CSV say the same");
    let guards: Vec<(&str, usize)> = sums.guards.iter().map(|guard| (guard.guard, guard.findings)).collect();
    assert_eq!(guards, [("already-contained", 3), ("identity-center-role", 1)]);
}
