//! Who used which asset, as a matrix and as a list.

use std::collections::BTreeMap;

use portcullis_activity::{Overview, Use};

use crate::hours::left_out;
use crate::html::{Anchor, Page};
use crate::section::{head, numbers, scrolling, section};
use crate::text::{Grouped, number, plural, short, time_or};
use crate::words::{raw, sign};

/// As many actors have a row and assets a column.
const ROWS: usize = 40;
const COLUMNS: usize = 24;

/// As many uses are in the list.
const LISTED: usize = 400;

/// Writes the section.
pub(crate) fn uses(page: &mut Page, overview: &Overview) {
    section(page, &Anchor::of("uses"), "Who used what", |page| {
        let uses = &overview.uses;
        if uses.is_empty() {
            page.tag("p").text("No access to a key or secret was seen.");
            return;
        }
        let strangers = uses.iter().filter(|one| one.authorized == Some(false)).count();
        page.tag("p").text(match strangers {
            0 => "Nobody used an asset whose entry in the settings does not authorize them.".to_owned(),
            1 => "1 use is by somebody whom the settings do not authorize for the asset.".to_owned(),
            many => format!("{} uses are by somebody whom the settings do not authorize for the asset.", number(many)),
        });
        page.tag("p").class("legend").holds(|page| {
            key(page, "✓", "authorized");
            key(page, "!", "not authorized, framed");
            key(page, "–", "no entry of the settings says");
            key(page, "⊘3", "three of them were denied");
        });
        matrix(page, uses);
        numbers(page, "Each use with its times", |page| list(page, uses));
        left_out(page, uses.len().saturating_sub(LISTED), overview.beyond);
    });
}

fn key(page: &mut Page, seen: &'static str, words: &'static str) {
    page.tag("span").class("key").holds(|page| {
        page.tag("strong").text(seen);
        page.text(format_args!(" {words}"));
    });
}

/// Names, those with most accesses first.
fn busiest<'u>(uses: &'u [Use], name: fn(&'u Use) -> &'u str) -> Vec<&'u str> {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for one in uses {
        *totals.entry(name(one)).or_default() += all(one);
    }
    let mut names: Vec<(&str, u64)> = totals.into_iter().collect();
    names.sort_by_key(|(_, total)| std::cmp::Reverse(*total));
    names.into_iter().map(|(name, _)| name).collect()
}

const fn all(one: &Use) -> u64 {
    one.success + one.denied + one.failed
}

fn matrix(page: &mut Page, uses: &[Use]) {
    let (actors, assets) = (busiest(uses, |one| &one.actor), busiest(uses, |one| &one.asset));
    let (rows, columns) = (actors.get(..ROWS).unwrap_or(&actors), assets.get(..COLUMNS).unwrap_or(&assets));
    let by_pair: BTreeMap<(&str, &str), &Use> = uses.iter().map(|one| ((&*one.actor, &*one.asset), one)).collect();
    scrolling(page, "Accesses by actor and asset", |page| {
        page.tag("table").class("matrix").holds(|page| {
            page.tag("caption").text("Accesses by actor and asset, those with most accesses first");
            page.tag("thead").holds(|page| {
                page.tag("tr").holds(|page| {
                    page.tag("th").set("scope", "col").class("words").text("actor");
                    for asset in columns {
                        page.tag("th").set("scope", "col").class("upright").holds(|page| raw(page, asset));
                    }
                });
            });
            page.tag("tbody").holds(|page| {
                for actor in rows {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").class("name").holds(|page| raw(page, actor));
                        for asset in columns {
                            cell(page, by_pair.get(&(*actor, *asset)).copied());
                        }
                    });
                }
            });
        });
    });
    let (more_actors, more_assets) = (actors.len() - rows.len(), assets.len() - columns.len());
    if more_actors + more_assets > 0 {
        page.tag("p").class("note").text(format_args!(
            "{} and {} with fewer accesses are not in the matrix.",
            plural(more_actors, "actor", "actors"),
            plural(more_assets, "asset", "assets")
        ));
    }
}

fn cell(page: &mut Page, one: Option<&Use>) {
    let Some(one) = one else {
        return page.tag("td").class("cell s0").holds(|page| sign(page, "·", "none"));
    };
    let (class, seen, heard) = match one.authorized {
        Some(true) => ("cell authorized", "✓", ", authorized"),
        Some(false) => ("cell stranger", "!", ", not authorized"),
        None => ("cell unsaid", "–", ", no entry says"),
    };
    page.tag("td").class(class).holds(|page| {
        page.text(short(all(one)));
        page.text("\u{a0}");
        sign(page, seen, heard);
        if one.denied > 0 {
            page.tag("span").class("refused").holds(|page| {
                sign(page, "⊘", ", denied ");
                page.text(short(one.denied));
            });
        }
    });
}

fn list(page: &mut Page, uses: &[Use]) {
    page.tag("table").holds(|page| {
        page.tag("caption").text("Each actor's use of each asset");
        head(page, &["actor", " asset", "answered", "denied", "failed", " first", " last", " authorized"]);
        page.tag("tbody").holds(|page| {
            for one in uses.iter().take(LISTED) {
                page.tag("tr").holds(|page| {
                    page.tag("th").set("scope", "row").class("name").holds(|page| raw(page, &one.actor));
                    page.tag("td").class("name").holds(|page| raw(page, &one.asset));
                    for count in [one.success, one.denied, one.failed] {
                        page.tag("td").class("number").text(Grouped(count));
                    }
                    page.tag("td").class("when").holds(|page| time_or(page, one.first, "unknown"));
                    page.tag("td").class("when").holds(|page| time_or(page, one.last, "unknown"));
                    page.tag("td").text(match one.authorized {
                        Some(true) => "yes",
                        Some(false) => "no",
                        None => "no entry says",
                    });
                });
            }
        });
    });
}
