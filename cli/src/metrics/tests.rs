//! Two weeks of an installation, shown.

use anstream::adapter::strip_str;
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Tier;
use portcullis_metrics::{Metric, SeriesSet, Watched, Window, hour_of};
use proptest::prelude::*;
use test_case::test_case;

use super::entries::{find, rows};
use super::view::View;
use super::*;

fn watched(name: &str, tier: Tier) -> (String, Watched) {
    (portcullis_domain::asset_dimension(name), Watched { name: name.to_owned(), tier })
}

/// Ends on Monday, 5 January 2026, at 10 o'clock. Portcullis was not running for six hours of Saturday.
fn view(days: u16, zone: &str) -> View {
    let last: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
    let entries = [
        watched("payroll secrets", Tier::Critical),
        watched("payroll key", Tier::Critical),
        watched("web tokens", Tier::Sensitive),
        watched("backup keys", Tier::Sensitive),
    ];
    let mut set = SeriesSet::new(entries.into());
    let begin: Timestamp = "2025-12-22T00:00:00Z".parse().unwrap();
    for number in 0..=hour_of(last).duration_since(begin).as_hours() {
        let at = begin + SignedDuration::from_hours(number);
        if (291..297).contains(&number) {
            continue;
        }
        hour(&mut set, at, number);
    }
    let zone = TimeZone::get(zone).unwrap();
    let this = Window::up_to(last, days, &zone).unwrap();
    let before = this.before(&zone).unwrap();
    View { set, this, before, zone, source: "stack portcullis in eu-west-1".to_owned(), notes: Vec::new() }
}

fn hour(set: &mut SeriesSet, at: Timestamp, number: i64) {
    let of_day = number % 24;
    let working = (7..19).contains(&of_day) && (number / 24) % 7 < 5;
    let mut count = |metric, dimensions: &[(&str, &str)], value: i64| {
        if value > 0 {
            set.put(metric, dimensions, at, f64::from(i32::try_from(value).unwrap()));
        }
    };
    let success = |tier| [("Outcome", "success"), ("Tier", tier)];
    let payroll = if working { 20 + (number * 7) % 13 } else { 2 };
    let web = 90 + (number * 31) % 17 + if number > 160 { 60 } else { 0 };
    let key = if working { 5 } else { 0 };
    count(Metric::ASSET_ACCESSES, &[("Asset", "payroll secrets")], payroll);
    count(Metric::ASSET_ACCESSES, &[("Asset", "payroll key")], key);
    count(Metric::ASSET_ACCESSES, &[("Asset", "web tokens")], web);
    count(Metric::SECRET_ACCESSES, &success("critical"), payroll);
    count(Metric::SECRET_ACCESSES, &success("sensitive"), web);
    count(Metric::KEY_USES, &success("critical"), key);
    count(Metric::RECORDS_READ, &[], 300 + (number * 17) % 50);
    count(Metric::RECORDS_RELEVANT, &[], 200 + number % 10);
    count(Metric::EVENT_AGE, &[], 20 + number % 15);
    for service in ["kms", "secretsmanager"] {
        count(Metric::HEARTBEATS, &[("Service", service)], 12);
    }
    for dimensions in [&[][..], &[("Asset", "payroll key")]] {
        count(Metric::ROTATIONS_OVERDUE, dimensions, i64::from(number > 320));
    }
    count(Metric::ROTATIONS, &[("Service", "secretsmanager"), ("Outcome", "succeeded")], i64::from(of_day == 3));
    if number == 344 {
        count(Metric::ASSET_DENIED, &[("Asset", "payroll key")], 3);
        count(Metric::DENIED_CALLS, &[("Service", "kms"), ("Tier", "critical")], 3);
        count(Metric::KEY_USES, &[("Outcome", "denied"), ("Tier", "critical")], 3);
        count(Metric::ASSET_ACCESSES, &[("Asset", "payroll key")], 40);
        count(Metric::FINDINGS, &[("Rule", "denied-access-critical-asset"), ("Severity", "medium")], 3);
        count(Metric::FINDINGS, &[("Rule", "unauthorized-access-critical-asset"), ("Severity", "critical")], 1);
        count(Metric::CONTAINMENTS, &[("Outcome", "verified")], 1);
        count(Metric::PAGES, &[("State", "sent")], 2);
    }
}

