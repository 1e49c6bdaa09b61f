//! What a window keeps of an event, and the finding that a burst of them makes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record};
use portcullis_domain::{
    AccountId, Action, Actor, Asset, Burst, Evidence, Finding, FindingId, Origin, Outcome, Principal, Session, Source,
    Tier, sha256_hex,
};
use portcullis_settings::Judgement;
use portcullis_windows::{Anchor, Event, Told, WindowKey};
use rsigma_eval::{Event as _, EventValue};
use serde::{Deserialize, Serialize};

use crate::correlate::{Correlated, Leaf};
use crate::event::RuleEvent;

/// How many groups one event may join, and how many values it may count as: a list longer than that is cut.
const MOST_VALUES: usize = 64;

/// How much of a user agent a window keeps, in characters.
const USER_AGENT: usize = 40;

/// How many assets of one event a window keeps.
const MOST_ASSETS: usize = 2;

/// The longest name of an asset that a window keeps, in bytes: those of keys and secrets are shorter (Secrets Manager API
/// Reference, *CreateSecret*: a name has at most 512 characters). What a caller makes up may be longer.
const LONGEST_ASSET: usize = 640;

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

/// What a finding tells of an event, in short: a window holds hundreds of them in one item.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    #[serde(rename = "p")]
    principal: Principal,
    #[serde(rename = "s", default)]
    session: Session,
    #[serde(rename = "a")]
    action: Action,
    #[serde(rename = "o")]
    outcome: Outcome,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(rename = "f", default)]
    source: Source,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    vpc_endpoint: Option<String>,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    assets: Vec<Asset>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    authorized: Option<bool>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(rename = "h")]
    record_sha256: String,
}

