//! Claims and findings, side by side, on made-up sources of every shape.

#![cfg(test)]

use std::collections::BTreeSet;

use portcullis_domain::Severity;
use portcullis_evaluate::{
    Circumstance, Engine, Evaluation, Fired, Report, Source, View, Views, evaluate, noise, read_source,
};
use portcullis_settings::Settings;
use serde_json::{Value, json};

fn record(id: &str, service: &str, name: &str, error: Option<&str>) -> String {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": "2026-01-05T08:00:00Z",
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "errorCode": error,
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory", "accountId": "111122223333"},
        "requestParameters": {"name": "org"}, "eventType": "AwsApiCall"
    })
    .to_string()
}

/// Each record with its label; what fires is said by hand.
fn source(name: &str, records: &[(String, Value)]) -> Source {
    let lines: Vec<&str> = records.iter().map(|(record, _)| record.as_str()).collect();
    let labels: serde_json::Map<String, Value> = records
        .iter()
        .enumerate()
        .map(|(index, (_, label))| (format!("{name}:{:06}", index + 1), label.clone()))
        .collect();
    let source = read_source(name, &lines.join("\n"), None, Some(&Value::Object(labels).to_string()));
    assert_eq!(source.problems, []);
    source
}

fn view(fired: &[bool]) -> View {
    let rule = Fired { rule: "some-rule".to_owned(), severity: Severity::High, shadow: false };
    let fired = fired.iter().map(|fired| BTreeSet::from_iter(fired.then(|| rule.clone()))).collect();
    View { fired, findings: Vec::new() }
}

fn views(alone: View, stream: View) -> Views {
    Views { alone, stream, learning: View::default() }
}

fn four() -> Source {
    source(
        "four",
        &[
            (record("e-1", "cloudtrail", "StopLogging", None), json!({"expected": true})),
            (record("e-2", "cloudtrail", "DeleteTrail", None), json!({"expected": true})),
            (record("e-3", "cloudtrail", "GetTrail", None), json!({"expected": false})),
            (record("e-4", "ec2", "RunInstances", None), json!({"expected": true})),
        ],
    )
}

#[test]
fn by_source_overall_and_by_rule() {
    let seen = views(view(&[true, false, true, true]), view(&[true, true, false, false]));
    let evaluation = evaluate(&[(four(), seen)]);
    let [four] = evaluation.sources.as_slice() else { panic!("one source") };
    assert_eq!((four.records, four.concerned), (4, 3));
    let (alone, stream) = (four.score.alone, four.score.stream);
    assert_eq!((alone.positives, alone.negatives, alone.true_positives, alone.false_positives), (2, 1, 1, 1));
    assert_eq!((stream.true_positives, stream.false_positives), (2, 0));
    assert_eq!(evaluation.overall.score, four.score);
    let [rule] = evaluation.rules.as_slice() else { panic!("one rule") };
    let counts = rule.counts.alone;
    assert_eq!((counts.true_positives, counts.false_positives, counts.unclaimed), (1, 1, 1));
}

#[test]
fn a_miss_alone_that_the_stream_finds_needs_history() {
    let seen = views(view(&[true, false, false, false]), view(&[true, true, false, false]));
    let evaluation = evaluate(&[(four(), seen)]);
    let [miss] = evaluation.misses.as_slice() else { panic!("one miss: {:?}", evaluation.misses) };
    assert_eq!((miss.id.as_str(), miss.event.as_str()), ("four:000002", "cloudtrail:DeleteTrail"));
    assert_eq!((miss.wrong.alone, miss.wrong.stream), (true, false));
    assert_eq!(miss.reason.as_deref(), Some(Circumstance::FoundInStream.reason()));
    assert_eq!(evaluation.unexplained().count(), 0);
}

#[test]
fn a_change_that_nothing_fires_on_is_unexplained() {
    let nothing = || view(&[false; 4]);
    let evaluation = evaluate(&[(four(), views(nothing(), nothing()))]);
    let unexplained: Vec<&str> = evaluation.unexplained().map(|miss| miss.id.as_str()).collect();
    assert_eq!(unexplained, ["four:000001", "four:000002"]);
    let report = Report { evaluation, ..Report::default() };
    assert!(report.table().contains("UNEXPLAINED"));
    assert!(
        report
            .markdown()
            .contains("| UNEXPLAINED | cloudtrail:DeleteTrail | success | in both views |  | four:000002 |")
    );
}

#[test]
fn reconnaissance_is_recorded_and_not_paged() {
    let looks = source(
        "looks",
        &[(record("e-1", "kms", "ListKeys", None), json!({"mitre": ["T1526 - Cloud Service Discovery"]}))],
    );
    let nothing = || view(&[false]);
    let evaluation = evaluate(&[(looks, views(nothing(), nothing()))]);
    assert_eq!(evaluation.misses.len(), 1);
    assert_eq!(evaluation.unexplained().count(), 0);
}

