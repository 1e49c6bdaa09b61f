//! The records on which the rules were wrong, or spoke without being asked, with the reason.

use std::collections::BTreeSet;

use portcullis_domain::Outcome;
use serde::Serialize;

use crate::evaluation::Both;
use crate::labels::Stance;
use crate::reasons::{self, Circumstance};
use crate::source::{Item, Source};
use crate::subject::Subject;
use crate::verdict::Verdict;
use crate::views::Views;

/// A record on which the rules were wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    /// The source's name.
    pub source: String,
    /// The record's id.
    pub id: String,
    /// Service and call.
    pub event: String,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What came of the call.
    pub outcome: Outcome,
    /// The label's own words.
    pub label: String,
    /// In which view the rules were wrong.
    pub wrong: Both<bool>,
    /// The rules that fired on it, in either view.
    pub rules: BTreeSet<String>,
    /// Why; absent when nobody has said so.
    pub reason: Option<String>,
}

/// A labelled record that is not scored, and on which a rule fired all the same.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    /// The record's id.
    pub id: String,
    /// Service and call.
    pub event: String,
    /// What the label says: `attack`, `harmless` or `nothing`.
    pub says: &'static str,
    /// The label's own words.
    pub label: String,
    /// The rules that fired on it, in either view.
    pub rules: BTreeSet<String>,
}

pub(crate) fn miss(source: &Source, views: &Views, place: usize, item: &Item) -> Option<Wrong> {
    let wrong = Both { alone: !views.alone.hit(place), stream: !views.stream.hit(place) };
    let circumstance = if !wrong.stream {
        Some(Circumstance::FoundInStream)
    } else if views.stream.reported(item) {
        Some(Circumstance::Reported)
    } else if views.stream.on(place).next().is_some() {
        Some(Circumstance::TriedOut)
    } else {
        below_threshold(source, item).then_some(Circumstance::BelowThreshold)
    };
    let reason = reasons::of_miss(item, circumstance);
    (wrong.alone || wrong.stream).then(|| self::wrong(source, views, place, item, wrong, reason))
}

/// Whether the source holds fewer such events than the label's rule takes.
fn below_threshold(source: &Source, item: &Item) -> bool {
    let Some(label) = item.label.as_ref().filter(|label| label.threshold > 1) else { return false };
    let alike = source.items.iter().filter(|other| {
        other.verdict == Verdict::Positive
            && other.access.action == item.access.action
            && other.label.as_ref().is_some_and(|other| other.threshold == label.threshold)
    });
    u64::try_from(alike.count()).is_ok_and(|count| count < label.threshold)
}

pub(crate) fn false_positive(source: &Source, views: &Views, place: usize, item: &Item) -> Option<Wrong> {
    let wrong = Both { alone: views.alone.hit(place), stream: views.stream.hit(place) };
    let reason = reasons::of_false_positive(item);
    (wrong.alone || wrong.stream).then(|| self::wrong(source, views, place, item, wrong, reason))
}

pub(crate) fn beside(views: &Views, place: usize, item: &Item) -> Option<Beside> {
    let rules = fired(views, place);
    let stance = item.label.as_ref().map(|label| label.stance);
    (!rules.is_empty()).then(|| Beside {
        id: item.id.clone(),
        event: item.access.action.to_string(),
        says: match stance {
            Some(Stance::Attack) => "attack",
            Some(Stance::Benign) => "harmless",
            Some(Stance::Nothing(_)) | None => "nothing",
        },
        label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
        rules,
    })
}

fn fired(views: &Views, place: usize) -> BTreeSet<String> {
    views.alone.on(place).chain(views.stream.on(place)).map(|fired| fired.rule.clone()).collect()
}

fn wrong(
    source: &Source,
    views: &Views,
    place: usize,
    item: &Item,
    wrong: Both<bool>,
    reason: Option<&'static str>,
) -> Wrong {
    Wrong {
        source: source.name.clone(),
        id: item.id.clone(),
        event: item.access.action.to_string(),
        subject: item.subject,
        outcome: item.access.outcome,
        label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
        wrong,
        rules: fired(views, place),
        reason: reason.map(str::to_owned),
    }
}
