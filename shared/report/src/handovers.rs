//! Keys that took the place of others: who still uses the old one, and who has moved.

use jiff::Timestamp;
use portcullis_activity::{Handover, HandoverUse, Overview};

use crate::chart::{Area, Times, axis_of_time, bar, label, line, nice, picture};
use crate::html::{Anchor, Page};
use crate::section::{head, numbers, section};
use crate::text::{Grouped, number, plural, real, time, time_or};
use crate::words::raw;

/// As many handovers, and actors of each, are drawn.
const HANDOVERS: usize = 20;
const ACTORS: usize = 25;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 30.0;
/// One actor's row: the name, then the old key's bars upwards and the new one's downwards from a line.
const ROW: f64 = 74.0;
const NAME: f64 = 20.0;
const HALF: f64 = 22.0;

/// Writes the section.
pub(crate) fn handovers(page: &mut Page, overview: &Overview) {
    section(page, &Anchor::of("handovers"), "Old and new keys", |page| {
        if overview.handovers.is_empty() {
            page.tag("p").text("No key took the place of another: no alias was pointed to another key, and no key material was rotated.");
            return;
        }
        page.tag("p").text("Who used which key before and after it took the place of another. Whoever still uses the old one comes first.");
        for (place, handover) in overview.handovers.iter().take(HANDOVERS).enumerate() {
            one(page, &Anchor::numbered("handover", place + 1), handover);
        }
        let more = overview.handovers.len().saturating_sub(HANDOVERS);
        if more > 0 {
            page.tag("p")
                .class("note")
                .text(format_args!("{} are not shown.", plural(more, "further handover", "further handovers")));
        }
    });
}

fn one(page: &mut Page, anchor: &Anchor, handover: &Handover) {
    let rotated = handover.old == handover.new;
    page.tag("div").class("handover").id(anchor).holds(|page| {
        page.tag("h3").holds(|page| raw(page, &handover.what));
        page.tag("p").holds(|page| {
            page.text(if rotated { "The material of the key " } else { "From key " });
            raw(page, &handover.old);
            if rotated {
                page.text(" was rotated");
            } else {
                page.text(" to key ");
                raw(page, &handover.new);
            }
            page.text(", ");
            time(page, handover.at);
            page.text(", by ");
            raw(page, &handover.by);
            page.text(".");
        });
        let uses = handover.uses.get(..ACTORS).unwrap_or(&handover.uses);
        let Some(times) = reach(uses, handover.at) else {
            page.tag("p").text("Nobody was seen to use either key.");
            return;
        };
        page.tag("p").class("legend").holds(|page| {
            for (class, words) in [("swatch old", "old key, upwards"), ("swatch new", "new key, downwards")] {
                page.tag("span").class("key").holds(|page| {
                    page.tag("span").class(class).set("aria-hidden", "true").text("");
                    page.text(words);
                });
            }
            page.text("The upright line is the handover.");
        });
        let title = format!("Use of the old and the new key of {}, by actor", handover.what);
        let still = uses.iter().filter(|one| one.last_old.is_some()).count();
        let description = format!(
            "{} drawn; {} used the old key after the handover. The table below has the numbers.",
            plural(uses.len(), "actor", "actors"),
            number(still)
        );
        let height = TOP + ROW * real(uses.len() as u64) + 26.0;
        picture(page, anchor, (WIDTH, height), (&title, &description), |page| draw(page, handover, uses, &times));
        numbers(page, "The numbers of this picture", |page| table(page, handover, uses));
        let more = handover.uses.len() - uses.len();
        if more > 0 {
            page.tag("p")
                .class("note")
                .text(format_args!("{} not shown.", plural(more, "further actor is", "further actors are")));
        }
    });
}

/// From the first slice to the last; absent when there is none.
fn reach(uses: &[HandoverUse], at: Timestamp) -> Option<Times> {
    let starts = || uses.iter().flat_map(|one| one.points.iter().map(|point| point.start));
    let (first, last) = starts().min().zip(starts().max())?;
    Some(Times::new(first.min(at), last.saturating_add(slice(uses)).unwrap_or(last).max(at)))
}

