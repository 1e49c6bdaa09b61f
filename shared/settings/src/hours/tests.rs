//! Shifts over midnight, over holidays and over the hours that clocks skip or repeat.

use portcullis_domain::{Principal, Session};
use proptest::prelude::*;
use test_case::test_case;

use super::*;

fn parsed(yaml: &str) -> Settings {
    crate::parse(yaml).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Hours given as an entry of the settings without name.
fn hours(entry: &str) -> WorkingHours {
    parsed(&format!("hours: [{{name: it, {entry}}}]")).hours.remove(0)
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn role(name: &str) -> Actor {
    let arn = format!("arn:aws:iam::111122223333:role/{name}").parse().unwrap();
    Actor { principal: Principal::Role { arn, id: None }, session: Session::default() }
}

const WEEK: &str = "days: [mon, tue, wed, thu, fri]";

/// 5 January 2026 is a Monday; Berlin is an hour ahead of UTC.
#[test_case("2026-01-05T05:59:59Z", false ; "before the day begins")]
#[test_case("2026-01-05T06:00:00Z", true ; "as the day begins")]
#[test_case("2026-01-05T18:59:59Z", true ; "before the day ends")]
#[test_case("2026-01-05T19:00:00Z", false ; "as the day ends")]
#[test_case("2026-01-10T12:00:00Z", false ; "Saturday")]
#[test_case("2026-01-06T12:00:00Z", false ; "a holiday")]
#[test_case("2026-07-06T05:00:00Z", true ; "in summer the day begins an hour earlier")]
#[test_case("2026-07-06T04:59:59Z", false ; "but no more")]
fn by_day(time: &str, expected: bool) {
    let hours = hours(&format!("zone: Europe/Berlin, {WEEK}, from: '07:00', to: '20:00', holidays: [2026-01-06]"));
    assert_eq!(hours.include(at(time)), expected);
}

#[test_case("2026-01-05T21:59Z", false ; "before the shift begins")]
#[test_case("2026-01-05T22:00Z", true ; "as it begins")]
#[test_case("2026-01-06T05:59Z", true ; "in the morning")]
#[test_case("2026-01-06T06:00Z", false ; "as it ends")]
#[test_case("2026-01-05T05:00Z", false ; "Monday morning ends no shift, as none begins on Sunday")]
#[test_case("2026-01-10T05:00Z", true ; "Saturday morning ends Friday's shift")]
#[test_case("2026-01-10T23:00Z", false ; "none begins on Saturday")]
#[test_case("2026-01-08T05:00Z", true ; "the shift of the evening before goes on into a holiday")]
#[test_case("2026-01-08T23:00Z", false ; "none begins on a holiday")]
#[test_case("2026-01-09T05:00Z", false ; "and so none ends the morning after")]
fn by_night(time: &str, expected: bool) {
    let hours = hours(&format!("zone: UTC, {WEEK}, from: '22:00', to: '06:00', holidays: [2026-01-08]"));
    assert_eq!(hours.include(at(time)), expected);
}

/// In Berlin, clocks go from 02:00 to 03:00 on 29 March 2026 and from 03:00 back to 02:00 on 25 October 2026.
#[test_case("from: '22:00', to: '06:00'", "2026-03-29T03:59Z", true ; "a short night")]
#[test_case("from: '22:00', to: '06:00'", "2026-03-29T04:00Z", false ; "a short night ends by the clock")]
#[test_case("from: '22:00', to: '06:00'", "2026-10-25T04:59Z", true ; "a long night")]
#[test_case("from: '22:00', to: '06:00'", "2026-10-25T05:00Z", false ; "a long night ends by the clock")]
#[test_case("from: '02:30', to: '12:00'", "2026-03-29T00:59Z", false ; "before a beginning that is skipped")]
#[test_case("from: '02:30', to: '12:00'", "2026-03-29T01:00Z", true ; "a beginning that is skipped")]
#[test_case("from: '12:00', to: '02:30'", "2026-10-25T00:29Z", true ; "an end that comes twice, before the first")]
#[test_case("from: '12:00', to: '02:30'", "2026-10-25T01:29Z", true ; "an end that comes twice, before the second")]
#[test_case("from: '12:00', to: '02:30'", "2026-10-25T01:30Z", false ; "an end that comes twice, at the second")]
fn when_clocks_change(shift: &str, time: &str, expected: bool) {
    let hours = hours(&format!("zone: Europe/Berlin, days: [sat, sun], {shift}"));
    assert_eq!(hours.include(at(time)), expected);
}

#[test_case("from: '18:00', to: '24:00'", "2026-01-05T23:59Z", true ; "until midnight")]
#[test_case("from: '18:00', to: '24:00'", "2026-01-06T00:00Z", false ; "midnight is over")]
#[test_case("from: '00:00', to: '24:00'", "2026-01-05T00:00Z", true ; "the whole day from its start")]
#[test_case("from: '00:00', to: '24:00'", "2026-01-05T23:59Z", true ; "the whole day to its end")]
#[test_case("from: '00:00', to: '24:00'", "2026-01-06T00:00Z", false ; "the whole day and no more")]
fn until_midnight(shift: &str, time: &str, expected: bool) {
    assert_eq!(hours(&format!("zone: UTC, days: [mon], {shift}")).include(at(time)), expected);
}

#[test]
fn the_edges_of_time_are_no_error() {
    let hours = hours("zone: Pacific/Kiritimati, days: [mon], from: '22:00', to: '06:00'");
    let _ = (hours.include(Timestamp::MIN), hours.include(Timestamp::MAX));
}

const SETTINGS: &str = "
hours:
  - {name: office, zone: UTC, days: [mon, tue, wed, thu, fri], from: '07:00', to: '20:00'}
  - {name: night, zone: UTC, days: [mon], from: '22:00', to: '06:00', actors: ['arn:aws:iam::*:role/night*']}
  - {name: night owls, zone: UTC, days: [tue], from: '22:00', to: '06:00', actors: ['arn:aws:iam::*:role/night-owl']}
changes:
  - {name: migration, from: 2026-01-10T22:00+01:00, to: 2026-01-11T04:00+01:00, actors: ['arn:aws:iam::*:role/migrator']}
  - {name: everybody, from: 2026-01-11T02:00Z, to: 2026-01-11T03:00Z}
";

#[test_case("app", "office" ; "everybody else")]
#[test_case("night-batch", "night" ; "named, further down")]
#[test_case("night-owl", "night" ; "the first of two that name the actor")]
fn hours_of_an_actor(name: &str, expected: &str) {
    let settings = parsed(SETTINGS);
    assert_eq!(settings.hours_of(&role(name), &Inventory::default()).unwrap().name, expected);
}

#[test]
fn who_is_named_nowhere_may_have_no_hours() {
    let mut settings = parsed(SETTINGS);
    settings.hours.remove(0);
    assert_eq!(settings.hours_of(&role("app"), &Inventory::default()), None);
}

#[test_case("migrator", "2026-01-10T20:59:59Z", None ; "before")]
#[test_case("migrator", "2026-01-10T21:00:00Z", Some("migration") ; "as it begins")]
#[test_case("migrator", "2026-01-11T02:30:00Z", Some("migration") ; "the first of two")]
#[test_case("migrator", "2026-01-11T03:00:00Z", None ; "as both end")]
#[test_case("app", "2026-01-10T22:00:00Z", None ; "somebody else's")]
#[test_case("app", "2026-01-11T02:30:00Z", Some("everybody") ; "everybody's")]
fn changes(name: &str, time: &str, expected: Option<&str>) {
    let settings = parsed(SETTINGS);
    let change = settings.change(&role(name), &Inventory::default(), at(time));
    assert_eq!(change.map(|change| change.name.as_str()), expected);
}

const PAUSES: &str = "
changes:
  - {name: open to all, from: 2026-01-10T00:00Z, to: 2026-01-12T00:00Z, containment: allowed}
  - {name: migration, from: 2026-01-10T22:00Z, to: 2026-01-11T04:00Z, actors: ['arn:aws:iam::*:role/migrator']}
  - {name: watched, from: 2026-01-10T22:00Z, to: 2026-01-11T04:00Z, actors: ['arn:aws:iam::*:role/tester'], containment: allowed}
  - {name: everybody, from: 2026-01-11T02:00Z, to: 2026-01-11T03:00Z, containment: paused}
";

#[test_case("migrator", "2026-01-10T21:59:59Z", None ; "before")]
#[test_case("migrator", "2026-01-10T22:00:00Z", Some("migration") ; "named, behind a window that allows it")]
#[test_case("migrator", "2026-01-11T04:00:00Z", None ; "as it ends")]
#[test_case("tester", "2026-01-10T22:00:00Z", None ; "allowed")]
#[test_case("tester", "2026-01-11T02:00:00Z", Some("everybody") ; "allowed by one, paused by another")]
#[test_case("app", "2026-01-10T22:00:00Z", None ; "somebody else's")]
#[test_case("app", "2026-01-11T02:59:59Z", Some("everybody") ; "everybody's")]
#[test_case("app", "2026-01-11T03:00:00Z", None ; "everybody's is over")]
fn changes_pause_containment(name: &str, time: &str, expected: Option<&str>) {
    let settings = parsed(PAUSES);
    let found = settings.pausing_change(&role(name), &Inventory::default(), at(time));
    assert_eq!(found.map(|change| change.name.as_str()), expected);
}

#[test]
fn whoever_is_meant_by_a_tag_is_looked_up() {
    let change = "changes: [{name: it, from: 2026-01-10T00:00Z, to: 2026-01-11T00:00Z, actors: [{tag: team=infra}]}]";
    let (settings, time) = (parsed(change), at("2026-01-10T12:00Z"));
    let tags = [("team".to_owned(), "infra".to_owned())].into();
    let known = Inventory {
        principals: [("arn:aws:iam::111122223333:role/app".to_owned(), tags)].into(),
        ..Inventory::default()
    };
    assert!(settings.pausing_change(&role("app"), &known, time).is_some());
    assert!(settings.pausing_change(&role("app"), &Inventory::default(), time).is_none());
}

const MINUTES: i64 = 24 * 60;

fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

proptest! {
    /// In UTC a week is a line of minutes, on which every day of work lays one stretch.
    #[test]
    fn shifts_are_stretches_of_minutes(
        days in proptest::sample::subsequence(vec![0_i64, 1, 2, 3, 4, 5, 6], 1..=7),
        from in 0..MINUTES,
        length in 1..MINUTES,
        minute in 7 * MINUTES..14 * MINUTES,
    ) {
        let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let listed: Vec<&str> = days.iter().map(|day| words[usize::try_from(*day).unwrap()]).collect();
        let (from_clock, to_clock) = (clock(from), clock((from + length) % MINUTES));
        let listed = listed.join(", ");
        let hours = hours(&format!("zone: UTC, days: [{listed}], from: '{from_clock}', to: '{}'",
            if to_clock == "00:00" { "24:00" } else { &to_clock }));
        let starts = days.iter().flat_map(|day| [0, 7, 14].map(|week| (week + day) * MINUTES + from));
        let expected = starts.into_iter().any(|start| (start..start + length).contains(&minute));
        let monday = at("2026-01-05T00:00Z");
        prop_assert_eq!(hours.include(monday + jiff::SignedDuration::from_mins(minute)), expected);
    }

    /// What pauses is a change of the actor's, and every change of the actor's pauses unless all of them allow it.
    #[test]
    fn a_pause_is_a_change(
        windows in proptest::collection::vec((0..48_i64, 1..24_i64, 0..3_usize, any::<bool>()), 0..6),
        hour in 0..72_i64,
    ) {
        let start = at("2026-01-10T00:00Z");
        let hours = |hours: i64| start + jiff::SignedDuration::from_hours(hours);
        let entry = |(index, (from, length, whose, paused)): (usize, &(i64, i64, usize, bool))| {
            let actors = ["", ", actors: ['arn:aws:iam::*:role/app']", ", actors: ['arn:aws:iam::*:role/other']"][*whose];
            let containment = if *paused { "paused" } else { "allowed" };
            format!("  - {{name: n{index}, from: '{}', to: '{}'{actors}, containment: {containment}}}\n",
                hours(*from), hours(from + length))
        };
        let settings = parsed(&format!("changes:\n{}", windows.iter().enumerate().map(entry).collect::<String>()));
        let expected = windows.iter().position(|(from, length, whose, paused)| {
            *paused && *whose < 2 && (*from..from + length).contains(&hour)
        });
        let (app, none) = (role("app"), Inventory::default());
        let found = settings.pausing_change(&app, &none, hours(hour));
        prop_assert_eq!(found.map(|change| change.name.clone()), expected.map(|index| format!("n{index}")));
        prop_assert!(found.is_none() || settings.change(&app, &none, hours(hour)).is_some());
    }

    /// Whatever clocks do, what they show decides.
    #[test]
    fn the_clock_on_the_wall_decides(
        second in 1_767_225_600..1_798_761_600_i64,
        zone in proptest::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        from in 0..MINUTES,
        to in 0..MINUTES,
    ) {
        prop_assume!(from != to);
        let shift = format!("{WEEK}, from: '{}', to: '{}'", clock(from), clock(to));
        let time = Timestamp::from_second(second).unwrap();
        let local = hours(&format!("zone: {zone}, {shift}"));
        let shown = local.zone.to_datetime(time).to_zoned(TimeZone::UTC).unwrap().timestamp();
        prop_assert_eq!(local.include(time), hours(&format!("zone: UTC, {shift}")).include(shown));
    }
}
