//! What a page about a containment that somebody undid tells.

use portcullis_domain::Severity;
use portcullis_response::{Notice, Quarantine, QuarantineState, Tampering};

use crate::PageContext;
use crate::kind::Kind;
use crate::outcome::{calls, simulation};
use crate::story::{Story, name_of};
use crate::text::{one_line, shorten};
use crate::undo::Undo;

/// What to do about whoever did it.
const ASK: &str =
    "Call whoever did it; if they cannot be reached, take their credentials for stolen: they have rights over IAM.";

pub(crate) fn tell(quarantine: &Quarantine, notice: Notice<'_>, context: &PageContext) -> Story {
    let tampering = quarantine.tampering.as_ref();
    let left = tampering.and_then(|tampering| tampering.left.as_deref());
    let who = name_of(&quarantine.target);
    let kind = Kind::Tampered { put_back: left.is_none() };
    let base = Story::of_quarantine(kind, quarantine, notice, context);
    let noun = quarantine.level;
    let missing = tampering.map(|seen| calls(&seen.missing, Some(&quarantine.target))).unwrap_or_default();
    let headline = match left {
        None => format!("Somebody undid a part of the {noun} of {who}; it was put back."),
        Some(why) => {
            let why = shorten(&one_line(why), 160);
            format!(
                "Somebody undid a part of the {noun} of {who}, and it was NOT put back: {why}. It may act. Somebody must."
            )
        }
    };
    let (done, not_done) = match left {
        None => (missing.into_iter().chain(seen_of(quarantine)).collect(), Vec::new()),
        Some(why) => {
            let not_done = missing.into_iter().chain([one_line(&format!("not put back: {why}"))]);
            (vec!["nothing".to_owned()], not_done.collect())
        }
    };
    Story {
        severity: Severity::Critical,
        topic: format!("{noun} undone, {}", if left.is_none() { "put back" } else { "NOT put back" }),
        headline,
        remarks: vec![ASK.to_owned()],
        at: tampering.map_or(quarantine.since, |tampering| tampering.at),
        details: tampering.map(|tampering| details(tampering, quarantine)).unwrap_or_default(),
        done,
        not_done,
        ends: Some(quarantine.until),
        undo: Some(Undo::of(&quarantine.target, &quarantine.steps, context)),
        ..base
    }
}

fn details(tampering: &Tampering, quarantine: &Quarantine) -> Vec<(&'static str, String)> {
    let by =
        tampering.by.as_deref().map_or("not known: look for the event in IAM's log, in us-east-1".to_owned(), one_line);
    let mut details = vec![("SEEN", format!("{:.0}", tampering.at)), ("BY", by)];
    details.extend(tampering.event.as_deref().map(|event| ("EVENT", one_line(event))));
    let missing =
        tampering.missing.iter().flat_map(portcullis_response::Step::diff).filter(|line| line.starts_with('+'));
    let missing: Vec<String> = missing.map(|line| line.trim_start_matches("+ ").to_owned()).collect();
    details.push(("MISSING", one_line(&missing.join("; "))));
    if quarantine.reapplied > 1 {
        details.push(("SO FAR", format!("put back {} times", quarantine.reapplied)));
    }
    details
}

/// What was seen after it was put back.
fn seen_of(quarantine: &Quarantine) -> Vec<String> {
    let QuarantineState::Active { verification } = &quarantine.state else { return Vec::new() };
    let read_back =
        if verification.read_back { "read back: all of it is in place" } else { "read back: it did NOT show yet" };
    vec![read_back.to_owned(), simulation(&verification.simulated)]
}