fn slice(uses: &[HandoverUse]) -> jiff::SignedDuration {
    let two = uses.iter().find_map(|one| match one.points.as_slice() {
        [first, second, ..] => Some(second.start.duration_since(first.start)),
        _ => None,
    });
    two.unwrap_or(jiff::SignedDuration::from_hours(1))
}

fn draw(page: &mut Page, handover: &Handover, uses: &[HandoverUse], times: &Times) {
    let width = WIDTH - LEFT - RIGHT;
    let most = uses.iter().flat_map(|one| one.points.iter().map(|point| point.old.max(point.new))).max();
    let top = nice(most.unwrap_or(0));
    let share = slice(uses).as_secs_f64() / times.length().as_secs_f64().max(1.0);
    let thick = (width * share - 0.8).max(0.8);
    let bottom = TOP + ROW * real(uses.len() as u64);
    let mut y = TOP;
    for one in uses {
        let middle = y + NAME + HALF + 4.0;
        label(page, "who", (LEFT, y + 13.0), cut(&one.actor));
        label(page, "tick end", (LEFT - 6.0, middle - HALF + 8.0), format_args!("{}", crate::text::short(top)));
        line(page, "base", (LEFT, middle), (LEFT + width, middle));
        for point in &one.points {
            let x = LEFT + width * times.place(point.start);
            let height = |count: u64| if count == 0 { 0.0 } else { (HALF * real(count) / real(top.max(1))).max(1.5) };
            let (old, new) = (height(point.old), height(point.new));
            bar(page, "old", Area { x, y: middle - old, width: thick, height: old });
            bar(page, "new", Area { x, y: middle, width: thick, height: new });
        }
        y += ROW;
    }
    let x = LEFT + width * times.place(handover.at);
    line(page, "moment", (x, TOP - 8.0), (x, bottom));
    let class = if x > WIDTH - 120.0 { "tick end" } else { "tick start" };
    label(page, class, (x, TOP - 14.0), "handover");
    axis_of_time(page, Area { x: LEFT, y: TOP, width, height: bottom - TOP }, times);
}

/// A name as long as there is room in a picture; the table has it whole.
fn cut(name: &str) -> String {
    const ROOM: usize = 80;
    if name.chars().count() <= ROOM { name.to_owned() } else { name.chars().take(ROOM - 1).chain(['…']).collect() }
}

fn table(page: &mut Page, handover: &Handover, uses: &[HandoverUse]) {
    page.tag("table").holds(|page| {
        page.tag("caption").text("Uses of the old and the new key, by actor");
        let columns = [
            "actor",
            "old, before",
            "old, after",
            "new",
            " last use of the old after",
            " first use of the new",
            " stands",
        ];
        head(page, &columns);
        page.tag("tbody").holds(|page| {
            for one in uses {
                let old = |after: bool| -> u64 {
                    let points = one.points.iter().filter(|point| (point.start >= handover.at) == after);
                    points.map(|point| point.old).sum()
                };
                let new: u64 = one.points.iter().map(|point| point.new).sum();
                page.tag("tr").holds(|page| {
                    page.tag("th").set("scope", "row").class("name").holds(|page| raw(page, &one.actor));
                    for count in [old(false), old(true), new] {
                        page.tag("td").class("number").text(Grouped(count));
                    }
                    page.tag("td").class("when").holds(|page| time_or(page, one.last_old, "none"));
                    page.tag("td").class("when").holds(|page| time_or(page, one.first_new, "none"));
                    page.tag("td").text(stands(one));
                });
            }
        });
    });
}

/// Where an actor stands after the handover.
fn stands(one: &HandoverUse) -> &'static str {
    match (one.last_old, one.first_new) {
        (Some(old), Some(new)) if old >= new => "uses both",
        (_, Some(_)) => "uses the new one",
        (Some(_), None) => "still on the old one",
        (None, None) => "not seen since",
    }
}
