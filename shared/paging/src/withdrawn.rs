//! What a page about a finding that no longer holds tells, while somebody is contained for it.

use jiff::Timestamp;
use portcullis_response::{Entry, Notice, Quarantine};

use crate::PageContext;
use crate::finding::rule;
use crate::kind::{Kind, state_of};
use crate::story::{Story, name_of};
use crate::undo::Undo;

pub(crate) fn tell(
    entry: &Entry,
    at: Timestamp,
    quarantine: &Quarantine,
    notice: Notice<'_>,
    context: &PageContext,
) -> Story {
    let base = Story::of_quarantine(Kind::Withdrawn, quarantine, notice, context);
    let rule = rule(&entry.finding.rule);
    Story {
        severity: rule.severity,
        topic: format!("the ground for its {} is gone", quarantine.level),
        headline: format!(
            "{} is {} for something that holds no longer: with more events known, its rule would not have fired.",
            name_of(&quarantine.target),
            state_of(quarantine.level)
        ),
        remarks: vec!["Nothing was undone. Somebody must decide whether it is let go.".to_owned()],
        at,
        what: Some(rule.title.clone()),
        was_for: None,
        details: vec![("SINCE", format!("{:.0}; withdrawn at {at:.0}", quarantine.since))],
        done: vec!["nothing".to_owned()],
        ends: Some(quarantine.until),
        undo: Some(Undo::of(&quarantine.target, &quarantine.steps, context)),
        rule: Some(rule),
        finding: entry.finding.id.to_string(),
        ..base
    }
}
