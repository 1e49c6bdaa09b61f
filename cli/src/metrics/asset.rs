//! One watched entry: its curve, its days, its busiest hour.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use portcullis_metrics::{HOUR, Metric, Watched};

use super::columns::{Cell, Style, lines, paint, width};
use super::entries::Row;
use super::numbers::{change, number, rate};
use super::overview::{heading, length, notes, standing_out};
use super::sparkline::{Cells, bar, chart};
use super::totals::overdue;
use super::view::{Change, Pair, View};
use crate::output::clean;

/// The height of the curve.
const LINES: usize = 6;

/// The width of the bars.
const BAR: usize = 24;

/// How much stands beside them at most.
const BESIDES: usize = 66;

/// The hour in which an entry was used most, and how often; nothing when it was not used.
pub(crate) fn peak(view: &View, asset: &str) -> Option<(Timestamp, f64)> {
    let series = view.set.with(Metric::ASSET_ACCESSES, &[("Asset", asset)]);
    let points = series.flat_map(|(_, series)| series.points()).filter(|(hour, _)| view.this.span.contains(hour));
    let uses = points.map(|(hour, point)| (hour, point.value)).filter(|(_, uses)| *uses > 0.0);
    // Of hours that are alike the first.
    uses.reduce(|most, one| if one.1 > most.1 { one } else { most })
}

/// What is shown of one entry, in lines of at most so many columns.
pub(crate) fn asset(view: &View, asset: &str, watched: &Watched, columns: usize) -> Vec<String> {
    let row = Row::of(view, asset, watched);
    let name = paint(&clean(&row.name), Style::Bold);
    let mut shown =
        vec![format!("{name}  {}", paint(row.tier.as_str(), Style::Dim)), heading(view, columns), String::new()];
    shown.extend(curve(view, asset, columns));
    shown.push(String::new());
    shown.extend(days(view, &row, columns));
    shown.push(String::new());
    shown.extend(facts(view, &row));
    shown.extend(notes(view, columns));
    shown
}

fn uses(view: &View, asset: &str, span: &Range<Timestamp>) -> Option<f64> {
    view.set.value(Metric::ASSET_ACCESSES, &[("Asset", asset)], span)
}

fn curve(view: &View, asset: &str, columns: usize) -> Vec<String> {
    // The scale on the left is not known before the cells are: no number has more than eleven characters.
    let room = columns.saturating_sub(13);
    let cells = Cells::of(&view.this, room);
    let scale = (room / cells.spans.len().max(1)).clamp(1, 4);
    let hourly = |span| view.hourly(Metric::ASSET_ACCESSES, &[("Asset", asset)], span);
    let values: Vec<Option<f64>> = cells.spans.iter().map(hourly).collect();
    let greatest = values.iter().flatten().copied().fold(0.0, f64::max);
    let top = rate(greatest);
    let left = width(&top);
    let mut shown: Vec<String> = Vec::new();
    for (place, line) in chart(&values, LINES, scale).into_iter().enumerate() {
        let (label, tick) = match place {
            0 if greatest > 0.0 => (top.as_str(), "┤"),
            place if place + 1 == LINES => ("0", "┼"),
            _ => ("", "│"),
        };
        let label = format!("{}{label} {tick}", " ".repeat(left.saturating_sub(width(label))));
        shown.push(format!("{}{}", paint(&label, Style::Dim), line.trim_end()));
    }
    let below = |text: &str| paint(&format!("{}{text}", " ".repeat(left + 2)), Style::Dim);
    shown.push(below(&cells.ruler(scale)));
    shown.push(below(&format!("uses an hour, each column is {} · none: ·, not seen: blank", cells.length())));
    shown
}

fn days(view: &View, row: &Row, columns: usize) -> Vec<String> {
    let denied = |span: &Range<Timestamp>| view.set.value(Metric::ASSET_DENIED, &[("Asset", &row.asset)], span);
    let by_day: Vec<(Option<f64>, Option<f64>)> = view
        .this
        .days
        .iter()
        .zip(&view.before.days)
        .map(|(day, before)| (uses(view, &row.asset, &day.span), uses(view, &row.asset, &before.span)))
        .collect();
    let greatest = by_day.iter().filter_map(|(uses, _)| *uses).fold(0.0, f64::max);
    let earlier =
        if view.this.days.len() == 7 { "a week before".to_owned() } else { format!("{} before", length(&view.this)) };
    let heads = ["uses", &earlier, "denied"].map(|head| Cell::right(head).styled(Style::Dim));
    let mut table = vec![std::iter::once(Cell::left("day").styled(Style::Dim)).chain(heads).collect::<Vec<Cell>>()];
    for (day, (this, before)) in view.this.days.iter().zip(&by_day) {
        let (seen, hours) = view.seen(&day.span);
        let mut last = bar(this.unwrap_or_default(), greatest, columns.saturating_sub(BESIDES).clamp(4, BAR));
        if 0 < seen && seen < hours {
            last = format!("{last}{}seen {seen} of {hours} h", if last.is_empty() { "" } else { "  " });
        }
        let refused = denied(&day.span);
        table.push(vec![
            Cell::left(date(day.date)),
            Cell::right(blank(*this)),
            Cell::right(blank(*before)).styled(Style::Dim),
            Cell::right(blank(refused)).styled(alarm(refused)),
            Cell::left(last),
        ]);
    }
    let comparable = view.is_comparable();
    let (Pair { this, before }, by) = (row.uses, row.uses.change(comparable));
    table.push(vec![
        Cell::left(format!("all {}", length(&view.this))).styled(Style::Bold),
        Cell::right(blank(this)).styled(Style::Bold),
        Cell::right(blank(before)).styled(Style::Dim),
        Cell::right(blank(row.denied.this)).styled(alarm(row.denied.this)),
        Cell::left(if by == Change::Unknown { String::new() } else { change(by) })
            .styled(standing_out(by, row.uses.rise(comparable))),
    ]);
    lines(&table)
}

/// What is not known is not there.
fn blank(value: Option<f64>) -> String {
    if value.is_some() { number(value) } else { String::new() }
}

fn alarm(denied: Option<f64>) -> Style {
    if denied.unwrap_or_default() > 0.0 { Style::Bad } else { Style::Dim }
}

/// `Mon 5 Jan`.
fn date(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

fn facts(view: &View, row: &Row) -> Vec<String> {
    let at = |hour: Timestamp| {
        let (from, to) =
            (hour.to_zoned(view.zone.clone()), hour.saturating_add(HOUR).unwrap_or(hour).to_zoned(view.zone.clone()));
        format!("{}, {} – {}", date(from.date()), from.strftime("%H:%M"), to.strftime("%H:%M"))
    };
    let peak = peak(view, &row.asset);
    let peak = peak.map_or("none: it was not used".to_owned(), |(hour, uses)| {
        format!("{}: {} uses", at(hour), number(Some(uses)))
    });
    let fact =
        |label: &str, text: &str| lines(&[vec![Cell::left(label).styled(Style::Dim), Cell::left(text)]]).concat();
    let rotation = overdue(view, &[("Asset", &row.asset)]);
    std::iter::once(fact("busiest hour", &peak)).chain(rotation.map(|overdue| fact("rotations   ", &overdue))).collect()
}
