//! For people: the answer in a sentence, then who or what, then the last accesses.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use jiff::Timestamp;

use super::super::answer::{Answer, Part};
use super::super::recent::Recent;
use super::super::row::Row;
use super::super::sentence::{common_tier, many};
use super::super::top::Several;
use super::clean;

/// How many rows are shown; the other forms have all.
const SHOWN: usize = 50;

/// How much of a user agent is shown.
const AGENT: usize = 40;

/// The answer for people; `width` is that of their terminal, where there is one.
pub fn table(answer: &Answer, width: Option<u16>) -> String {
    let mut text = String::new();
    for part in answer.parts() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", clean(&part.summary));
        let who = if answer.used_by.as_ref().is_some_and(|side| std::ptr::eq(side, part)) { "actor" } else { "asset" };
        let _ = writeln!(text, "{}", rows(part, who, width));
        if part.rows.len() > SHOWN {
            let _ =
                writeln!(text, "and {} more rows: --format json, ndjson and csv have them", part.rows.len() - SHOWN);
        }
        text.push('\n');
        if !part.recent.is_empty() {
            let _ = writeln!(text, "{}", if part.recent.len() == 1 { "last access" } else { "last accesses" });
            for recent in &part.recent {
                let _ = writeln!(text, "  {}", clean(&line(recent)));
            }
            text.push('\n');
        }
    }
    if !answer.found {
        let asked = clean(&answer.asked);
        let kinds = answer.looked_for_as.join(", ");
        let _ = writeln!(text, "no record tells of `{asked}`, which was looked for as {kinds}");
        if !answer.near.is_empty() {
            let _ = writeln!(text, "did you mean {}?", clean(&answer.near.join(", ")));
        }
    }
    let _ = writeln!(text, "{}", read(answer));
    text
}

/// What the answer rests on.
fn read(answer: &Answer) -> String {
    let mut text = format!("read      {}", many(answer.records, "record"));
    if let Some((from, to)) = answer.from.zip(answer.to) {
        let _ = write!(text, ", from {from:.0} to {to:.0}");
    }
    if answer.duplicates > 0 {
        let _ = write!(text, "; {} seen twice, counted once", answer.duplicates);
    }
    text
}

/// A column: its head, its cell, and whether a column without anything but dashes is shown.
type Column<'p> = (&'static str, Box<dyn Fn(&Row) -> String + 'p>, bool);

fn rows(part: &Part, who: &'static str, width: Option<u16>) -> String {
    // Who it was, the sentence above says, unless it was several.
    let actors: BTreeSet<&str> =
        part.rows.iter().flat_map(|row| &row.actors.commonest).map(|common| common.value.as_str()).collect();
    let is_one = actors.len() < 2;
    let is_told = who == "actor" && common_tier(part).is_some();
    let columns: Vec<Column<'_>> = vec![
        (who, Box::new(|row| row.label.clone()), true),
        ("tier", Box::new(move |row| row.tier.filter(|_| !is_told).map_or_else(dash, |tier| tier.to_string())), false),
        ("authorized", Box::new(authorized), false),
        ("uses", Box::new(|row| row.totals.uses.success.to_string()), true),
        ("denied", Box::new(|row| count(row.totals.denied())), true),
        ("failed", Box::new(|row| count(row.totals.failed())), false),
        ("looks", Box::new(|row| count(row.totals.looks.all())), false),
        ("beside", Box::new(|row| count(row.totals.beside.all())), false),
        ("first", Box::new(|row| time(row.first)), true),
        ("last", Box::new(|row| time(row.last)), true),
        ("from", Box::new(from), true),
        ("calls", Box::new(|row| told(&row.calls, 3, true)), true),
        ("via", Box::new(|row| told(&row.via, 2, false)), false),
        ("by", Box::new(move |row| if is_one { dash() } else { told(&row.actors, 2, false) }), false),
        ("sessions", Box::new(|row| told(&row.sessions, 2, false)), false),
        ("source identity", Box::new(|row| told(&row.source_identities, 2, false)), false),
    ];
    let shown: Vec<&Row> = part.rows.iter().take(SHOWN).collect();
    let columns: Vec<Column<'_>> = columns
        .into_iter()
        .filter(|(_, cell, always)| *always || shown.iter().any(|row| cell(row) != dash()))
        .collect();
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).force_no_tty();
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(columns.iter().map(|(head, _, _)| *head));
    for row in shown {
        table.add_row(columns.iter().map(|(_, cell, _)| clean(&cell(row))));
    }
    table.to_string()
}

