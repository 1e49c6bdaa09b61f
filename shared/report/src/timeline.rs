//! Accesses over time: what was answered, what was refused, and when rules fired.

use jiff::{SignedDuration, Timestamp};
use portcullis_activity::{Overview, Slice};
use portcullis_domain::{Finding, Severity};

use crate::chart::{Area, Times, axis_of_time, bar, grid, label, line, mark, nice, picture};
use crate::html::{Anchor, Page};
use crate::section::{numbers, section};
use crate::text::{Grouped, length, plural, real, time};

/// As many bars as can be told apart.
const BARS: usize = 180;

/// As many marks as have room beside each other.
const MARKS: usize = 40;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 318.0;
const FOUND: Area = Area { x: 64.0, y: 22.0, width: 884.0, height: 34.0 };
const ANSWERED: Area = Area { x: 64.0, y: 84.0, width: 884.0, height: 116.0 };
const REFUSED: Area = Area { x: 64.0, y: 226.0, width: 884.0, height: 64.0 };

/// Writes the section.
pub(crate) fn timeline(page: &mut Page, overview: &Overview, findings: &[&Finding]) {
    let anchor = Anchor::of("timeline");
    section(page, &anchor, "Accesses over time", |page| {
        let bars = merged(&overview.timeline);
        let Some((first, last)) = bars.first().zip(bars.last()) else {
            page.tag("p").text("No access to a key or secret has a time that could be read.");
            return;
        };
        let slice = slice(overview, &bars);
        let times = Times::new(first.start, last.start.saturating_add(slice).unwrap_or(last.start));
        let (success, denied, failed) = totals(&bars);
        let description = format!(
            "{} answered, {} denied, {} failed for another reason, from {:.0} to {:.0}. Rules fired {}. The table below has \
             the numbers.",
            Grouped(success),
            Grouped(denied),
            Grouped(failed),
            first.start,
            last.start,
            plural(findings.len(), "time", "times"),
        );
        page.tag("p").class("legend").holds(|page| {
            page.text(format_args!("Each bar is {}. ", length(slice)));
            swatch(page, "swatch answered", "answered");
            swatch(page, "swatch denied", "denied, filled");
            swatch(page, "swatch failed", "failed for another reason, hollow");
            for severity in Severity::ALL.iter().rev() {
                page.tag("span").class("key").holds(|page| crate::words::severity(page, *severity));
            }
        });
        let title = "Accesses to keys and secrets over time, with the findings";
        picture(page, &anchor, (WIDTH, HEIGHT), (title, &description), |page| {
            draw(page, &bars, slice, &times, findings);
        });
        numbers(page, "The numbers of this picture", |page| table(page, &bars));
    });
}

fn swatch(page: &mut Page, class: &'static str, words: &'static str) {
    page.tag("span").class("key").holds(|page| {
        page.tag("span").class(class).set("aria-hidden", "true").text("");
        page.text(words);
    });
}

/// Joins slices until there are few enough; none is left out.
fn merged(slices: &[Slice]) -> Vec<Slice> {
    let each = slices.len().div_ceil(BARS).max(1);
    let joined = slices.chunks(each).filter_map(|part| {
        let start = part.first()?.start;
        let (success, denied, failed) = totals(part);
        Some(Slice { start, success, denied, failed })
    });
    joined.collect()
}

fn totals(slices: &[Slice]) -> (u64, u64, u64) {
    slices.iter().fold((0, 0, 0), |(success, denied, failed), slice| {
        (success + slice.success, denied + slice.denied, failed + slice.failed)
    })
}

/// How long a bar is.
fn slice(overview: &Overview, bars: &[Slice]) -> SignedDuration {
    match bars {
        [first, second, ..] => second.start.duration_since(first.start),
        _ => overview.slice.max(SignedDuration::from_secs(1)),
    }
}