fn text(lines: &[String]) -> String {
    strip_str(&lines.join("\n")).to_string()
}

#[test]
fn the_week_at_a_glance() {
    assert_snapshot!(text(&overview::overview(&view(7, "UTC"), 100)));
}

#[test]
fn the_week_on_a_wide_and_on_a_narrow_terminal() {
    assert_snapshot!(text(&overview::overview(&view(7, "UTC"), 160)));
    assert_snapshot!(text(&overview::overview(&view(7, "UTC"), 72)));
}

#[test]
fn one_entry() {
    let view = view(7, "UTC");
    let (key, watched) = find(&view, "payroll key", &[]).unwrap();
    assert_snapshot!(text(&asset::asset(&view, &key, &watched, 100)));
}

/// The days of another time zone end at other hours, and there are two of them before that nobody saw.
#[test]
fn one_entry_over_two_weeks_elsewhere() {
    let view = view(14, "America/New_York");
    let (key, watched) = find(&view, "web", &[]).unwrap();
    assert_snapshot!(text(&asset::asset(&view, &key, &watched, 100)));
}

#[test]
fn who_was_denied_comes_first_then_whose_use_rose_most() {
    let view = view(7, "UTC");
    let names: Vec<String> = rows(&view).into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["payroll key", "web tokens", "payroll secrets", "backup keys"]);
}

#[test_case("payroll key", Ok("payroll key") ; "its name")]
#[test_case("WEB", Ok("web tokens") ; "a part of it, whatever the capitals")]
#[test_case("payroll", Err("`payroll` may be `payroll key`, `payroll secrets`") ; "a part of two")]
#[test_case("payrol kay", Err("no watched entry of the settings is called `payrol kay`\nhelp: did you mean `payroll key`?") ; "misspelt")]
#[test_case("ledger", Err("no watched entry of the settings is called `ledger`\nhelp: there are `backup keys`, `payroll key`, `payroll secrets`, `web tokens`") ; "another")]
#[test_case("lunch", Err("`lunch` has no metrics of its own: only entries of the tiers critical and sensitive have") ; "one that is not watched")]
fn names(word: &str, expected: Result<&str, &str>) {
    let found = find(&view(7, "UTC"), word, &["lunch".to_owned()]);
    assert_eq!(
        found.map(|(_, watched)| watched.name).map_err(|error| error.to_string()),
        expected.map(str::to_owned).map_err(str::to_owned)
    );
}

