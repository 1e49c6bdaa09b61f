//! The answer first: what would have been done, and to whom.

use std::collections::BTreeMap;

use portcullis_domain::Severity;
use portcullis_replay::Replay;
use portcullis_settings::{Mode, Response};

use crate::Shown;
use crate::findings::Listed;
use crate::html::{Anchor, Page};
use crate::outcome::{Fate, Person, Row, people};
use crate::section::{head, scrolling, section};
use crate::text::{number, plural};
use crate::words;

/// As many are named; the others are counted.
const NAMED: usize = 25;

/// Writes the section.
pub(crate) fn answer(page: &mut Page, shown: &Shown<'_>, rows: &[Row<'_>], listed: &Listed) {
    section(page, &Anchor::of("answer"), "What would have been done", |page| {
        lead(page, shown);
        warnings(page, shown.replay);
        let fates: Vec<(Fate, Vec<Person<'_>>)> =
            Fate::ALL.iter().map(|fate| (*fate, people(shown.replay, *fate))).collect();
        cards(page, shown, &fates);
        by_severity(page, rows);
        page.tag("div").class("fates").holds(|page| {
            for (fate, people) in fates.iter().filter(|(_, people)| !people.is_empty()) {
                named(page, *fate, people, listed);
            }
        });
        exempted(page, shown.replay);
    });
}

fn lead(page: &mut Page, shown: &Shown<'_>) {
    let replay = shown.replay;
    page.tag("p").class("lead").holds(|page| {
        page.text("In mode ");
        page.tag("strong").text(shown.settings.mode);
        page.text(format_args!(
            ", Portcullis would have made {} and sent {}. ",
            plural(replay.entries.len(), "finding", "findings"),
            plural(replay.pages, "page", "pages"),
        ));
        match replay.contained.len() {
            0 => page.text("Nobody would have been contained."),
            1 => page.text("1 role or user would have been contained."),
            count => page.text(format_args!("{} roles and users would have been contained.", number(count))),
        }
        if !replay.in_shadow.is_empty() {
            let shadow = plural(replay.in_shadow.len(), "further finding comes", "further findings come");
            page.text(format_args!(" {shadow} of rules that are being tried out: nothing follows from these."));
        }
    });
    if shown.settings.mode != Mode::Enforce {
        page.tag("p").text(format_args!(
            "The mode {} allows at most the response `{}`; what the response table asks for beyond that is listed as held back.",
            shown.settings.mode,
            shown.settings.mode.ceiling()
        ));
    }
}

/// What makes the answer doubtful stands beside it.
fn warnings(page: &mut Page, replay: &Replay) {
    let read = &replay.read;
    let mut doubts = Vec::new();
    if read.interrupted {
        doubts.push("The replay was ended early: it says nothing about what was not read.".to_owned());
    }
    if read.records == 0 {
        doubts.push("No record was read, so this says nothing about anybody.".to_owned());
    }
    if read.unread() > 0 {
        doubts.push(format!("{} could not be read.", plural(read.unread(), "thing", "things")));
    }
    if !read.coverage.gaps.is_empty() {
        let gaps = plural(read.coverage.gaps.len(), "gap", "gaps");
        doubts.push(format!("The delivered files have {gaps} in which nothing was delivered."));
    }
    if doubts.is_empty() {
        return;
    }
    page.tag("div").class("warning").set("role", "note").holds(|page| {
        page.tag("strong").text("Not everything was seen.");
        page.text(" ");
        page.text(doubts.join(" "));
        page.text(" ");
        page.tag("a").to(&Anchor::of("read")).text("What was read");
    });
}

fn cards(page: &mut Page, shown: &Shown<'_>, fates: &[(Fate, Vec<Person<'_>>)]) {
    page.tag("dl").class("cards").holds(|page| {
        for (fate, people) in fates {
            // What the mode held back is a question only where it held something back.
            if *fate == Fate::HeldBack && shown.settings.mode == Mode::Enforce {
                continue;
            }
            page.tag("div").class(if people.is_empty() { "card none" } else { "card" }).holds(|page| {
                page.tag("dt").text(fate.heading());
                page.tag("dd").text(number(people.len()));
            });
        }
    });
    page.tag("p").class("note").text(
        "Each number counts roles, users and other actors, each once; whoever was contained was paged about, too.",
    );
}

/// How many findings of each severity came to which decision.
fn by_severity(page: &mut Page, rows: &[Row<'_>]) {
    if rows.is_empty() {
        return;
    }
    let mut counts: BTreeMap<(Severity, Option<Response>), usize> = BTreeMap::new();
    for row in rows {
        *counts.entry((row.severity(), row.response())).or_default() += 1;
    }
    scrolling(page, "Findings by severity and decision", |page| {
        page.tag("table").class("compact").holds(|page| {
            page.tag("caption").text("Findings by severity and decision");
            head(page, &["severity", "quarantine", "lockout", "ask", "page", "observe", "in shadow", "all"]);
            page.tag("tbody").holds(|page| {
                for severity in Severity::ALL.iter().rev() {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").holds(|page| words::severity(page, *severity));
                        let decided = Response::ALL.iter().rev().copied().map(Some).chain([None]);
                        let cells: Vec<usize> = decided
                            .map(|decided| counts.get(&(*severity, decided)).copied().unwrap_or_default())
                            .collect();
                        for count in &cells {
                            page.tag("td")
                                .class(if *count == 0 { "number none" } else { "number" })
                                .text(number(*count));
                        }
                        page.tag("td").class("number sum").text(number(cells.iter().sum()));
                    });
                }
            });
        });
    });
}

fn named(page: &mut Page, fate: Fate, people: &[Person<'_>], listed: &Listed) {
    page.tag("div").class("fate").holds(|page| {
        page.tag("h3").text(fate.heading());
        page.tag("p").class("note").text(fate.meaning());
        page.tag("ul").holds(|page| {
            for person in people.iter().take(NAMED) {
                page.tag("li").holds(|page| one(page, person, listed));
            }
            let more = people.len().saturating_sub(NAMED);
            if more > 0 {
                page.tag("li").text(format_args!("and {} more", number(more)));
            }
        });
    });
}

fn one(page: &mut Page, person: &Person<'_>, listed: &Listed) {
    page.tag("strong").class("raw").text(&person.name);
    page.text(format_args!(": {}, ", plural(person.findings, "finding", "findings")));
    listed.link(page, &person.gravest.id, &person.gravest.rule.id);
    page.text(" ");
    words::severity(page, person.gravest.rule.severity);
    if let Some((word, sentence)) = &person.why {
        page.text("; ");
        page.tag("em").text(word);
        page.text(format_args!(": {sentence}"));
    }
}

/// What the settings let pass.
fn exempted(page: &mut Page, replay: &Replay) {
    let all = &replay.read.exempted;
    if all.is_empty() {
        return;
    }
    page.tag("div").class("fate").holds(|page| {
        page.tag("h3").text("Let pass by the settings");
        page.tag("p")
            .class("note")
            .text("A rule matched and did not fire, because the settings exempt the actor from it.");
        page.tag("ul").holds(|page| {
            for ((rule, exemption), count) in all.iter().take(NAMED) {
                page.tag("li").holds(|page| {
                    page.tag("strong").class("raw").text(rule);
                    page.text(format_args!(": {}, by {exemption}", plural(*count, "time", "times")));
                });
            }
            let more = all.len().saturating_sub(NAMED);
            if more > 0 {
                page.tag("li").text(format_args!("and {} more exemptions", number(more)));
            }
        });
    });
}
