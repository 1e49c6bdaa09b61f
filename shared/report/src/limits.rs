//! What this report does not say.

use portcullis_settings::Mode;

use crate::Shown;
use crate::findings::SECTIONS;
use crate::html::{Anchor, Page};
use crate::section::section;
use crate::text::{Grouped, number, plural};

/// What holds for every replay.
const ALWAYS: [&str; 7] = [
    "It says what would have been done about these records. What CloudTrail did not record, or did not deliver to these files, is not in it; data events are recorded only where a trail asks for them.",
    "Nobody answered a question and nobody released anybody by hand: each question ran out, each containment ended at its deadline.",
    "IAM was not asked. Guards that depend on it were heard as if every role and user had no tags, no permissions boundary, no access keys, room for one more policy, and existed under the id in the record; so no plan here deactivates an access key, which a deployment may do beside the denial.",
    "The roles and deployers of an installation, its kill switch, and whom else it had contained are not known to a replay. Roles below the path /portcullis/ count as its own.",
    "In the first days of an account's records, what was never seen before means little: rules that ask for a first sighting keep silent there.",
    "Of a finding of many events, the evidence is a selection, and its number of events may be the least it can have been.",
    "A hash of a record proves that a record in a log file is the one that was read. That the log file is the one that CloudTrail delivered is proved by its digest files: `aws cloudtrail validate-logs`.",
];

/// Writes the section.
pub(crate) fn limits(page: &mut Page, shown: &Shown<'_>, findings: usize) {
    section(page, &Anchor::of("limits"), "What this does not say", |page| {
        page.tag("ul").class("limits").holds(|page| {
            for sentence in special(shown, findings) {
                page.tag("li").text(sentence);
            }
            for sentence in ALWAYS {
                page.tag("li").text(sentence);
            }
        });
        if !shown.notes.is_empty() {
            page.tag("h3").text("Notes of this replay");
            page.tag("ul").class("limits").holds(|page| {
                for note in shown.notes {
                    page.tag("li").text(note);
                }
            });
        }
    });
}

/// What holds for this one.
fn special(shown: &Shown<'_>, findings: usize) -> Vec<String> {
    let read = &shown.replay.read;
    let mut sentences = Vec::new();
    if read.interrupted {
        sentences.push("The replay was ended before everything was read.".to_owned());
    }
    if read.unread() > 0 {
        sentences.push(format!(
            "{} could not be read, and may hold what matters.",
            plural(read.unread(), "thing", "things")
        ));
    }
    if read.timeless + read.hourless > 0 {
        sentences.push(
            "Records whose time could not be read are in no picture, and count for nothing that is counted over time."
                .to_owned(),
        );
    }
    if shown.overview.beyond > 0 {
        sentences.push(format!(
            "{} accesses by further actors or to further assets are in the timeline and in no table.",
            Grouped(shown.overview.beyond)
        ));
    }
    if findings > SECTIONS {
        sentences.push(format!(
            "Only the {} gravest of {} findings have a section.",
            number(SECTIONS),
            number(findings)
        ));
    }
    if shown.settings.mode != Mode::Enforce {
        sentences.push(format!(
            "In mode {} nobody was contained; what somebody did after they would have been denied in mode enforce is in it like all else.",
            shown.settings.mode
        ));
    } else if !shown.replay.contained.is_empty() {
        sentences.push("Whoever would have been contained went on all the same: the records are of what happened, and show more than would have been possible.".to_owned());
    }
    sentences
}