#[test]
fn for_spreadsheets() {
    let view = view(2, "UTC");
    let one = find(&view, "payroll key", &[]).unwrap();
    assert_snapshot!(csv::lines(&view, Some(&one)).join("\n"), @"
    window,day,metric,unit,statistic,entry,tier,dimensions,value,hours_seen,hours
    before,2026-01-02,AssetAccesses,Count,Sum,payroll key,critical,Asset=payroll key,60,24,24
    before,2026-01-03,AssetAccesses,Count,Sum,payroll key,critical,Asset=payroll key,0,4,10
    this,2026-01-04,AssetAccesses,Count,Sum,payroll key,critical,Asset=payroll key,0,24,24
    this,2026-01-05,AssetAccesses,Count,Sum,payroll key,critical,Asset=payroll key,55,10,10
    before,2026-01-02,AssetDenied,Count,Sum,payroll key,critical,Asset=payroll key,0,24,24
    before,2026-01-03,AssetDenied,Count,Sum,payroll key,critical,Asset=payroll key,0,4,10
    this,2026-01-04,AssetDenied,Count,Sum,payroll key,critical,Asset=payroll key,0,24,24
    this,2026-01-05,AssetDenied,Count,Sum,payroll key,critical,Asset=payroll key,3,10,10
    before,2026-01-02,RotationsOverdue,Count,Maximum,payroll key,critical,Asset=payroll key,,24,24
    before,2026-01-03,RotationsOverdue,Count,Maximum,payroll key,critical,Asset=payroll key,,4,10
    this,2026-01-04,RotationsOverdue,Count,Maximum,payroll key,critical,Asset=payroll key,1,24,24
    this,2026-01-05,RotationsOverdue,Count,Maximum,payroll key,critical,Asset=payroll key,1,10,10
    ");
    let (all, columns) = (csv::lines(&self::view(7, "UTC"), None), csv::HEAD.split(',').count());
    assert!(all.iter().all(|line| line.split(',').count() == columns), "no name here has a comma");
    // How much of a day was seen stands beside its number.
    let saturday = "this,2026-01-03,AssetAccesses,Count,Sum,backup keys,sensitive,Asset=backup keys,0,18,24";
    assert!(all.iter().any(|line| line == saturday), "{all:#?}");
}

#[test]
fn for_programs() {
    let view = view(7, "UTC");
    let all = json::document(&view, None);
    assert_eq!(all["form"], "portcullis.metrics-report/1");
    assert_eq!(all["this"]["hours"], serde_json::json!({"seen": 148, "all": 154}));
    assert_eq!(all["entries"][0]["name"], "payroll key");
    assert_eq!(all["entries"][0]["denied"], serde_json::json!({"this": 3, "before": 0, "change": null}));
    assert_eq!(all["entries"][0]["peak"], serde_json::json!({"hour": "2026-01-05T08:00:00Z", "uses": 45}));
    let of_days: i64 =
        all["entries"][0]["days"].as_array().unwrap().iter().filter_map(|day| day["uses"].as_i64()).sum();
    assert_eq!(all["entries"][0]["uses"]["this"], of_days);
    let one = json::document(&view, Some(&find(&view, "web", &[]).unwrap()));
    assert_eq!((one["entries"].as_array().map(Vec::len), one["series"].as_array().map(Vec::len)), (Some(1), Some(1)));
    let hours = one["series"][0]["points"].as_array().unwrap();
    let total: i64 = hours.iter().filter_map(|point| point[1].as_i64()).sum();
    assert_eq!(
        total,
        one["entries"][0]["uses"]["this"].as_i64().unwrap() + one["entries"][0]["uses"]["before"].as_i64().unwrap()
    );
}

/// Without credentials, without an entry, without anything: it is said, and nothing divides by zero.
#[test]
fn an_installation_that_has_just_begun() {
    let mut view = view(7, "UTC");
    let last = view.this.span.end - SignedDuration::from_hours(1);
    view.set = SeriesSet::default();
    view.set.put(Metric::RECORDS_READ, &[], last, 3.0);
    assert_snapshot!(text(&overview::overview(&view, 100)), @"
    Tue 30 Dec 2025 – Mon 5 Jan 2026 (UTC) · stack portcullis in eu-west-1

    no entry of the settings is critical or sensitive: only these have metrics of their own

                     last 7 days  before  change
    secret accesses            0       –       –
    key uses                   0       –       –
    denied calls               0       –       –
    findings                   0       –       –
    containments               0       –       –
    pages                      0       –       –
    rotations                  0       –       –
    records read               3       –       –   in 1 of 154 hours

    note no record was read in 153 of these 154 hours: what happened then, nobody knows
    note no record was read in the 7 days before, so that nothing can be compared
    ");
}

proptest! {
    /// Whatever names and numbers there are, no line is wider than the terminal.
    #[test]
    fn lines_fit(
        names in prop::collection::vec("\\PC{1,60}", 1..6), uses in 0.0..1e6_f64, columns in 72_usize..240,
        days in prop::sample::select(vec![1_u16, 7, 14, 30, 90, 455]),
    ) {
        let mut view = view(days, "Europe/Berlin");
        for name in names {
            let (asset, watched) = watched(&name, Tier::Critical);
            view.set.put(Metric::ASSET_ACCESSES, &[("Asset", &asset)], "2026-01-05T08:00:00Z".parse().unwrap(), uses.round());
            view.set.watched.insert(asset, watched);
        }
        let (asset, one) = view.set.watched.iter().next().map(|(asset, one)| (asset.clone(), one.clone())).unwrap();
        let all = overview::overview(&view, columns);
        // The name of one entry stands alone, and whole.
        let one = asset::asset(&view, &asset, &one, columns);
        for line in all.iter().chain(one.iter().skip(1)) {
            let line = strip_str(line).to_string();
            prop_assert!(columns::width(&line) <= columns, "{} columns: {line:?}", columns);
        }
    }
}
