//! What the page says.

use insta::assert_snapshot;
use jiff::Timestamp;
use portcullis_activity::Overview;
use portcullis_detection::RuleSet;
use portcullis_replay::Replay;
use portcullis_settings::{Mode, Settings};

use super::dom::{Dom, parse};
use crate::example::Example;
use crate::findings::SECTIONS;
use crate::{Shown, render};

fn count(dom: &Dom, name: &str) -> usize {
    dom.elements.iter().filter(|(_, known, _)| known == name).count()
}

/// The text of a part of the page, a line for each piece of it.
fn part<'t>(dom: &'t Dom, from: &str, to: &str) -> Vec<&'t str> {
    let lines = dom.text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .skip_while(|line| *line != from)
        .skip(1)
        .skip_while(|line| *line != from)
        .take_while(|line| *line != to)
        .collect()
}

#[test]
fn the_answer() {
    let dom = parse(&render(&Example::plain().unwrap().shown()));
    assert_snapshot!(part(&dom, "What would have been done", "Could not be read").join("\n"));
}

#[test]
fn the_answer_where_the_mode_holds_back() {
    let example = Example::worded(&str::to_owned, Mode::Page).unwrap();
    let dom = parse(&render(&example.shown()));
    let answer = part(&dom, "What would have been done", "Could not be read").join("\n");
    assert!(answer.contains("Nobody would have been contained."), "{answer}");
    assert!(
        answer.contains("Held back by the mode\nThe response table asks for more than the mode allows."),
        "{answer}"
    );
    assert!(!answer.contains("\nQuarantined\nEverything"), "{answer}");
}

#[test]
fn a_finding_on_a_page_of_its_own() {
    let example = Example::plain().unwrap();
    let dom = parse(&render(&example.shown()));
    let text = part(&dom, "Findings in detail", "What this does not say");
    let first: Vec<&str> = text.iter().copied().take_while(|line| *line != "Back to the findings").collect();
    assert_snapshot!(first.join("\n"));
}

#[test]
fn many_findings_are_bounded_and_the_rest_is_counted() {
    let mut example = Example::plain().unwrap();
    let model = example.replay.entries.last().unwrap().clone();
    for number in 0..SECTIONS + 100 {
        let mut entry = model.clone();
        entry.finding.id = portcullis_domain::FindingId::of_event("x", "111122223333", &number.to_string());
        example.replay.entries.push(entry);
    }
    let all = example.replay.entries.len() + example.replay.in_shadow.len();
    let dom = parse(&render(&example.shown()));
    assert_eq!(count(&dom, "article"), SECTIONS);
    assert!(dom.text.contains(&format!("This page holds the {SECTIONS} gravest findings. {} more", all - SECTIONS)));
    assert!(dom.text.contains(&format!("Only the {SECTIONS} gravest of {all} findings have a section.")));
}

#[test]
fn nothing_read_says_nothing() {
    let (replay, overview, settings) = (Replay::default(), Overview::default(), Settings::default());
    let rules = RuleSet::load(&[]);
    let shown = Shown {
        replay: &replay,
        overview: &overview,
        settings: &settings,
        rules: &rules,
        notes: &[],
        made: Timestamp::UNIX_EPOCH,
        version: "0.1.0",
    };
    let html = render(&shown);
    let dom = parse(&html);
    super::injection::is_inert(&html, &dom);
    for text in [
        "No record was read, so this says nothing about anybody.",
        "No rule fired.",
        "Nobody would have been contained.",
    ] {
        assert!(dom.text.contains(text), "{text}");
    }
    assert_eq!((count(&dom, "svg"), count(&dom, "article"), count(&dom, "table")), (0, 0, 0));
}

#[test]
fn the_same_comes_out_the_same() {
    let once = render(&Example::plain().unwrap().shown());
    assert_eq!(once, render(&Example::plain().unwrap().shown()));
}

#[test]
fn every_word_of_a_number_is_there() {
    let example = Example::plain().unwrap();
    let dom = parse(&render(&example.shown()));
    for finding in example.replay.entries.iter().map(|entry| &entry.finding).chain(&example.replay.in_shadow) {
        assert!(dom.text.contains(finding.id.as_str()));
        for record in &finding.evidence {
            assert!(dom.text.contains(&record.record_sha256), "{}", finding.id);
        }
    }
}
