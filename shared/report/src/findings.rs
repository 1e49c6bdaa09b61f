//! The findings as a table, each with a link to its section.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{FindingId, Severity};
use portcullis_replay::names;

use crate::html::{Anchor, Page};
use crate::outcome::Row;
use crate::section::{head, scrolling, section};
use crate::text::{number, plural, time_or};
use crate::timeline::first_of;
use crate::words;

/// As many findings have a row and a section; the others are counted by rule. A page with more is not read, and a phone
/// does not open it.
pub(crate) const SECTIONS: usize = 500;

/// The findings that have a section.
#[derive(Debug)]
pub(crate) struct Listed(BTreeSet<FindingId>);

impl Listed {
    /// Those of these.
    pub(crate) fn of(rows: &[Row<'_>]) -> Self {
        Self(rows.iter().take(SECTIONS).map(|row| row.id().clone()).collect())
    }

    /// A link to the section of a finding; only words where it has none.
    pub(crate) fn link(&self, page: &mut Page, id: &FindingId, words: &str) {
        if self.0.contains(id) {
            page.tag("a").to(&Anchor::finding(id)).text(words);
        } else {
            page.text(words);
        }
    }
}

/// Writes the section.
pub(crate) fn findings(page: &mut Page, rows: &[Row<'_>]) {
    section(page, &Anchor::of("findings"), "Findings", |page| {
        if rows.is_empty() {
            page.tag("p").text("No rule fired.");
            return;
        }
        page.tag("p").text(
            "The gravest first. Each links to a section of its own; opened by its link and printed, it is the only thing printed.",
        );
        scrolling(page, "Findings", |page| {
            page.tag("table").class("findings").holds(|page| {
                page.tag("caption").text("Findings, by severity and time");
                head(page, &["severity", " first event", " rule", " actor", " asset", " decision"]);
                page.tag("tbody").holds(|page| {
                    for row in rows.iter().take(SECTIONS) {
                        page.tag("tr").holds(|page| cells(page, row));
                    }
                });
            });
        });
        rest(page, rows.get(SECTIONS..).unwrap_or_default());
    });
}

fn cells(page: &mut Page, row: &Row<'_>) {
    let finding = row.finding;
    page.tag("td").holds(|page| words::severity(page, row.severity()));
    page.tag("td").class("when").holds(|page| time_or(page, first_of(finding), "unknown"));
    page.tag("th").set("scope", "row").class("name").holds(|page| {
        page.tag("a").to(&Anchor::finding(&finding.id)).text(&finding.rule.id);
        if let Some(burst) = &finding.burst {
            let at_least = if burst.at_least { "at least " } else { "" };
            page.tag("span").class("aside").text(format_args!("{at_least}{}", plural(burst.events, "event", "events")));
        }
    });
    page.tag("td").class("name").holds(|page| words::raw(page, names::actor(&finding.actor.principal)));
    page.tag("td").class("name").holds(|page| words::raw(page, names::assets(finding)));
    page.tag("td").text(row.decision());
}

/// Those that have neither row nor section, by rule.
fn rest(page: &mut Page, rest: &[Row<'_>]) {
    if rest.is_empty() {
        return;
    }
    page.tag("h3").text("Not listed one by one");
    page.tag("p").text(format_args!(
        "This page holds the {} gravest findings. {} more, of these rules, are in the other forms of `portcullis replay`, such as `--format json`.",
        number(SECTIONS),
        number(rest.len())
    ));
    let mut rules: BTreeMap<(std::cmp::Reverse<Severity>, &str), usize> = BTreeMap::new();
    for row in rest {
        *rules.entry((std::cmp::Reverse(row.severity()), &row.finding.rule.id)).or_default() += 1;
    }
    scrolling(page, "Findings that are not listed", |page| {
        page.tag("table").class("compact").holds(|page| {
            page.tag("caption").text("Findings that are not listed one by one, by rule");
            head(page, &["rule", " severity", "findings"]);
            page.tag("tbody").holds(|page| {
                for ((severity, rule), count) in rules {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").holds(|page| words::raw(page, rule));
                        page.tag("td").holds(|page| words::severity(page, severity.0));
                        page.tag("td").class("number").text(number(count));
                    });
                }
            });
        });
    });
}
