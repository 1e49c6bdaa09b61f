//! Which windows an event belongs to, and the finding that a burst of events makes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record};
use portcullis_domain::{Actor, Asset, Burst, Evidence, Finding, FindingId, Outcome, Session, sha256_hex};
use portcullis_settings::Judgement;
use portcullis_windows::{Anchor, Event, Told as ToldBurst, WindowKey};
use rsigma_eval::{Event as _, EventValue};

use crate::body::{Body, Told};
use crate::correlate::{Correlated, Leaf};
use crate::event::RuleEvent;

/// How many groups one event may join, and how many values it may count as: a list longer than that is cut.
const MOST_VALUES: usize = 64;

/// How long a value to group by may be, in bytes of JSON: it stands in the finding, and of the window's item only its hash in
/// the key.
const LONGEST_GROUP: usize = 256;

/// How long a counted value may be. It is in the item with each event.
const LONGEST_VALUE: usize = 128;

/// How long a value that inner correlations group by may be. Nobody sees it, and there may be [`MOST_INNER`] with each event.
///
/// [`MOST_INNER`]: crate::correlate::MOST_INNER
const LONGEST_INNER: usize = 40;

/// How long the `eventID` of an event may be: it is a UUID.
const LONGEST_ID: usize = 72;

/// How many of a burst's first, and of its last, events stand in the finding.
const FIRST_EVENTS: usize = 20;
const LAST_EVENTS: usize = 5;

/// One event for one window.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'s> {
    pub(crate) correlated: &'s Correlated,
    pub(crate) key: WindowKey,
    pub(crate) event: Event,
}

/// The windows that an event, which matched the detection rule `place` of `correlated`, belongs to. Nothing for an event
/// without a time, which is in no window, or without a field to group by, which is in no group.
pub(crate) fn entries<'s>(
    correlated: &'s Correlated,
    place: u16,
    event: &RuleEvent<'_, '_>,
    body: &Told,
) -> Vec<Entry<'s>> {
    let (Some(leaf), Some(time)) = (correlated.leaves.get(usize::from(place)), event.access.time) else {
        return Vec::new();
    };
    let Some(shapes) = shapes(leaf, event) else { return Vec::new() };
    let id = identity(event.access, event.record);
    let event_of = |value: Option<String>, group: Vec<String>| {
        let (at, id) = (time.as_millisecond(), id.clone());
        let mut event = Event { at, id, leaf: place, value, group, body: String::new() };
        body.put_into(&mut event);
        event
    };
    let mut entries = Vec::new();
    for group in &shapes.groups {
        for value in &shapes.values {
            for inner in &shapes.inner {
                entries.push(Entry {
                    correlated,
                    key: WindowKey { correlation: correlated.rule.reference.id.clone(), group: group.clone() },
                    event: event_of(value.clone(), inner.clone()),
                });
            }
        }
    }
    entries.truncate(MOST_VALUES);
    entries
}

/// The groups, counted values and inner groups of an event.
struct Shapes {
    groups: Vec<Vec<String>>,
    values: Vec<Option<String>>,
    inner: Vec<Vec<String>>,
}

fn shapes(leaf: &Leaf, event: &RuleEvent<'_, '_>) -> Option<Shapes> {
    let groups = product(leaf.group_by.iter().map(|field| values(event, field, LONGEST_GROUP)))?;
    // A field that this rule is not grouped by takes no part.
    let inner = product(leaf.inner.iter().map(|field| match field {
        Some(field) => values(event, field, LONGEST_INNER),
        None => vec![String::new()],
    }))?;
    let values: Vec<Option<String>> = match &leaf.value {
        None => vec![None],
        Some(field) => values(event, field, LONGEST_VALUE).into_iter().map(Some).collect(),
    };
    (!values.is_empty()).then_some(Shapes { groups, values, inner })
}

/// Every combination of one value of each field; nothing when a field has none.
fn product(fields: impl Iterator<Item = Vec<String>>) -> Option<Vec<Vec<String>>> {
    let mut all = vec![Vec::new()];
    for values in fields {
        let longer = |head: &Vec<String>| -> Vec<Vec<String>> {
            values.iter().map(|value| head.iter().cloned().chain([value.clone()]).collect()).collect()
        };
        all = all.iter().flat_map(longer).take(MOST_VALUES).collect();
    }
    (!all.is_empty()).then_some(all)
}

