//! Folders of records, whole and broken.

#![cfg(test)]

use std::fs;

use portcullis_evaluate::{Source, Verdict, folders, load, read_source};

const STOP: &str = r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventID":"e-1"}"#;
const START: &str = r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StartLogging","eventID":"e-1"}"#;
const NAMELESS: &str = r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging"}"#;

fn lines(records: &[&str]) -> String {
    records.join("\n")
}

fn event_ids(source: &Source) -> Vec<&str> {
    source.items.iter().map(|item| item.event_id.as_str()).collect()
}

fn claims(source: &Source) -> Vec<Option<bool>> {
    let claim = |verdict: &Verdict| match verdict {
        Verdict::Positive => Some(true),
        Verdict::Negative => Some(false),
        Verdict::Nothing(_) => None,
    };
    source.items.iter().map(|item| claim(&item.verdict)).collect()
}

#[test]
fn ids_come_from_the_file_beside_or_from_the_line() {
    let labels = r#"{"first":{"expected":true},"x:000002":{"expected":false}}"#;
    let meta = r#"{"id":"first","line":1,"path":"a.json","unknown":{}}"#;
    let source = read_source("x", &lines(&[STOP, START]), Some(meta), Some(labels));
    assert_eq!(source.problems, []);
    assert_eq!(claims(&source), [Some(true), Some(false)]);
}

#[test]
fn blank_lines_count_as_lines() {
    let labels = r#"{"x:000003":{"expected":true}}"#;
    let source = read_source("x", &format!("\u{feff}{STOP}\r\n\r\n{NAMELESS}\r\n"), None, Some(labels));
    assert_eq!(claims(&source), [None, Some(true)]);
    assert_eq!(source.problems, []);
}

#[test]
fn a_shared_or_missing_event_id_is_replaced() {
    let source = read_source("x", &lines(&[STOP, START, NAMELESS]), None, None);
    assert_eq!(event_ids(&source), ["e-1", "x:000002", "x:000003"]);
    assert!(source.items[1].json.contains("StartLogging"), "the rest stays: {}", source.items[1].json);
}

#[test]
fn the_same_text_twice_is_one_record() {
    let agreed = r#"{"x:000001":{"expected":true},"x:000002":{"expected":true}}"#;
    let source = read_source("x", &lines(&[STOP, STOP]), None, Some(agreed));
    assert_eq!((source.items.len(), source.copies, claims(&source)), (1, 1, vec![Some(true)]));
    let late = r#"{"x:000002":{"expected":true}}"#;
    assert_eq!(claims(&read_source("x", &lines(&[STOP, STOP]), None, Some(late))), [Some(true)]);
    let contrary = r#"{"x:000001":{"expected":true},"x:000002":{"expected":false}}"#;
    assert_eq!(claims(&read_source("x", &lines(&[STOP, STOP]), None, Some(contrary))), [None]);
}

#[test]
fn what_cannot_be_read_is_listed_and_left_out() {
    let labels = r#"{"x:000002":{"expected":true},"x:000009":{"expected":true}}"#;
    let meta = "{\n{\"id\":\"x:000002\",\"line\":2}";
    let source = read_source("x", &lines(&["{", STOP, r#"{"no":"record"}"#]), Some(meta), Some(labels));
    assert_eq!(claims(&source), [Some(true)]);
    let places: Vec<&str> = source.problems.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "x/records.meta.jsonl, line 1",
            "x/records.jsonl, line 1",
            "x/records.jsonl, line 3",
            "x/labels.json, `x:000009`"
        ]
    );
}

#[test]
fn folders_are_found_by_what_they_hold() {
    let data = tempfile::tempdir().unwrap();
    for (folder, file, text) in [
        ("never-seen", "records.jsonl", STOP),
        ("never-seen", "labels.json", r#"{"never-seen:000001":{"technique":"cloudtrail-stop","new":1}}"#),
        ("unlabelled", "records.jsonl", STOP),
        ("else", "notes.txt", ""),
    ] {
        fs::create_dir_all(data.path().join(folder)).unwrap();
        fs::write(data.path().join(folder).join(file), text).unwrap();
    }
    let found = folders(data.path()).unwrap();
    let sources: Vec<Source> = found.iter().map(|folder| load(folder)).collect();
    let told: Vec<_> = sources.iter().map(|source| (source.name.as_str(), source.labelled, claims(source))).collect();
    assert_eq!(told, [("never-seen", true, vec![Some(true)]), ("unlabelled", false, vec![None])]);
    assert!(sources.iter().all(|source| source.problems.is_empty()));
    assert_eq!(folders(&found[0]).unwrap(), [found[0].clone()], "a source by itself");
}

#[test]
fn bytes_that_are_no_text_harm_their_line_alone() {
    let data = tempfile::tempdir().unwrap();
    let mut bytes = b"{\"eventName\":\xff}\n".to_vec();
    bytes.extend(STOP.bytes());
    fs::write(data.path().join("records.jsonl"), bytes).unwrap();
    let source = load(data.path());
    assert_eq!((source.items.len(), source.problems.len()), (1, 1));
}
