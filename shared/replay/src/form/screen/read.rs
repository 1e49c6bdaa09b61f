//! The part of the screen that tells what was read.

use jiff::{SignedDuration, Timestamp};
use portcullis_logs::Gap;

use super::blocks::{Block, count};
use crate::form::escape::clean;
use crate::form::fit::wrap;
use crate::form::{Line, Told, Tone};

/// Files, records, how fast, from when to when, and what was not counted.
pub(super) fn read(told: &Told<'_>, room: usize) -> Block {
    let read = &told.replay.read;
    let of = told
        .files
        .filter(|files| *files != read.files)
        .map_or(String::new(), |files| format!(" of {}", grouped(files)));
    // Of a few records the time says nothing about more.
    let seconds = told.took.map(|took| took.as_secs_f64()).filter(|seconds| *seconds > 0.0 && read.records >= 1_000);
    let speed = seconds.map_or(String::new(), |seconds| {
        format!(" in {}, {} a second", lasting(seconds), grouped(per_second(read.records, seconds)))
    });
    let mut lines = vec![Line::plain(format!(
        "{}{of} {}, {}: {} {}{speed}",
        grouped(read.files),
        if told.files.unwrap_or(read.files) == 1 { "file" } else { "files" },
        bytes(read.bytes),
        grouped(read.records),
        if read.records == 1 { "record" } else { "records" },
    ))];
    if let Some((first, last)) = read.reach {
        lines.push(Line::plain(format!("from {first:.0} to {last:.0}, {}", long(last.duration_since(first)))));
    }
    let passed = read.without_records + read.named_log_files;
    let told = [
        (read.relevant, "about keys, secrets or the audit trail"),
        (read.duplicates, "seen twice"),
        (read.late, "late, examined out of order"),
        (read.outside, "outside the times asked for"),
        (read.timeless, "not counted over time, for want of a time"),
        (passed, "without records"),
        (read.named_log_files, "of these log files in S3 that are not fetched"),
    ];
    let told: Vec<String> = told
        .into_iter()
        .enumerate()
        .filter(|(index, (number, _))| *index == 0 || *number > 0)
        .map(|(_, (number, what))| format!("{} {what}", grouped(number)))
        .collect();
    lines.extend(wrap(&told.join("; "), room).into_iter().take(3).map(Line::plain));
    Block::whole("read", lines)
}

/// Gaps and files that came twice, in at most two lines.
pub(super) fn coverage(told: &Told<'_>) -> Block {
    let coverage = &told.replay.read.coverage;
    let mut lines = Vec::new();
    if let Some(Gap { account, region, from, to, .. }) = coverage.gaps.first() {
        let long = long(to.duration_since(*from));
        lines.push(
            Line::of(Tone::Warning, count(coverage.gaps.len(), "gap"))
                .and(Tone::Plain, format!(", the longest {long} in {account} {region}, {from:.0} to {to:.0}")),
        );
    }
    if let Some(overlap) = coverage.overlaps.first() {
        let files = if coverage.overlaps.len() == 1 { "file" } else { "files" };
        lines.push(
            Line::of(Tone::Warning, format!("{} {files} delivered twice", coverage.overlaps.len()))
                .and(Tone::Plain, format!(", such as {}", overlap.again)),
        );
    }
    if coverage.more > 0 {
        lines.push(Line::of(Tone::Quiet, format!("and {} more gaps and files, which are not listed", coverage.more)));
    }
    Block::whole("coverage", lines)
}

/// The first things that could not be read.
pub(super) fn unreadable(told: &Told<'_>, room: usize) -> Block {
    let read = &told.replay.read;
    let row = |unread: &portcullis_logs::Unread| {
        let text = format!("{}, {}: {}", unread.file, unread.place, unread.reason);
        let lines = wrap(&clean(&text), room.saturating_sub(2)).into_iter().take(2).enumerate();
        lines.map(|(index, line)| Line::plain(if index == 0 { line } else { format!("  {line}") })).collect()
    };
    let mut rows: Vec<Vec<Line>> = read.unreadable.iter().map(row).collect();
    let (listed, all) = (rows.len(), read.unread());
    if read.more_unreadable > 0 {
        let more = format!("and {} more, which are not listed", grouped(read.more_unreadable));
        rows.push(vec![Line::of(Tone::Quiet, more)]);
    }
    Block::of("unreadable", 3, rows, move |shown| {
        let names = if all > listed { format!("the first {}", grouped(listed)) } else { "them all".to_owned() };
        format!("and {} more: --format json names {names}", grouped(all.saturating_sub(shown.min(listed))))
    })
    .sounding(Tone::Grave)
}

/// `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `14 kB`, `1.2 GB`.
fn bytes(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        None => format!("{bytes} bytes"),
        // One digit behind the point, of small numbers only.
        Some((unit, name)) if bytes < unit * 10 => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        Some((unit, name)) => format!("{} {name}", bytes / unit),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people: positive, and far below what a float holds"
)]
fn per_second(records: usize, seconds: f64) -> usize {
    (records as f64 / seconds) as usize
}

/// `0.2 s`, `14 s`, `3 min 5 s`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a duration for people: positive and short"
)]
fn lasting(seconds: f64) -> String {
    match seconds as u64 {
        0..10 => format!("{seconds:.1} s"),
        whole @ 10..60 => format!("{whole} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// `3 d 4 h`, `4 h 5 min`, `12 min`, `5 s`.
fn long(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A time for people.
pub(crate) fn at(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "an unknown time".to_owned(), |time| format!("{time:.0}"))
}