fn dash() -> String {
    "\u{2013}".to_owned()
}

fn count(count: u64) -> String {
    if count == 0 { dash() } else { count.to_string() }
}

fn time(time: Option<Timestamp>) -> String {
    time.map_or_else(dash, |time| format!("{time:.0}"))
}

fn authorized(row: &Row) -> String {
    match row.authorized {
        None => dash(),
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
    }
}

/// The commonest, with counts where there are several or they are asked for, and how many more there are.
fn told(several: &Several, shown: usize, counts: bool) -> String {
    let with_counts = counts || several.distinct > 1;
    let each = several.commonest.iter().take(shown).map(|common| {
        let short = common.value.strip_prefix("secretsmanager:").or_else(|| common.value.strip_prefix("kms:"));
        let value = short.unwrap_or(&common.value);
        if with_counts { format!("{value} {}", common.count) } else { value.to_owned() }
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return dash();
    }
    let more = several.distinct.saturating_sub(each.len());
    let at_least = if several.at_least { "at least " } else { "" };
    let more = if more > 0 { format!(", {at_least}{more} more") } else { String::new() };
    format!("{}{more}", each.join(", "))
}

/// `203.0.113.7 and 3 more (public, vpce-1, DE)`.
fn from(row: &Row) -> String {
    let Some(commonest) = row.addresses.commonest.first().map(|common| &common.value) else { return dash() };
    let more = row.addresses.distinct.saturating_sub(1);
    let at_least = if row.addresses.at_least { "at least " } else { "" };
    let more = if more > 0 { format!(" and {at_least}{more} more") } else { String::new() };
    let lists = [&row.networks, &row.endpoints, &row.countries];
    let places: Vec<String> =
        lists.into_iter().filter(|list| list.distinct > 0).map(|list| told(list, 2, false)).collect();
    format!("{commonest}{more} ({})", places.join(", "))
}

fn line(recent: &Recent) -> String {
    let mut line = format!("{}  {:<7}  {}", time(recent.time), recent.outcome, recent.call);
    if let Some(asset) = &recent.asset {
        let _ = write!(line, "  {asset}");
    }
    let _ = write!(line, "  {}", recent.actor);
    if let Some(session) = &recent.session {
        let _ = write!(line, "/{session}");
    }
    let _ = write!(line, "  from {}", recent.address);
    if let Some(endpoint) = &recent.endpoint {
        let _ = write!(line, " by {endpoint}");
    }
    if let Some(via) = &recent.via {
        let _ = write!(line, "  via {via}");
    }
    if let Some(agent) = &recent.user_agent {
        let _ = write!(line, "  {}", agent_in_short(agent));
    }
    if let Some(code) = &recent.error_code {
        let _ = write!(line, "  {code}");
    }
    let _ = write!(line, "  event {}", recent.event_id.as_deref().unwrap_or("without an id"));
    line
}

/// The product that a user agent begins with; AWS puts some in brackets.
fn agent_in_short(agent: &str) -> String {
    let product = agent.trim_start_matches('[').split(' ').next().unwrap_or_default().trim_end_matches(']');
    let short: String = product.chars().take(AGENT).collect();
    if short.len() < product.len() { format!("{short}\u{2026}") } else { short }
}