fn draw(page: &mut Page, bars: &[Slice], slice: SignedDuration, times: &Times, findings: &[&Finding]) {
    label(page, "lane", (FOUND.x, FOUND.y - 8.0), "findings");
    line(page, "rule", (FOUND.x, FOUND.bottom()), (FOUND.right(), FOUND.bottom()));
    marks(page, times, findings);
    let answered = nice(bars.iter().map(|bar| bar.success).max().unwrap_or(0));
    let refused = nice(bars.iter().map(|bar| bar.denied + bar.failed).max().unwrap_or(0));
    label(page, "lane", (ANSWERED.x, ANSWERED.y - 8.0), "answered");
    grid(page, ANSWERED, answered);
    label(page, "lane", (REFUSED.x, REFUSED.y - 8.0), "denied or failed");
    grid(page, REFUSED, refused);
    let share = slice.as_secs_f64() / times.length().as_secs_f64().max(1.0);
    let width = (ANSWERED.width * share - if bars.len() > BARS / 2 { 0.6 } else { 1.6 }).max(0.8);
    for one in bars {
        let x = ANSWERED.x + ANSWERED.width * times.place(one.start);
        stacked(page, ANSWERED, (x, width), answered, &[("answered", one.success)]);
        stacked(page, REFUSED, (x, width), refused, &[("denied", one.denied), ("failed", one.failed)]);
    }
    axis_of_time(page, REFUSED, times);
}

/// Bars on each other, from the bottom.
fn stacked(page: &mut Page, area: Area, (x, width): (f64, f64), top: u64, parts: &[(&'static str, u64)]) {
    let mut bottom = area.bottom();
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let height = (area.height * real(*count) / real(top.max(1))).max(1.5);
        bottom -= height;
        bar(page, class, Area { x, y: bottom, width, height });
    }
}

/// A mark for each stretch of time in which rules fired: that of the gravest, and how many there were.
fn marks(page: &mut Page, times: &Times, findings: &[&Finding]) {
    let mut slots: Vec<Option<(Severity, usize)>> = vec![None; MARKS];
    for finding in findings {
        let Some(time) = first_of(finding) else { continue };
        if let Some(slot) = slots.get_mut(slot_of(times.place(time))) {
            let (gravest, count) = slot.unwrap_or((finding.rule.severity, 0));
            *slot = Some((gravest.max(finding.rule.severity), count + 1));
        }
    }
    let width = FOUND.width / real(MARKS as u64);
    let places = (0..).map(|number| FOUND.x + width * (real(number) + 0.5));
    for (slot, x) in slots.into_iter().zip(places) {
        let Some((severity, count)) = slot else { continue };
        mark(page, severity, (x, FOUND.bottom() - 10.0), 6.5);
        if count > 1 {
            label(page, "tick middle", (x, FOUND.bottom() - 20.0), count);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place is from 0 to 1")]
fn slot_of(place: f64) -> usize {
    ((place * real(MARKS as u64)) as usize).min(MARKS - 1)
}

/// The time of a finding's first event.
pub(crate) fn first_of(finding: &Finding) -> Option<Timestamp> {
    finding.burst.as_ref().map(|burst| burst.first).or_else(|| finding.time())
}

fn table(page: &mut Page, bars: &[Slice]) {
    page.tag("table").holds(|page| {
        page.tag("caption").text(
            "Accesses to keys and secrets, by the beginning of each stretch of time; those without any are left out",
        );
        crate::section::head(page, &["from", "answered", "denied", "failed"]);
        page.tag("tbody").holds(|page| {
            for one in bars.iter().filter(|one| one.success + one.denied + one.failed > 0) {
                page.tag("tr").holds(|page| {
                    page.tag("th").set("scope", "row").holds(|page| time(page, one.start));
                    for count in [one.success, one.denied, one.failed] {
                        page.tag("td").class("number").text(Grouped(count));
                    }
                });
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn joining_slices_loses_nothing(counts in prop::collection::vec((0u64..1000, 0u64..1000, 0u64..1000), 0..2000)) {
            let slices: Vec<Slice> = counts.iter().zip(0i64..).map(|(&(success, denied, failed), hour)| {
                let start = Timestamp::from_second(hour * 3600).unwrap();
                Slice { start, success, denied, failed }
            }).collect();
            let bars = merged(&slices);
            prop_assert!(bars.len() <= BARS);
            prop_assert_eq!(totals(&bars), totals(&slices));
            prop_assert_eq!(bars.first().map(|bar| bar.start), slices.first().map(|slice| slice.start));
        }

        #[test]
        fn every_place_has_a_slot(place in 0.0f64..=1.0) {
            prop_assert!(slot_of(place) < MARKS);
        }
    }
}