/// The values of a field as text of at most `longest` bytes, each once; objects are no values.
fn values(event: &RuleEvent<'_, '_>, field: &str, longest: usize) -> Vec<String> {
    fn collect(value: &EventValue<'_>, longest: usize, found: &mut BTreeSet<String>) {
        match value {
            EventValue::Str(text) => found.extend((!text.is_empty()).then(|| short(text, longest))),
            EventValue::Int(number) => found.extend([number.to_string()]),
            EventValue::Float(number) => found.extend([number.to_string()]),
            EventValue::Bool(truth) => found.extend([truth.to_string()]),
            EventValue::Array(elements) => elements.iter().for_each(|element| collect(element, longest, found)),
            EventValue::Null | EventValue::Map(_) => {}
        }
    }
    let mut found = BTreeSet::new();
    if let Some(value) = event.get_field(field) {
        collect(&value, longest, &mut found);
    }
    found.into_iter().take(MOST_VALUES).collect()
}

/// Texts whose JSON is longer than `longest` bytes, of which a caller could send any, by their hash, or as much of it as fits.
fn short(text: &str, longest: usize) -> String {
    // RFC 8259, section 7: as `serde_json` writes them.
    let written = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    if text.len() <= longest && text.bytes().map(written).sum::<usize>() <= longest {
        return text.to_owned();
    }
    let mut hash = format!("sha256:{}", sha256_hex(text));
    hash.truncate(longest);
    hash
}

/// What makes an event one: the copies that several accounts log of it share the `eventID`
/// (CloudTrail User Guide, *CloudTrail record contents*, `sharedEventID`).
fn identity(access: &Access, record: &Record<'_>) -> String {
    let account = access.account.as_ref().map_or("", |account| account.as_str());
    match &access.event_id {
        Some(id) => format!("{account}/{}", short(id, LONGEST_ID)),
        None => format!("{account}/{}", sha256_hex(record.raw)),
    }
}

/// Under which id a burst that begins with `anchor` is told.
pub(crate) fn burst_id(key: &WindowKey, anchor: &Anchor) -> FindingId {
    FindingId::of_burst(&key.correlation, &key.group, &anchor.id, anchor.continued)
}

/// The finding that a burst makes: a function of its events alone.
pub(crate) fn finding(correlated: &Correlated, key: &WindowKey, told: &ToldBurst) -> Option<Finding> {
    let burst = &told.burst;
    let mut seen = BTreeSet::new();
    let events: Vec<(&Event, Body)> = burst
        .events
        .iter()
        .filter(|event| seen.insert(&event.id))
        .filter_map(|event| Body::read(event).map(|body| (event, body)))
        .collect();
    let bodies: Vec<&Body> = events.iter().map(|(_, body)| body).collect();
    let (actor, actors) = who(&bodies);
    let mut assets: Vec<Asset> = Vec::new();
    for asset in bodies.iter().flat_map(|body| &body.assets) {
        if assets.len() < FIRST_EVENTS && !assets.contains(asset) {
            assets.push(asset.clone());
        }
    }
    let entries: BTreeSet<&String> = bodies.iter().flat_map(|body| &body.entries).collect();
    let says = |word: Option<bool>| bodies.iter().filter(move |body| body.authorized == word).count();
    let authorized = match (says(Some(false)), says(Some(true))) {
        (0, all) if all == bodies.len() => Some(true),
        (0, _) => None,
        _ => Some(false),
    };
    let time = |at| Timestamp::from_millisecond(at).ok();
    Some(Finding {
        id: burst_id(key, &burst.anchor),
        rule: correlated.rule.reference.clone(),
        actor,
        assets,
        entries: entries.into_iter().take(FIRST_EVENTS).cloned().collect(),
        tier: bodies.iter().filter_map(|body| body.tier).max(),
        authorized,
        account: same(bodies.iter().map(|body| &body.account)).cloned().flatten(),
        region: same(bodies.iter().map(|body| &body.region)).cloned().flatten(),
        evidence: selection(&events),
        burst: Some(Burst {
            first: time(burst.anchor.at)?,
            last: time(burst.last())?,
            events: events.len(),
            at_least: burst.more,
            group: correlated.group_by.iter().cloned().zip(key.group.iter().cloned()).collect(),
            actors,
            revision: burst.revision,
            supersedes: told.supersedes.iter().map(|anchor| burst_id(key, anchor)).collect(),
        }),
        shadow: correlated.rule.shadow,
    })
}

