//! When each actor is active, by the hour of the day.
//!
//! A table and no picture: its cells are the numbers, so there is nothing that a picture would have to tell again.

use portcullis_activity::{ActorHours, Overview};

use crate::html::{Anchor, Page};
use crate::section::{scrolling, section};
use crate::text::{number, real, short};
use crate::words::{raw, sign};

/// As many actors have a row.
const ACTORS: usize = 40;

/// The shades, from none to the darkest.
const SHADES: [&str; 6] = ["cell s0", "cell s1", "cell s2", "cell s3", "cell s4", "cell s5"];

/// Writes the section.
pub(crate) fn hours(page: &mut Page, overview: &Overview) {
    section(page, &Anchor::of("hours"), "Who is active at which hour", |page| {
        if overview.hours.is_empty() {
            page.tag("p").text("No access to a key or secret was seen.");
            return;
        }
        page.tag("p").class("legend").holds(|page| {
            page.text("Accesses to keys and secrets by hour of the day; the stronger the shade, the more. ");
            page.tag("span").class("key").holds(|page| {
                page.tag("span").class("refused").text("⊘3");
                page.text(" three of them were denied");
            });
        });
        let rows = overview.hours.get(..ACTORS).unwrap_or(&overview.hours);
        let most = rows.iter().flat_map(|row| row.by_hour).max().unwrap_or(0);
        scrolling(page, "Accesses by actor and hour of the day", |page| {
            page.tag("table").class("heat").holds(|page| {
                page.tag("caption").text("Accesses by actor and hour of the day, those with most accesses first");
                heading(page);
                page.tag("tbody").holds(|page| rows.iter().for_each(|row| one(page, row, most)));
            });
        });
        left_out(page, overview.hours.len().saturating_sub(rows.len()), overview.beyond);
    });
}

/// Says what is not shown: nothing is left out silently.
pub(crate) fn left_out(page: &mut Page, more: usize, beyond: u64) {
    if more > 0 {
        page.tag("p").class("note").text(format_args!("{} with fewer accesses are not shown.", number(more)));
    }
    if beyond > 0 {
        page.tag("p").class("note").text(format_args!(
            "{} accesses are in no row, because there were more actors or assets than are kept apart.",
            crate::text::Grouped(beyond)
        ));
    }
}

fn heading(page: &mut Page) {
    page.tag("thead").holds(|page| {
        page.tag("tr").holds(|page| {
            page.tag("th").set("scope", "col").class("words").text("actor");
            for hour in 0..24 {
                page.tag("th").set("scope", "col").class("hour").text(format_args!("{hour:02}"));
            }
        });
    });
}

fn one(page: &mut Page, row: &ActorHours, most: u64) {
    page.tag("tr").holds(|page| {
        page.tag("th").set("scope", "row").class("name").holds(|page| raw(page, &row.actor));
        for (count, denied) in row.by_hour.into_iter().zip(row.denied) {
            page.tag("td").class(shade(count, most)).holds(|page| {
                if count == 0 {
                    return sign(page, "·", "none");
                }
                page.text(short(count));
                if denied > 0 {
                    page.tag("span").class("refused").holds(|page| {
                        sign(page, "⊘", ", denied ");
                        page.text(short(denied));
                    });
                }
            });
        }
    });
}

/// By the logarithm: one access is seen beside ten thousand.
fn shade(count: u64, most: u64) -> &'static str {
    let share = real(count).ln_1p() / real(most.max(1)).ln_1p();
    let reached = [0.0, 0.2, 0.4, 0.6, 0.8].iter().filter(|step| share > **step).count();
    SHADES.get(reached).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_the_darker() {
        let shades: Vec<&str> = [0, 1, 10, 100, 1_000, 10_000].iter().map(|count| shade(*count, 10_000)).collect();
        assert_eq!(shades, ["cell s0", "cell s1", "cell s2", "cell s3", "cell s4", "cell s5"]);
        assert_eq!(shade(1, 1), "cell s5");
        assert_eq!(shade(0, 0), "cell s0");
    }
}
