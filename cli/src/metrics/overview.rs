//! Every watched entry in a line, and the totals.

use jiff::civil::Date;
use portcullis_domain::Tier;
use portcullis_metrics::{Metric, Window};

use super::columns::{Cell, Style, cut, lines, paint, width, wrap};
use super::entries::{Row, rows};
use super::numbers::{change, number};
use super::sparkline::{Cells, sparkline};
use super::totals::{Total, totals};
use super::view::{BY_CHANCE, Change, View};
use crate::output::clean;

/// No name is shown wider.
const WIDEST_NAME: usize = 40;

/// No line is shown narrower.
const NARROWEST: usize = 7;

/// What is shown of all entries, in lines of at most so many columns.
pub(crate) fn overview(view: &View, columns: usize) -> Vec<String> {
    let mut shown = vec![heading(view, columns), String::new()];
    let rows = rows(view);
    if rows.is_empty() {
        shown
            .push("no entry of the settings is critical or sensitive: only these have metrics of their own".to_owned());
    } else {
        shown.extend(entries(view, &rows, columns));
    }
    shown.push(String::new());
    shown.extend(sums(view, columns));
    shown.extend(notes(view, columns));
    shown
}

/// Which days, whose, and where the numbers come from.
pub(crate) fn heading(view: &View, columns: usize) -> String {
    let days = days(view);
    let zone = view.zone.iana_name().unwrap_or("UTC");
    let beside = cut(&format!("({zone}) · {}", clean(&view.source)), columns.saturating_sub(width(&days) + 1));
    format!("{} {}", paint(&days, Style::Bold), paint(&beside, Style::Dim))
}

/// `Tue 30 Dec 2025 – Mon 5 Jan 2026`.
fn days(view: &View) -> String {
    let date = |date: Date| date.strftime("%a %-d %b %Y").to_string();
    let (first, last) = (view.this.days.first(), view.this.days.last());
    match first.zip(last) {
        Some((first, last)) if first.date != last.date => format!("{} – {}", date(first.date), date(last.date)),
        Some((day, _)) => date(day.date),
        None => String::new(),
    }
}

/// `7 days`, `1 day`.
pub(crate) fn length(window: &Window) -> String {
    match window.days.len() {
        1 => "day".to_owned(),
        days => format!("{days} days"),
    }
}

fn entries(view: &View, rows: &[Row], columns: usize) -> Vec<String> {
    let comparable = view.is_comparable();
    let heads = ["uses", "before", "change", "denied"];
    let told: Vec<[String; 4]> = rows
        .iter()
        .map(|row| {
            let [uses, before, denied] = [row.uses.this, row.uses.before, row.denied.this].map(number);
            [uses, before, change(row.uses.change(comparable)), denied]
        })
        .collect();
    let widest = |column: usize| {
        let texts = told.iter().filter_map(|texts| texts.get(column)).map(|text| width(text));
        texts.chain(heads.get(column).map(|head| head.len())).max().unwrap_or_default() + 2
    };
    let numbers: usize = (0..heads.len()).map(widest).sum();
    let tiers = rows.iter().map(|row| row.tier.as_str().len()).max().unwrap_or_default() + 2;
    let room = columns.saturating_sub(numbers + tiers + 2);
    let widest_name = WIDEST_NAME.min(room.saturating_sub(NARROWEST));
    let name = |row: &Row| cut(&clean(&row.name), widest_name);
    let names = rows.iter().map(|row| width(&name(row))).max().unwrap_or_default().max("entry".len());
    let cells = Cells::of(&view.this, room.saturating_sub(names).max(NARROWEST));
    let dim = |text: &str| Cell::left(text).styled(Style::Dim);
    let begin = [dim("entry"), dim("tier"), dim(&cells.ruler(1))];
    let end = heads.map(|head| Cell::right(head).styled(Style::Dim));
    let mut table = vec![begin.into_iter().chain(end).collect::<Vec<Cell>>()];
    for (row, told) in rows.iter().zip(told) {
        let values: Vec<Option<f64>> = cells
            .spans
            .iter()
            .map(|span| view.hourly(Metric::ASSET_ACCESSES, &[("Asset", &row.asset)], span))
            .collect();
        let [uses, before, by, denied] = told.map(Cell::right);
        table.push(vec![
            Cell::left(name(row)).styled(Style::Bold),
            tier(row.tier),
            Cell::left(sparkline(&values)),
            uses,
            before.styled(Style::Dim),
            by.styled(standing_out(row.uses.change(comparable), row.uses.rise(comparable))),
            denied.styled(if row.denied.this.unwrap_or_default() > 0.0 { Style::Bad } else { Style::Dim }),
        ]);
    }
    let mut shown = lines(&table);
    let legend = format!("uses an hour, each column is {} · none: ·, not seen: blank", cells.length());
    shown.push(paint(&legend, Style::Dim));
    shown
}

