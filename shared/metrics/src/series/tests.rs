use insta::assert_snapshot;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use test_case::test_case;

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Uses of `db` and records that were read, at some times.
fn set(events: &[(&str, usize)]) -> SeriesSet {
    let mut set = SeriesSet::default();
    for (at, uses) in events {
        let mut metrics = Metrics::new("portcullis");
        metrics.count(Metric::ASSET_ACCESSES, &["db"], *uses);
        metrics.count(Metric::RECORDS_READ, &[], uses + 1);
        set.add(&metrics, time(at));
    }
    set
}

const DB: [(&str, &str); 1] = [("Asset", "db")];

#[test]
fn values_fall_into_hours_by_the_time_of_the_event() {
    let set = set(&[
        ("2026-01-05T08:59:59.9Z", 2),
        ("2026-01-05T08:00:00Z", 1),
        ("2026-01-05T09:00:00Z", 4),
        ("2026-01-05T11:30:00Z", 0),
    ]);
    let points: Vec<(String, f64)> = set
        .with(Metric::ASSET_ACCESSES, &[])
        .flat_map(|(_, series)| series.points())
        .map(|(hour, point)| (hour.to_string(), point.value))
        .collect();
    let hours = [("2026-01-05T08:00:00Z", 3.0), ("2026-01-05T09:00:00Z", 4.0), ("2026-01-05T11:00:00Z", 0.0)];
    assert_eq!(points, hours.map(|(hour, value)| (hour.to_owned(), value)));
    assert_eq!(set.reach(), Some((time("2026-01-05T08:00:00Z"), time("2026-01-05T11:00:00Z"))));
}

/// A value shows under every set of dimensions, as in CloudWatch.
#[test]
fn a_series_for_each_set_of_dimensions() {
    let mut metrics = Metrics::new("portcullis");
    metrics.count(Metric::ROTATIONS_OVERDUE, &["db"], 2);
    let mut set = SeriesSet::default();
    set.add(&metrics, time("2026-01-05T08:10:00Z"));
    let names: Vec<&SeriesName> = set.series().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [&SeriesName::new(Metric::ROTATIONS_OVERDUE, &[]), &SeriesName::new(Metric::ROTATIONS_OVERDUE, &DB)]
    );
}

#[test_case("2026-01-05T08:00:00Z", "2026-01-05T10:00:00Z", Some(3.0) ; "what was counted")]
#[test_case("2026-01-05T11:00:00Z", "2026-01-05T12:00:00Z", Some(0.0) ; "nothing, while records were read")]
#[test_case("2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z", Some(0.0) ; "nothing, while heartbeats came back")]
#[test_case("2026-01-05T09:00:00Z", "2026-01-05T11:00:00Z", None ; "nobody looked")]
#[test_case("2026-01-05T12:00:00Z", "2026-01-05T08:00:00Z", None ; "no time at all")]
fn no_value_is_zero_only_where_records_were_read(from: &str, to: &str, expected: Option<f64>) {
    let mut set = set(&[("2026-01-05T08:10:00Z", 3)]);
    set.put(Metric::RECORDS_READ, &[], time("2026-01-05T11:10:00Z"), 1.0);
    set.put(Metric::HEARTBEATS, &[("Service", "kms")], time("2026-01-05T11:40:00Z"), 6.0);
    set.put(Metric::HEARTBEATS, &[("Service", "kms")], time("2026-01-05T12:10:00Z"), 6.0);
    let span = time(from)..time(to);
    assert_eq!(set.value(Metric::ASSET_ACCESSES, &DB, &span), expected);
    assert_eq!(set.value(Metric::EVENT_AGE, &[], &span), None, "the greatest of nothing is not zero");
}

#[test]
fn statistics_are_kept_over_hours() {
    let mut set = SeriesSet::default();
    for (at, age) in [("2026-01-05T08:10:00Z", 3.0), ("2026-01-05T08:20:00Z", 9.0), ("2026-01-05T09:20:00Z", 5.0)] {
        set.put(Metric::EVENT_AGE, &[], time(at), age);
        set.put(Metric::NEWEST_EVENT_AGE, &[], time(at), age);
        set.put(Metric { name: "Mean", statistic: Statistic::Average, ..Metric::EVENT_AGE }, &[], time(at), age);
        set.put(Metric::EVENT_AGE, &[], time(at), f64::NAN);
    }
    let over = |set: &SeriesSet| -> Vec<(String, f64)> {
        let span = time("2026-01-05T00:00:00Z")..time("2026-01-06T00:00:00Z");
        set.series().map(|(name, series)| (name.metric.clone(), series.over(&span).unwrap().value)).collect()
    };
    let expected = [("EventAge", 9.0), ("Mean", 17.0 / 3.0), ("NewestEventAge", 3.0)];
    assert_eq!(over(&set), expected.map(|(name, value)| (name.to_owned(), value)));
    let read = SeriesSet::from_json(&set.to_json().unwrap()).unwrap();
    assert_eq!(over(&read), over(&set), "a mean keeps its weight");
}