/// The one who did it, with the session where it was one; or that it was several, who cannot be acted on as one.
fn who(bodies: &[&Body]) -> (Actor, Vec<String>) {
    let names: BTreeSet<String> = bodies.iter().map(|body| body.principal.to_string()).collect();
    if let Some(principal) = same(bodies.iter().map(|body| &body.principal)) {
        return (Actor { principal: principal.clone(), session: session(bodies) }, Vec::new());
    }
    if names.len() == 1 {
        // One name and several ids: a role that was made again in between. Which one it was cannot be acted on.
        return (Actor::unknown(names.iter().next().cloned().unwrap_or_default()), Vec::new());
    }
    (Actor::unknown(format!("{} different actors", names.len())), names.into_iter().take(5).collect())
}

/// What their sessions have in common, each part by itself: of a long event a window keeps no more than the key.
fn session(bodies: &[&Body]) -> Session {
    fn common<T: PartialEq + Clone>(bodies: &[&Body], part: impl Fn(&Session) -> &Option<T>) -> Option<T> {
        same(bodies.iter().map(|body| part(&body.session))).cloned().flatten()
    }
    Session {
        name: common(bodies, |session| &session.name),
        source_identity: common(bodies, |session| &session.source_identity),
        mfa: common(bodies, |session| &session.mfa),
        access_key_id: common(bodies, |session| &session.access_key_id),
        issued_to: common(bodies, |session| &session.issued_to),
        federated_as: common(bodies, |session| &session.federated_as),
    }
}

/// What all have in common.
fn same<T: PartialEq>(mut each: impl Iterator<Item = T>) -> Option<T> {
    let first = each.next()?;
    each.all(|other| other == first).then_some(first)
}

/// The first and the last events, and, so that nothing is judged by the wrong ones, the first and the last that were not
/// denied and the first that a service made.
fn selection(events: &[(&Event, Body)]) -> Vec<Evidence> {
    let last = events.len().saturating_sub(LAST_EVENTS);
    let undenied = events.iter().position(|(_, body)| body.outcome != Outcome::Denied);
    let newest_undenied = events.iter().rposition(|(_, body)| body.outcome != Outcome::Denied);
    let indirect = events.iter().position(|(_, body)| body.via.is_some());
    let telling = [undenied, newest_undenied, indirect];
    let chosen = |index: usize| index < FIRST_EVENTS || index >= last || telling.contains(&Some(index));
    let chosen = events.iter().enumerate().filter(|(index, _)| chosen(*index));
    chosen.map(|(_, (event, body))| body.evidence(event)).collect()
}

/// The finding that one event is enough for.
pub(crate) fn single(rule: &crate::rule::Rule, record: &Record<'_>, access: &Access, judgement: &Judgement) -> Finding {
    let account = access.account.as_ref().map_or("", |account| account.as_str());
    // A record without an id is named by its content, so that the same text is the same finding.
    let event_id = access.event_id.clone().unwrap_or_else(|| sha256_hex(record.raw));
    Finding {
        id: FindingId::of_event(&rule.reference.id, account, &event_id),
        rule: rule.reference.clone(),
        actor: access.actor.clone(),
        assets: access.assets.clone(),
        entries: judgement.matched.iter().take(FIRST_EVENTS).cloned().collect(),
        tier: judgement.tier,
        authorized: judgement.authorized,
        account: access.account.clone(),
        region: access.region.clone(),
        evidence: vec![access.evidence(record)],
        burst: None,
        shadow: rule.shadow,
    }
}
