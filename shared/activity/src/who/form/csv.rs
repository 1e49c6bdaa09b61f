//! For spreadsheets: a line for each row (RFC 4180).

use super::super::answer::{Answer, Part};
use super::super::class::Counts;
use super::super::row::Row;
use super::super::top::Several;
use super::clean;

/// The columns. Nothing is ever taken out of them or put between them.
const HEAD: [&str; 32] = [
    "asked",
    "side",
    "name",
    "kind",
    "account",
    "region",
    "tier",
    "authorized",
    "unauthorized_calls",
    "uses",
    "uses_success",
    "uses_denied",
    "uses_failed",
    "looks",
    "looks_success",
    "looks_denied",
    "looks_failed",
    "beside",
    "first",
    "last",
    "calls",
    "via",
    "networks",
    "addresses",
    "distinct_addresses",
    "endpoints",
    "countries",
    "actors",
    "sessions",
    "distinct_sessions",
    "source_identities",
    "label",
];

/// The rows of the answer. `side` is `used_by` where a row is an actor, and `used` where it is an asset. Lists are
/// `VALUE COUNT`, separated by `; `.
///
/// What comes from logs is not trusted: a cell that a spreadsheet would take for a formula, for beginning with `=`, `+`, `-`, `@`,
/// a tab or a carriage return, begins with an apostrophe instead (OWASP, *CSV Injection*), and control characters are
/// replaced.
///
/// # Errors
///
/// Never as far as is known: the writer writes to memory.
pub fn csv(answer: &Answer) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for (side, part) in [("used_by", &answer.used_by), ("used", &answer.used)] {
        for row in part.iter().flat_map(|part: &Part| &part.rows) {
            writer.write_record(cells(&answer.asked, side, row).map(|text| cell(&text)))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn cells(asked: &str, side: &str, row: &Row) -> [String; 32] {
    let or_empty = |text: Option<&String>| text.cloned().unwrap_or_default();
    let [uses, looks] = [counts(&row.totals.uses), counts(&row.totals.looks)];
    let [uses, used, refused, failed] = uses;
    let [looks, looked, looks_refused, looks_failed] = looks;
    let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    [
        asked.to_owned(),
        side.to_owned(),
        row.name.clone(),
        row.kind.to_owned(),
        or_empty(row.account.as_ref()),
        or_empty(row.region.as_ref()),
        row.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        row.authorized.map(|authorized| authorized.to_string()).unwrap_or_default(),
        row.unauthorized.to_string(),
        uses,
        used,
        refused,
        failed,
        looks,
        looked,
        looks_refused,
        looks_failed,
        row.totals.beside.all().to_string(),
        time(row.first),
        time(row.last),
        list(&row.calls),
        list(&row.via),
        list(&row.networks),
        list(&row.addresses),
        distinct(&row.addresses),
        list(&row.endpoints),
        list(&row.countries),
        list(&row.actors),
        list(&row.sessions),
        distinct(&row.sessions),
        list(&row.source_identities),
        row.label.clone(),
    ]
}

fn counts(counts: &Counts) -> [String; 4] {
    [counts.all(), counts.success, counts.denied, counts.failed].map(|count| count.to_string())
}

fn list(several: &Several) -> String {
    let each: Vec<String> =
        several.commonest.iter().map(|common| format!("{} {}", common.value, common.count)).collect();
    each.join("; ")
}

/// A number; with `+` behind it where there were more than were kept apart.
fn distinct(several: &Several) -> String {
    format!("{}{}", several.distinct, if several.at_least { "+" } else { "" })
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{}", if is_formula { "'" } else { "" }, clean(text))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    #[test_case("+1", "'+1")]
    #[test_case("-1", "'-1")]
    #[test_case("@SUM(A1)", "'@SUM(A1)")]
    #[test_case("\t=1", "'\u{fffd}=1" ; "tab")]
    #[test_case("\r=1", "'\u{fffd}=1" ; "carriage return")]
    #[test_case("a=1", "a=1" ; "not at the beginning")]
    #[test_case("\u{1b}[31m", "\u{fffd}[31m" ; "control characters")]
    fn cells_are_text(text: &str, expected: &str) {
        assert_eq!(cell(text), expected);
    }
}