/// The windows that an event, which matched the detection rule `place` of `correlated`, belongs to. Nothing for an event
/// without a time, which is in no window, or without a field to group by, which is in no group.
pub(crate) fn entries<'s>(correlated: &'s Correlated, place: u16, event: &RuleEvent<'_, '_>) -> Vec<Entry<'s>> {
    let (Some(leaf), Some(time)) = (correlated.leaves.get(usize::from(place)), event.access.time) else {
        return Vec::new();
    };
    let Some(shapes) = shapes(leaf, event) else { return Vec::new() };
    let id = identity(event.access, event.record);
    let body = body(event);
    let event_of = |value: Option<String>, group: Vec<String>| Event {
        at: time.as_millisecond(),
        id: id.clone(),
        leaf: place,
        value,
        group,
        body: body.clone(),
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
    let groups = product(leaf.group_by.iter().map(|field| values(event, field)))?;
    // A field that this rule is not grouped by takes no part.
    let inner = product(leaf.inner.iter().map(|field| match field {
        Some(field) => values(event, field),
        None => vec![String::new()],
    }))?;
    let values: Vec<Option<String>> = match &leaf.value {
        None => vec![None],
        Some(field) => values(event, field).into_iter().map(Some).collect(),
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

/// The values of a field as text, each once; objects are no values.
fn values(event: &RuleEvent<'_, '_>, field: &str) -> Vec<String> {
    fn collect(value: &EventValue<'_>, found: &mut BTreeSet<String>) {
        match value {
            EventValue::Str(text) => found.extend((!text.is_empty()).then(|| short(text))),
            EventValue::Int(number) => found.extend([number.to_string()]),
            EventValue::Float(number) => found.extend([number.to_string()]),
            EventValue::Bool(truth) => found.extend([truth.to_string()]),
            EventValue::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
            EventValue::Null | EventValue::Map(_) => {}
        }
    }
    let mut found = BTreeSet::new();
    if let Some(value) = event.get_field(field) {
        collect(&value, &mut found);
    }
    found.into_iter().take(MOST_VALUES).collect()
}

/// Long values, of which a caller could send any, by their hash.
fn short(text: &str) -> String {
    const LONGEST: usize = 256;
    if text.len() <= LONGEST { text.to_owned() } else { format!("sha256:{}", sha256_hex(text)) }
}

/// What makes an event one: the copies that several accounts log of it share the `eventID`
/// (CloudTrail User Guide, *CloudTrail record contents*, `sharedEventID`).
fn identity(access: &Access, record: &Record<'_>) -> String {
    let account = access.account.as_ref().map_or("", |account| account.as_str());
    match &access.event_id {
        Some(id) => format!("{account}/{id}"),
        None => format!("{account}/{}", sha256_hex(record.raw)),
    }
}

fn body(event: &RuleEvent<'_, '_>) -> String {
    let RuleEvent { record, access, judgement, .. } = event;
    let body = Body {
        principal: access.actor.principal.clone(),
        session: access.actor.session.clone(),
        action: access.action.clone(),
        outcome: access.outcome,
        error_code: access.error_code.clone(),
        source: access.origin.source.clone(),
        user_agent: access.origin.user_agent.as_ref().map(|text| text.chars().take(USER_AGENT).collect()),
        vpc_endpoint: access.origin.vpc_endpoint.clone(),
        via: access.via.clone(),
        assets: access
            .assets
            .iter()
            .filter(|asset| asset.to_string().len() <= LONGEST_ASSET)
            .take(MOST_ASSETS)
            .cloned()
            .collect(),
        tier: judgement.tier,
        authorized: judgement.authorized,
        account: access.account.clone(),
        region: access.region.clone(),
        event_id: access.event_id.clone(),
        record_sha256: sha256_hex(record.raw),
    };
    // Of strings, numbers and lists of them: always possible.
    serde_json::to_string(&body).unwrap_or_default()
}

/// Under which id a burst that begins with `anchor` is told.
pub(crate) fn burst_id(key: &WindowKey, anchor: &Anchor) -> FindingId {
    FindingId::of_burst(&key.correlation, &key.group, &anchor.id, anchor.continued)
}

/// The finding that a burst makes: a function of its events alone.
pub(crate) fn finding(correlated: &Correlated, key: &WindowKey, told: &Told) -> Option<Finding> {
    let burst = &told.burst;
    let mut seen = BTreeSet::new();
    let events: Vec<(&Event, Body)> = burst
        .events
        .iter()
        .filter(|event| seen.insert(&event.id))
        .filter_map(|event| serde_json::from_str(&event.body).ok().map(|body| (event, body)))
        .collect();
    let bodies: Vec<&Body> = events.iter().map(|(_, body)| body).collect();
    let (actor, actors) = who(&bodies);
    let mut assets: Vec<Asset> = Vec::new();
    for asset in bodies.iter().flat_map(|body| &body.assets) {
        if assets.len() < FIRST_EVENTS && !assets.contains(asset) {
            assets.push(asset.clone());
        }
    }
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
        let session = same(bodies.iter().map(|body| &body.session)).cloned().unwrap_or_default();
        return (Actor { principal: principal.clone(), session }, Vec::new());
    }
    if names.len() == 1 {
        // One name and several ids: a role that was made again in between. Which one it was cannot be acted on.
        return (Actor::unknown(names.iter().next().cloned().unwrap_or_default()), Vec::new());
    }
    (Actor::unknown(format!("{} different actors", names.len())), names.into_iter().take(5).collect())
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
    chosen
        .map(|(_, (event, body))| Evidence {
            event_id: body.event_id.clone(),
            time: Timestamp::from_millisecond(event.at).ok(),
            action: body.action.clone(),
            outcome: body.outcome,
            error_code: body.error_code.clone(),
            origin: Origin {
                source: body.source.clone(),
                user_agent: body.user_agent.clone(),
                vpc_endpoint: body.vpc_endpoint.clone(),
            },
            via: body.via.clone(),
            record_sha256: body.record_sha256.clone(),
        })
        .collect()
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
        tier: judgement.tier,
        authorized: judgement.authorized,
        account: access.account.clone(),
        region: access.region.clone(),
        evidence: vec![access.evidence(record)],
        burst: None,
        shadow: rule.shadow,
    }
}