#[test]
fn the_form() {
    let mut set = set(&[("2026-01-05T09:10:00Z", 1), ("2026-01-05T08:10:00Z", 2)]);
    set.put(Metric::EVENT_AGE, &[], time("2026-01-05T08:10:00Z"), 2.5);
    set.watched.insert("db".to_owned(), Watched { name: "db".to_owned(), tier: Tier::Critical });
    assert_snapshot!(set.to_json().unwrap(), @r#"
    {"form":"portcullis.metrics/1","bucket_seconds":3600,"assets":[
    {"asset":"db","name":"db","tier":"critical"}
    ],"series":[
    {"metric":"AssetAccesses","unit":"Count","statistic":"Sum","dimensions":{"Asset":"db"},"points":[["2026-01-05T08:00:00Z",2],["2026-01-05T09:00:00Z",1]]},
    {"metric":"EventAge","unit":"Seconds","statistic":"Maximum","dimensions":{},"points":[["2026-01-05T08:00:00Z",2.5]]},
    {"metric":"RecordsRead","unit":"Count","statistic":"Sum","dimensions":{},"points":[["2026-01-05T08:00:00Z",3],["2026-01-05T09:00:00Z",2]]}
    ]}
    "#);
}

#[test_case("{}", "it is not what `portcullis replay --metrics` writes: missing field `form` at line 1 column 2" ; "something else")]
#[test_case(r#"{"form":"portcullis.metrics/2","rows":[]}"#, "its form is `portcullis.metrics/2`; this version reads `portcullis.metrics/1`" ; "a later form")]
#[test_case(&one("Sum", "2026-01-05T08:10:00Z"), "RecordsRead: 2026-01-05T08:10:00Z is not the beginning of an hour" ; "within an hour")]
#[test_case(&one("Median", "2026-01-05T08:00:00Z"), "RecordsRead: `Median` is none of Sum, Minimum, Maximum, Average" ; "an unknown statistic")]
fn what_cannot_be_read(text: &str, expected: &str) {
    assert_eq!(SeriesSet::from_json(text).unwrap_err().to_string(), expected);
}

fn one(statistic: &str, at: &str) -> String {
    format!(
        r#"{{"form":"portcullis.metrics/1","series":[{{"metric":"RecordsRead","unit":"Count","statistic":"{statistic}",
            "dimensions":{{}},"points":[["{at}",1]]}}]}}"#
    )
}

#[test]
fn days_are_those_of_the_time_zone() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let window = Window::up_to(time("2026-03-29T20:00:00Z"), 2, &zone).unwrap();
    let days: Vec<String> =
        window.days.iter().map(|day| format!("{} {}..{}", day.date, day.span.start, day.span.end)).collect();
    // Clocks were put forward on the 29th.
    let expected = [
        "2026-03-28 2026-03-27T23:00:00Z..2026-03-28T23:00:00Z",
        "2026-03-29 2026-03-28T23:00:00Z..2026-03-29T21:00:00Z",
    ];
    assert_eq!(days, expected);
    let before = window.before(&zone).unwrap();
    assert_eq!(before.span, time("2026-03-25T23:00:00Z")..time("2026-03-27T22:00:00Z"), "up to 23:00, as by the clock");
    assert_eq!(hours_in(&before.span), 47);
}

/// A time zone that is off by half an hour: an hour counts for the day that it begins in.
#[test]
fn the_last_hour_may_end_after_midnight() {
    let zone = TimeZone::get("Asia/Kolkata").unwrap();
    let window = Window::up_to(time("2026-01-05T18:00:00Z"), 1, &zone).unwrap();
    assert_eq!(window.span, time("2026-01-04T18:30:00Z")..time("2026-01-05T18:30:00Z"));
    assert_eq!(hours_in(&window.span), 24);
}

fn events() -> impl Strategy<Value = Vec<(i64, u32)>> {
    // Twenty days around a change of clocks.
    prop::collection::vec((1_773_900_000_i64..1_775_700_000, 0_u32..1000), 0..60)
}

fn of(events: &[(i64, u32)]) -> SeriesSet {
    let mut set = SeriesSet::default();
    for (second, uses) in events {
        let at = Timestamp::from_second(*second).unwrap();
        set.put(Metric::ASSET_ACCESSES, &DB, at, f64::from(*uses));
        set.put(Metric::RECORDS_READ, &[], at, 1.0);
    }
    set
}

const ZONES: [&str; 5] = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];

proptest! {
    /// Nothing is lost or counted twice: days add up to the window, two windows in a row to both.
    #[test]
    fn sums_are_conserved(events in events(), zone in prop::sample::select(ZONES.to_vec()), days in 1_u16..40) {
        let (set, zone) = (of(&events), TimeZone::get(zone).unwrap());
        let sum = |span: &Range<Timestamp>| set.value(Metric::ASSET_ACCESSES, &DB, span).unwrap_or_default();
        let window = Window::up_to(time("2026-04-10T00:00:00Z"), days, &zone).unwrap();
        prop_assert_eq!(window.days.len(), usize::from(days));
        let of_days: f64 = window.days.iter().map(|day| sum(&day.span)).sum();
        prop_assert!((of_days - sum(&window.span)).abs() < 0.5);
        let hours: usize = window.days.iter().map(|day| hours_in(&day.span)).sum();
        prop_assert_eq!(hours, hours_in(&window.span));
        let within = |(second, _): &&(i64, u32)| window.span.contains(&hour_of(Timestamp::from_second(*second).unwrap()));
        let expected: u32 = events.iter().filter(within).map(|(_, uses)| *uses).sum();
        prop_assert!((sum(&window.span) - f64::from(expected)).abs() < 0.5);
        let before = window.before(&zone).unwrap();
        prop_assert_eq!(before.days.len(), window.days.len());
        prop_assert!(before.span.end <= window.span.end && before.span.start < window.span.start);
    }

    /// The order of events and of merging makes no difference, and the form holds all of it.
    #[test]
    fn merging_is_adding(events in events(), at in 0_usize..60) {
        let (some, others) = events.split_at(at.min(events.len()));
        let mut merged = of(others);
        merged.merge(of(some));
        let whole = of(&events);
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(SeriesSet::from_json(&whole.to_json().unwrap()).unwrap(), whole);
    }
}