#[test]
fn a_threshold_that_the_data_does_not_reach() {
    let label = |test: &str| json!({"rule": "Trail.Stopped", "test": test, "expected": true, "threshold": 2});
    let one = (record("e-1", "cloudtrail", "StopLogging", None), label("one"));
    let two = (record("e-2", "cloudtrail", "StopLogging", None), label("two"));
    let reasons = |source: Source| -> Vec<Option<String>> {
        let nothing = || view(&vec![false; source.items.len()]);
        let seen = views(nothing(), nothing());
        evaluate(&[(source, seen)]).misses.into_iter().map(|miss| miss.reason).collect()
    };
    assert_eq!(
        reasons(source("few", std::slice::from_ref(&one))),
        [Some(Circumstance::BelowThreshold.reason().to_owned())]
    );
    assert_eq!(reasons(source("enough", &[one, two])), [None, None]);
}

#[test]
fn an_attack_counts_as_found_by_any_of_its_calls() {
    let played = |technique: &str| json!({"technique": technique, "phase": "detonation"});
    let records = [
        (record("e-1", "kms", "ListKeys", None), played("kms-disable-keys")),
        (record("e-2", "kms", "DisableKey", None), played("kms-disable-keys")),
        (record("e-3", "cloudtrail", "StopLogging", None), played("cloudtrail-stop")),
    ];
    let seen = views(view(&[false, true, false]), view(&[true, true, true]));
    let evaluation = evaluate(&[(source("played", &records), seen)]);
    let attacks = evaluation.overall.attacks;
    assert_eq!((attacks.played, attacks.found.alone, attacks.found.stream), (2, 1, 2));
}

#[test]
fn the_built_in_rules_find_a_stopped_trail_among_sources_of_every_shape() {
    let stop = |id: &str| record(id, "cloudtrail", "StopLogging", None);
    let look = |id: &str| record(id, "cloudtrail", "DescribeTrails", None);
    let sources = [
        source(
            "tests",
            &[
                (stop("a"), json!({"rule": "Trail.Stopped", "expected": true})),
                (look("b"), json!({"rule": "Trail.Stopped", "expected": false})),
            ],
        ),
        source(
            "triggers",
            &[(stop("a"), json!({"trigger_rules": ["trail_stopped"]})), (look("b"), json!({"trigger_rules": []}))],
        ),
        source("played", &[(stop("a"), json!({"technique": "cloudtrail-stop"}))]),
        source("listed", &[(stop("a"), json!({"mitre": ["T1562 - Impair Defenses"]}))]),
        source("samples", &[(stop("a"), json!({"data_source": "StopLogging"}))]),
    ];
    let engine = Engine::new(Settings::default());
    let judged: Vec<_> = sources
        .into_iter()
        .map(|source| {
            let views = engine.views(&source);
            (source, views)
        })
        .collect();
    let evaluation: Evaluation = evaluate(&judged);
    for score in [evaluation.overall.score.alone, evaluation.overall.score.stream] {
        assert_eq!((score.positives, score.true_positives, score.negatives, score.false_positives), (4, 4, 2, 0));
        assert_eq!((score.recall(), score.precision()), (Some(1.0), Some(1.0)));
    }
    assert_eq!(evaluation.unclaimed.values().sum::<usize>(), 1);
}

#[test]
fn noise_is_counted_on_sources_without_labels() {
    let records = [record("a", "cloudtrail", "StopLogging", None), record("b", "cloudtrail", "DescribeTrails", None)];
    let quiet = read_source("quiet", &records.join("\n"), None, None);
    let engine = Engine::new(Settings::default());
    let seen = engine.views(&quiet);
    let noise = noise(&[(quiet, seen), (four(), views(view(&[true; 4]), view(&[true; 4])))]);
    assert_eq!(noise.records, 2, "labelled sources are not noise");
    let critical = noise.rules.first().unwrap();
    assert_eq!((critical.severity, critical.findings.alone), (Severity::Critical, 1));
    assert_eq!(critical.per_thousand, Some(500.0));
}

#[test]
fn a_report_tells_the_same_in_every_form() {
    let seen = views(view(&[true, false, true, false]), view(&[true, true, true, false]));
    let evaluation = evaluate(&[(four(), seen)]);
    let report = Report { loaded: 1, settings: "as they are".to_owned(), evaluation, ..Report::default() };
    let json: Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["evaluation"]["overall"]["score"]["alone"]["recall"], 0.5);
    assert_eq!(json["evaluation"]["misses"][0]["id"], "four:000002");
    assert_eq!(json["evaluation"]["false_positives"][0]["rules"], json!(["some-rule"]));
    for text in [report.table(), report.markdown()] {
        for part in ["four:000002", "50 %", "some-rule", "as they are"] {
            assert!(text.contains(part), "{part} in:\n{text}");
        }
    }
}

#[test]
fn text_from_labels_cannot_command_a_terminal_or_break_a_table() {
    let label = json!({"rule": "trail\u{1b}[31m | red", "expected": true});
    let source = source("x", &[(record("e-1", "cloudtrail", "StopLogging", None), label)]);
    let nothing = || view(&[false]);
    let evaluation = evaluate(&[(source, views(nothing(), nothing()))]);
    let report = Report { evaluation, ..Report::default() };
    assert!(!report.table().contains('\u{1b}'));
    assert!(report.markdown().contains("[31m \\| red"));
}
