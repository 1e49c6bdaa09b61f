//! Points in time as people write them: dates, times of day, moments, and the zones they are told in.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::reader::{Node, Report, did_you_mean};

/// A zone of the IANA time zone database. It is the one that was built in, since a Lambda function need not have any,
/// and the same text must mean the same everywhere.
pub(super) fn zone(node: &Node<'_>, report: &mut Report) -> Option<TimeZone> {
    let expected = "a time zone such as `Europe/Berlin` or `UTC`";
    let name = node.text(report, expected)?;
    let zones = TimeZoneDatabase::bundled();
    if let Some(zone) = zones.get(name).ok().filter(|zone| !zone.is_unknown()) {
        return Some(zone);
    }
    let known: Vec<String> = zones.available().map(|name| name.as_str().to_owned()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = did_you_mean(name, &known)
        .unwrap_or_else(|| "write a name of the IANA time zone database, `Continent/City`".to_owned());
    report.add(node, node.mismatch(expected), Some(help));
    None
}

/// A time of day of a 24-hour clock, `00:00` to `23:59`.
pub(super) fn time_of_day(node: &Node<'_>, report: &mut Report) -> Option<Time> {
    clock(node, report, "a time from \"00:00\" to \"23:59\"", |_| None)
}

/// The time of day at which something ends: `24:00` is the midnight that ends the day.
pub(super) fn end_of_day(node: &Node<'_>, report: &mut Report) -> Option<Time> {
    let end = |text: &str| (text == "24:00").then_some(Time::midnight());
    clock(node, report, "a time from \"00:00\" to \"24:00\"", end)
}

fn clock(node: &Node<'_>, report: &mut Report, expected: &str, other: impl Fn(&str) -> Option<Time>) -> Option<Time> {
    // jiff takes seconds and other spellings too, which would only be asked about.
    let plain = |text: &str| Time::strptime("%H:%M", text).ok().filter(|_| text.len() == 5);
    let found = node.as_text().and_then(|text| other(text).or_else(|| plain(text)));
    if found.is_none() {
        let help = "write hours and minutes with two digits each, in quotes: \"07:00\"".to_owned();
        report.add(node, node.mismatch(expected), Some(help));
    }
    found
}

/// A day, `2026-12-25`.
pub(super) fn date(node: &Node<'_>, report: &mut Report) -> Option<Date> {
    let parsed = node.as_text().and_then(|text| text.parse::<Date>().ok().filter(|date| date.to_string() == text));
    if parsed.is_none() {
        report.add(node, node.mismatch("a date such as 2026-12-25"), None);
    }
    parsed
}

/// A moment, with its offset from UTC.
pub(super) fn moment(node: &Node<'_>, report: &mut Report) -> Option<Timestamp> {
    let parsed = node.as_text().and_then(|text| text.parse().ok());
    if parsed.is_none() {
        let help = "give date, time and offset from UTC, or `Z` for UTC itself: 2026-11-21T22:00Z".to_owned();
        report.add(node, node.mismatch("a moment such as \"2026-11-21T22:00+01:00\""), Some(help));
    }
    parsed
}