/// The tier, as it stands in a table.
pub(crate) fn tier(tier: Tier) -> Cell {
    Cell::left(tier.as_str()).styled(if tier == Tier::Critical { Style::Plain } else { Style::Dim })
}

/// What chance alone hardly does is worth a look.
pub(crate) fn standing_out(by: Change, rise: f64) -> Style {
    match by {
        Change::New | Change::By(_) if rise >= BY_CHANCE => Style::Warn,
        Change::Unknown | Change::Same => Style::Dim,
        Change::New | Change::By(_) => Style::Plain,
    }
}

fn sums(view: &View, columns: usize) -> Vec<String> {
    let comparable = view.is_comparable();
    let totals = totals(view);
    let heads = [format!("last {}", length(&view.this)), "before".to_owned(), "change".to_owned()];
    let row = |total: &Total| {
        let Total { label, pair, style, .. } = total;
        let style = if pair.this.unwrap_or_default() > 0.0 { *style } else { Style::Dim };
        vec![
            Cell::left(*label),
            Cell::right(number(pair.this)).styled(style),
            Cell::right(number(pair.before)).styled(Style::Dim),
            Cell::right(change(pair.change(comparable)))
                .styled(standing_out(pair.change(comparable), pair.rise(comparable))),
        ]
    };
    let head = [String::new()].into_iter().map(Cell::left).chain(heads.into_iter().map(Cell::right));
    let mut table: Vec<Vec<Cell>> = vec![head.map(|cell| cell.styled(Style::Dim)).collect()];
    table.extend(totals.iter().map(row));
    let begun = lines(&table);
    let wide = |line: &String| width(&anstream::adapter::strip_str(line).to_string());
    let beside = begun.iter().map(wide).max().unwrap_or_default() + 3;
    // What a total is made of stands beside it, or below where there is no room.
    let (indent, below) = if columns >= beside + 40 { (beside, false) } else { (4, true) };
    let mut shown = Vec::new();
    let parts = std::iter::once(Vec::new()).chain(totals.into_iter().map(|total| total.parts));
    for (mut line, parts) in begun.into_iter().zip(parts) {
        let mut told =
            wrap(parts.iter().map(String::as_str), " · ", columns.saturating_sub(indent)).into_iter().peekable();
        if let Some(first) = told.next_if(|_| !below) {
            line.push_str(&" ".repeat(indent.saturating_sub(wide(&line))));
            line.push_str(&paint(&first, Style::Dim));
        }
        shown.push(line);
        shown.extend(told.map(|more| format!("{}{}", " ".repeat(indent), paint(&more, Style::Dim))));
    }
    shown
}

/// What a reader must know who would take the numbers for more than they are.
pub(crate) fn notes(view: &View, columns: usize) -> Vec<String> {
    let ((seen, hours), (before, _)) = (view.seen(&view.this.span), view.seen(&view.before.span));
    let mut notes: Vec<String> = view.notes.iter().map(|note| clean(note)).collect();
    if seen < hours {
        notes.push(format!(
            "no record was read in {} of these {hours} hours: what happened then, nobody knows",
            hours - seen
        ));
    }
    if !view.is_comparable() {
        notes.push(match before {
            0 => format!("no record was read in the {} before, so that nothing can be compared", length(&view.before)),
            before => format!(
                "records were read in {seen} hours of these {} and in {before} of those before, so that the numbers cannot be compared",
                length(&view.this)
            ),
        });
    }
    let mut shown = Vec::new();
    for note in notes {
        if shown.is_empty() {
            shown.push(String::new());
        }
        let mut wrapped = wrap(note.split(' '), " ", columns.saturating_sub(5)).into_iter();
        shown.push(format!("{} {}", paint("note", Style::Warn), wrapped.next().unwrap_or_default()));
        shown.extend(wrapped.map(|line| format!("     {line}")));
    }
    shown
}
