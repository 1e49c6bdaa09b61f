//! CloudTrail's event history: management events of the last 90 days, fifty at a time, the newest first (CloudTrail API
//! Reference, *LookupEvents*). So that they come in order, time is cut into slices, each of which is fetched whole.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use portcullis_response::PortError;
use serde::Serialize;

use super::feed::Outlet;
use super::pace::Pace;
use super::ports::{HistoryEvent, LookUp};
use super::slices::Slices;
use crate::{Input, Unread};

/// How far back the history goes.
pub const HISTORY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// One thing to look for: the history takes a single attribute at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// All events of a service.
    Source(&'static str),
    /// All events that change something.
    Writes,
}

/// What is looked for: whatever happens to keys, secrets, parameters and the audit trail, and of all other services what changes
/// something. The rest, such as a service that lists its own things, is by far the most, and means nothing to a built-in rule.
pub const LOOKUPS: [Lookup; 5] = [
    Lookup::Source("kms.amazonaws.com"),
    Lookup::Source("secretsmanager.amazonaws.com"),
    Lookup::Source("ssm.amazonaws.com"),
    Lookup::Source("cloudtrail.amazonaws.com"),
    Lookup::Writes,
];

/// So many events are handed over at a time.
const TOGETHER: usize = 500;

/// So many pages of one lookup are worth one slice.
const PAGES: usize = 20;

/// The history in the form that it answers in.
#[derive(Serialize)]
struct Answer<'e> {
    #[serde(rename = "Events")]
    events: Vec<Looked<'e>>,
}

#[derive(Serialize)]
struct Looked<'e> {
    #[serde(rename = "EventId")]
    id: &'e str,
    #[serde(rename = "CloudTrailEvent")]
    record: &'e str,
}

/// Hands over the events from `since` on, before `until`, in the order of their times; `place` names account and Region. What
/// cannot be looked up ends it, and is told in its place; if that is the very first question, `opened` is told instead.
pub async fn from_history(
    history: &dyn LookUp,
    place: &str,
    (since, until): (Timestamp, Timestamp),
    pace: &mut Pace<'_>,
    outlet: &Outlet,
    opened: impl FnOnce(Result<(), PortError>),
) {
    let mut opened = Some(opened);
    let mut slices = Slices::new(since, until);
    while let Some((from, to)) = slices.current() {
        let name = format!("event history of {place}, {from:.0} to {to:.0}");
        let events = match slice(history, (from, to), pace, slices.may_shrink()).await {
            Ok(ControlFlow::Continue((events, pages))) => {
                slices.done(pages, PAGES);
                events
            }
            Ok(ControlFlow::Break(covered)) => {
                slices.shrink(covered);
                continue;
            }
            Err(error) => {
                let reason = error.chain();
                if let Some(opened) = opened.take() {
                    return opened(Err(error));
                }
                let unread = Unread { file: name, place: "the answer".to_owned(), reason };
                outlet.put(Some(from), Input::Unread(unread), None);
                return;
            }
        };
        if let Some(opened) = opened.take() {
            opened(Ok(()));
        }
        for some in events.chunks(TOGETHER) {
            let looked = some.iter().map(|event| Looked { id: &event.id, record: &event.record }).collect();
            // Text in text cannot fail to be written.
            let bytes = serde_json::to_vec(&Answer { events: looked }).unwrap_or_default();
            let time = some.first().and_then(|event| event.time).or(Some(from));
            if !outlet.put(time, Input::Fetched { name: name.clone(), bytes }, None) {
                return;
            }
        }
        outlet.tally().listed += events.len();
    }
    if let Some(opened) = opened.take() {
        opened(Ok(()));
    }
}

/// All events of a slice, the oldest first, each once, and the most pages that a lookup took; or how much of the slice's end a
/// lookup covered that took too many.
async fn slice(
    history: &dyn LookUp,
    (from, to): (Timestamp, Timestamp),
    pace: &mut Pace<'_>,
    may_shrink: bool,
) -> Result<ControlFlow<SignedDuration, (Vec<HistoryEvent>, usize)>, PortError> {
    let mut events: Vec<HistoryEvent> = Vec::new();
    let (mut most, mut known) = (0, HashSet::new());
    for lookup in LOOKUPS {
        let (mut token, mut pages) = (None::<String>, 0);
        loop {
            let page = pace.ask(|| history.page(lookup, from, to, token.clone())).await?;
            pages += 1;
            let oldest = page.events.iter().filter_map(|event| event.time).min();
            events
                .extend(page.events.into_iter().filter(|event| event.id.is_empty() || known.insert(event.id.clone())));
            token = page.next;
            if token.is_none() {
                break;
            }
            if pages >= PAGES && may_shrink {
                let covered = oldest.map_or(SignedDuration::ZERO, |oldest| to.duration_since(oldest));
                return Ok(ControlFlow::Break(covered));
            }
        }
        most = most.max(pages);
    }
    events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(ControlFlow::Continue((events, most)))
}
