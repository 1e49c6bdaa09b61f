//! `portcullis replay`: bursts, shadow, exemptions, history.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::record::{log_file, read, unrelated};
use crate::workplace::Workplace;

/// A correlation over calls that no built-in rule is about, as is its base rule in shadow.
const MANY: &str = "title: Many calls
name: many-calls
correlation:
  type: event_count
  rules: [call]
  group-by: [portcullis.actor.name]
  timespan: 10m
  condition: {gte: 3}
level: high
---
title: A call
name: call
logsource: {product: aws, service: cloudtrail}
detection: {call: {eventSource: ec2.amazonaws.com, eventName: DescribeInstances}, condition: call}
level: low
";

fn calls(rules: &str, settings: &str, change: impl Fn(u32, &mut Value)) -> Workplace {
    let workplace = Workplace::new();
    workplace.file("portcullis.yaml", settings);
    workplace.file("rules/many.yml", rules);
    let calls = (1..=5).map(|number| {
        let mut call = unrelated(number);
        change(number, &mut call);
        call
    });
    workplace.file("log.json", log_file(&calls.collect::<Vec<_>>()));
    workplace
}

/// Five events are one finding, and the table tells how many they are.
#[test]
fn a_burst_counts_as_one_finding() {
    let said = calls(MANY, "mode: page", |_, _| {}).run(&["replay", "log.json", "--rules", "rules"]);
    assert_eq!(said.code, 0);
    said.tells(&[
        "mode page: it would have paged on-call once, and contained nobody",
        "findings    1: 1 high",
        "            high               1  many-calls  by 1 actor",
        "  high      many-calls  page\n",
        "role/team/reporting in 111122223333 on the account, 5 events from 2026-01-05 08:00",
    ]);
}

#[test]
fn a_rule_in_shadow_does_nothing_and_is_told_of() {
    let workplace = calls(MANY, "mode: enforce\nrules: {many-calls: {shadow: true}}", |_, _| {});
    let said = workplace.run(&["replay", "log.json", "--rules", "rules"]);
    said.tells(&[
        "mode enforce: nobody would have been paged or contained",
        "findings    0\n",
        "in shadow   1: 1 many-calls",
        "  high      many-calls  in shadow\n",
    ]);
    let document = workplace.run(&["replay", "log.json", "--rules", "rules", "--format", "json"]).json();
    assert_eq!(document["summary"]["in_shadow"], json!({"many-calls": 1}));
    assert_eq!(document["summary"]["findings"], json!({}));
    assert_eq!(document["findings"], json!([]));
    assert_eq!(document["in_shadow"][0]["burst"]["events"], 5);
}

#[test]
fn exemptions_are_told_of_by_rule() {
    let settings = "exemptions:
  - {name: drill, actors: ['arn:aws:iam::111122223333:role/team/reporting'], rules: [many-calls], reason: a drill, until: 2026-12-31}
";
    let workplace = calls(MANY, settings, |_, _| {});
    let said = workplace.run(&["replay", "log.json", "--rules", "rules"]);
    said.tells(&["mode observe: nothing would have fired", "exempted    5 by the settings: 5 many-calls (drill)"]);
    let document = workplace.run(&["replay", "log.json", "--rules", "rules", "--format", "json"]).json();
    assert_eq!(document["summary"]["exempted"], json!([{"rule": "many-calls", "exemption": "drill", "count": 5}]));
}

/// An event without a time is in no window, so the rule may have missed something.
#[test]
fn events_without_a_time_are_told_of() {
    let no_time = |number: u32, call: &mut Value| {
        if number < 4 {
            call["eventTime"] = json!("yesterday");
        }
    };
    let workplace = calls(MANY, "mode: page", no_time);
    let said = workplace.run(&["replay", "log.json", "--rules", "rules"]);
    said.tells(&["mode page: nothing would have fired", "3 not counted over time, for want of a time"]);
    let document = workplace.run(&["replay", "log.json", "--rules", "rules", "--format", "json"]).json();
    assert_eq!(document["summary"]["not_counted"], 3);
}

const NEW: &str = "title: Somebody new
name: somebody-new
logsource: {product: aws, service: cloudtrail}
detection: {new: {eventName: GetSecretValue, portcullis.first_seen: true, portcullis.learning: false}, condition: new}
level: low
";

/// Two readers: one from the first day on, one who comes on the ninth.
fn readers() -> Workplace {
    let workplace = Workplace::new();
    let mut reads = [1, 2].map(|number| read(number, "payroll/payroll-api", "prod/web/token"));
    let mut late = read(3, "payroll/newcomer", "prod/web/token");
    reads[1]["eventTime"] = json!("2026-01-13T08:00:00Z");
    late["eventTime"] = json!("2026-01-14T08:00:00Z");
    workplace.file("log.json", log_file(&[reads[0].clone(), reads[1].clone(), late]));
    workplace.file("rules/somebody-new.yml", NEW);
    workplace
}

#[test]
fn history_is_learned_for_a_week_unless_told_otherwise() {
    let workplace = readers();
    let fired = |arguments: &[&str]| {
        let all = [&["replay", "log.json", "--rules", "rules", "--format", "json"], arguments].concat();
        let document = workplace.run(&all).json();
        let notes = document["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned());
        let note = notes.filter(|note| note.starts_with("the logs reach")).collect::<String>();
        (document["summary"]["findings"]["somebody-new"].as_u64(), note)
    };
    let (count, note) = fired(&[]);
    assert_eq!(count, Some(1), "the newcomer");
    assert_snapshot!(note, @"the logs reach from 2026-01-05T08:00:01Z to 2026-01-14T08:00:00Z; in the first 7 days of each account, a first sighting means nothing yet");
    let (count, note) = fired(&["--watched-since", "always"]);
    assert_eq!(count, Some(2), "both");
    assert_snapshot!(note, @"the logs reach from 2026-01-05T08:00:01Z to 2026-01-14T08:00:00Z; whoever and whatever is not in them from the beginning counts as never seen before");
    assert_eq!(fired(&["--watched-since", "2025-12-29"]).0, Some(2), "a week before the first record");
    let (count, note) = fired(&["--watched-since", "2026-01-10T00:00Z"]);
    assert_eq!(count, None);
    assert_snapshot!(note, @"the logs reach from 2026-01-05T08:00:01Z to 2026-01-14T08:00:00Z: all of it lies in the first 7 days of being watched, in which a first sighting means nothing yet; --watched-since tells of an earlier beginning");
}

#[test]
fn a_date_that_is_none() {
    let said = Workplace::new().run(&["replay", ".", "--watched-since", "yesterday"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("`yesterday` is neither `always` nor a date such as 2026-01-31"), "{}", said.stderr);
}

/// A database is looked for beside the settings; without it the replay goes on.
#[test]
fn databases_lie_beside_the_settings() {
    let workplace = Workplace::new();
    workplace.file("config/portcullis.yaml", "geoip: [country.mmdb]\n");
    workplace.file("log.json", log_file(&[read(1, "team/reporting", "prod/payroll/db")]));
    let said = workplace.run(&["replay", "log.json", "--settings", "config/portcullis.yaml"]);
    assert_eq!(said.code, 0);
    assert!(
        said.stdout.contains("note        without `config/country.mmdb`, where addresses are is not known: "),
        "{}",
        said.stdout
    );
    workplace.file("config/country.mmdb", "not a database");
    let said = workplace.run(&["replay", "log.json", "--settings", "config/portcullis.yaml"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.starts_with("portcullis: country.mmdb is not a MaxMind database"), "{}", said.stderr);
}
