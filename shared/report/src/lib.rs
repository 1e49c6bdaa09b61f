#![doc = include_str!("../README.md")]

mod answer;
mod chart;
#[cfg(any(test, feature = "example"))]
pub mod example;
mod finding;
mod findings;
mod handovers;
mod hours;
mod html;
mod limits;
mod outcome;
mod read;
mod section;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod uses;
mod words;

use jiff::Timestamp;
use portcullis_activity::Overview;
use portcullis_detection::RuleSet;
use portcullis_domain::Finding;
use portcullis_replay::Replay;
use portcullis_settings::Settings;

use findings::Listed;
use html::{Anchor, Page};
use text::{in_utc, time};

/// Everything that a report shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What was replayed, and what would have been done.
    pub replay: &'a Replay,
    /// Who used what.
    pub overview: &'a Overview,
    /// The settings that it was replayed with.
    pub settings: &'a Settings,
    /// The rules that it was replayed with.
    pub rules: &'a RuleSet,
    /// What whoever reads it must know beside, a sentence each.
    pub notes: &'a [String],
    /// When the report was made.
    pub made: Timestamp,
    /// The version of Portcullis.
    pub version: &'a str,
}

/// The sections, in order, as the contents name them.
const CONTENTS: [(&str, &str); 9] = [
    ("answer", "What would have been done"),
    ("read", "What was read"),
    ("timeline", "Accesses over time"),
    ("hours", "Who is active at which hour"),
    ("uses", "Who used what"),
    ("handovers", "Old and new keys"),
    ("findings", "Findings"),
    ("details", "Findings in detail"),
    ("limits", "What this does not say"),
];

/// The report: one page of HTML that needs nothing else. The same for the same, whenever it is made.
pub fn render(shown: &Shown<'_>) -> String {
    let rows = outcome::rows(shown.replay);
    let listed = Listed::of(&rows);
    let found: Vec<&Finding> = rows.iter().map(|row| row.finding).collect();
    let mut page = Page::default();
    page.doctype();
    page.tag("html").set("lang", "en").holds(|page| {
        page.tag("head").holds(head);
        page.tag("body").holds(|page| {
            page.tag("a").class("skip").to(&Anchor::of("answer")).text("Skip to the answer");
            page.tag("header").class("top").holds(|page| top(page, shown));
            page.tag("nav").set("aria-label", "Contents").holds(|page| contents(page, rows.is_empty()));
            page.tag("main").holds(|page| {
                answer::answer(page, shown, &rows, &listed);
                read::read(page, shown);
                timeline::timeline(page, shown.overview, &found);
                hours::hours(page, shown.overview);
                uses::uses(page, shown.overview);
                handovers::handovers(page, shown.overview);
                findings::findings(page, &rows);
                finding::sections(page, shown, &rows);
                limits::limits(page, shown, rows.len());
            });
            page.tag("footer").class("bottom").holds(|page| {
                page.tag("p").text(format_args!(
                    "Portcullis {}. This file needs no network and runs no scripts.",
                    shown.version
                ));
            });
        });
    });
    page.finish()
}

fn head(page: &mut Page) {
    page.tag("meta").set("charset", "utf-8").void();
    // First of all: what stands before it is not held to it.
    let policy = page.tag("meta").set("http-equiv", "Content-Security-Policy");
    policy.policy(&style::Hash::of(style::SHEET)).void();
    page.tag("meta").set("name", "viewport").set("content", "width=device-width, initial-scale=1").void();
    page.tag("meta").set("name", "referrer").set("content", "no-referrer").void();
    page.tag("meta").set("name", "robots").set("content", "noindex").void();
    page.tag("meta").set("name", "color-scheme").set("content", "light dark").void();
    // Account ids have as many digits as telephone numbers.
    page.tag("meta").set("name", "format-detection").set("content", "telephone=no").void();
    page.tag("title").text("Portcullis: what would have been done");
    page.style(style::SHEET);
}

fn top(page: &mut Page, shown: &Shown<'_>) {
    page.tag("p").class("above").text("Portcullis replay");
    page.tag("h1").text("Who used our keys and secrets, and what would have been done");
    page.tag("p").holds(|page| {
        if let Some((first, last)) = shown.replay.read.reach {
            page.text(format_args!("{} to {} · ", in_utc(first, "%-d %B %Y"), in_utc(last, "%-d %B %Y")));
        }
        page.text(format_args!("mode {} · Portcullis {} · made ", shown.settings.mode, shown.version));
        time(page, shown.made);
        page.text(" · all times are in UTC");
    });
}

fn contents(page: &mut Page, nothing_found: bool) {
    page.tag("ol").holds(|page| {
        for (anchor, words) in CONTENTS.iter().filter(|(anchor, _)| !(nothing_found && *anchor == "details")) {
            page.tag("li").holds(|page| page.tag("a").to(&Anchor::of(anchor)).text(words));
        }
    });
}
