use insta::assert_snapshot;
use portcullis_logs::{Coverage, Gap, Overlap, Unread};
use portcullis_response::Refusal;
use portcullis_testkit::{finding_by, role};
use proptest::prelude::*;

use super::*;
use crate::Replay;
use crate::form::fit::width;
use crate::form::testing::{Example, entry, plain};

#[test]
fn the_example() {
    let example = Example::new();
    assert_snapshot!("example_100", plain(&lines(&example.told(), 100)));
    assert_snapshot!("example_60", plain(&lines(&example.told(), 60)));
    assert_snapshot!("example_140", plain(&lines(&example.told(), 140)));
}

#[test]
fn nothing_at_all() {
    let example = Example::new();
    let (replay, notes) = (Replay::default(), Vec::new());
    let told = Told { replay: &replay, notes: &notes, files: Some(0), ..example.told() };
    assert_snapshot!("nothing", plain(&lines(&told, 100)));
}

/// What a busy month looks like: more of everything than a screen takes.
#[test]
fn a_busy_month() {
    let example = Example::new();
    let replay = busy(40, 25, 30);
    let notes: Vec<String> =
        (0..9).map(|n| format!("note {n}, {}", "which says a thing at length ".repeat(9))).collect();
    let told = Told { replay: &replay, notes: &notes, files: Some(50_000), ..example.told() };
    assert_snapshot!("busy_100", plain(&lines(&told, 100)));
}

fn busy(actors: usize, rules: usize, unreadable: usize) -> Replay {
    let mut replay = Replay { pages: actors, ..Replay::default() };
    for number in 0..actors.max(rules) {
        let mut entry = entry(&format!("e-{number}"));
        let actor = format!(
            "arn:aws:iam::111122223333:role/a/long/path/to/it/a-role-with-a-long-name-{}",
            number % actors.max(1)
        );
        entry.finding = finding_by(role(&actor), &format!("e-{number}"));
        entry.finding.rule.id = format!("a-rule-with-a-long-name-that-says-it-all-{}", number % rules.max(1));
        entry.finding.rule.severity = *portcullis_domain::Severity::ALL.get(number % 5).unwrap();
        entry.decision.refusals = match number % 7 {
            0 => vec![Refusal::Root],
            1 => vec![Refusal::Itself],
            2 => vec![Refusal::Gone],
            3 => vec![Refusal::Deployer],
            4 => vec![Refusal::LastOperator],
            5 => vec![Refusal::NoLockout],
            _ => Vec::new(),
        };
        if number % 3 == 0 {
            replay.in_shadow.push(entry.finding.clone());
        }
        replay.entries.push(entry);
    }
    let read = &mut replay.read;
    (read.files, read.bytes, read.records, read.relevant) = (49_990, 7_345_678_901, 12_345_678, 987_654);
    (read.late, read.duplicates, read.outside, read.timeless) = (17, 2_345, 4_711, 3);
    (read.without_records, read.named_log_files, read.interrupted) = (12, 5, true);
    read.reach = Some(("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-31T23:59:59Z".parse().unwrap()));
    read.unreadable = (0..unreadable)
        .map(|number| Unread {
            file: format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/file-{number}.json.gz"),
            place: "the gzip stream".to_owned(),
            reason: "it ends early\u{1b}[2J".to_owned(),
        })
        .collect();
    read.more_unreadable = unreadable * 10;
    read.exempted = [(("many-calls".to_owned(), "exemption `drill`, line 12".to_owned()), 5)].into();
    let at = |text: &str| text.parse().unwrap();
    let gap = Gap {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        from: at("2026-01-03T00:00:00Z"),
        to: at("2026-01-03T09:30:00Z"),
        usual: jiff::SignedDuration::from_mins(5),
    };
    let overlap = Overlap { first: "a.json.gz".to_owned(), again: "copy/a.json.gz".to_owned() };
    read.coverage = Coverage { gaps: vec![gap], overlaps: vec![overlap], more: 3 };
    replay
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was read, it fits.
    #[test]
    fn it_fits(
        actors in 0_usize..60,
        rules in 0_usize..60,
        unreadable in 0_usize..50,
        notes in prop::collection::vec("[a-z\u{1b}日 ]{0,400}", 0..12),
        columns in 0_usize..300,
    ) {
        let settings = portcullis_settings::Settings::default();
        let no_rules = portcullis_detection::RuleSet::load(&[]);
        let replay = busy(actors, rules, unreadable);
        let made = "2026-02-01T08:00:00Z".parse().unwrap();
        let (files, took) = (Some(50_000), Some(jiff::SignedDuration::from_secs(61)));
        let told = Told { replay: &replay, settings: &settings, rules: &no_rules, notes: &notes, files, took, made, version: "0" };
        let lines = lines(&told, columns);
        prop_assert!(lines.len() <= LINES, "{} lines:\n{}", lines.len(), plain(&lines));
        let widest = columns.clamp(NARROWEST, WIDEST);
        for line in &lines {
            let line = line.to_string();
            prop_assert!(width(&line) <= widest, "{line}");
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }
        let text = plain(&lines);
        prop_assert!(text.starts_with("mode observe: "), "{text}");
        prop_assert!(text.contains("interrupted: 49990 of 50000 files were read"), "{text}");
        for label in ["read ", "coverage ", "exempted "] {
            prop_assert!(text.contains(&format!("\n{label}")), "{label} is not in\n{text}");
        }
        prop_assert_eq!(text.contains("\nunreadable "), unreadable > 0);
        prop_assert_eq!(text.contains("\nnext "), actors.max(rules) > 0);
    }
}
