//! What a window keeps of an event beside its time, id and values: what a finding tells about it, in short.

use jiff::Timestamp;
use portcullis_domain::{
    AccountId, Action, Asset, Evidence, Origin, Outcome, Principal, Session, Source, Tier, sha256_hex,
};
use portcullis_windows::{Event, LARGEST_BUCKET};
use serde::{Deserialize, Serialize};

use crate::event::RuleEvent;

/// The most that the JSON of one event takes in a window's item, in bytes.
const LONGEST_EVENT: usize = 1_100;

/// The size of an item in bytes, keys and names of attributes included, at which DynamoDB refuses a write: 400 KB, here
/// read as the smaller of the two that this may mean (Amazon DynamoDB Developer Guide, *Quotas*).
const LONGEST_ITEM: usize = 400_000;

/// What an item has beside its events: its keys, its version, when it expires; with much to spare.
const REST_OF_ITEM: usize = 4_096;

const _: () = assert!(LARGEST_BUCKET * LONGEST_EVENT + REST_OF_ITEM <= LONGEST_ITEM);

/// How much of a user agent is kept, in characters.
const USER_AGENT: usize = 40;

/// How many assets of one event are kept.
const MOST_ASSETS: usize = 2;

/// How many entries of the settings that match them are kept.
const MOST_ENTRIES: usize = 4;

/// The longest name of an asset that is kept, in bytes: those of keys and secrets are shorter (Secrets Manager API
/// Reference, *CreateSecret*: a name has at most 512 characters). What a caller makes up may be longer.
const LONGEST_ASSET: usize = 640;

/// How much is left of a text where even the least does not fit, in characters.
const LONGEST_TEXT: usize = 40;

/// What a finding tells of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(rename = "p")]
    pub(crate) principal: Principal,
    #[serde(rename = "s", default, skip_serializing_if = "is_nothing")]
    pub(crate) session: Session,
    #[serde(rename = "a")]
    action: Action,
    #[serde(rename = "o")]
    pub(crate) outcome: Outcome,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(rename = "f", default)]
    source: Source,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    vpc_endpoint: Option<String>,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<String>,
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) assets: Vec<Asset>,
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entries: Vec<String>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(crate) tier: Option<Tier>,
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorized: Option<bool>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<AccountId>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(rename = "h")]
    record_sha256: String,
}

fn is_nothing(session: &Session) -> bool {
    *session == Session::default()
}

impl Body {
    /// All that is told of an event.
    pub(crate) fn of(event: &RuleEvent<'_, '_>) -> Self {
        let RuleEvent { record, access, judgement, .. } = event;
        let assets = access.assets.iter().filter(|asset| asset.to_string().len() <= LONGEST_ASSET);
        Self {
            principal: access.actor.principal.clone(),
            session: access.actor.session.clone(),
            action: access.action.clone(),
            outcome: access.outcome,
            error_code: access.error_code.clone(),
            source: access.origin.source.clone(),
            user_agent: access.origin.user_agent.as_ref().map(|text| text.chars().take(USER_AGENT).collect()),
            vpc_endpoint: access.origin.vpc_endpoint.clone(),
            via: access.via.clone(),
            assets: assets.take(MOST_ASSETS).cloned().collect(),
            entries: judgement.matched.iter().take(MOST_ENTRIES).cloned().collect(),
            tier: judgement.tier,
            authorized: judgement.authorized,
            account: access.account.clone(),
            region: access.region.clone(),
            event_id: access.event_id.clone(),
            record_sha256: sha256_hex(record.raw),
        }
    }

    /// What a window keeps of an event, as a finding tells it.
    pub(crate) fn read(event: &Event) -> Option<Self> {
        serde_json::from_str(&event.body).ok()
    }

    /// Puts itself into `event`: whole, or as much of it as leaves the event within [`LONGEST_EVENT`]. The same record
    /// always leaves the same.
    pub(crate) fn put_into(&self, event: &mut Event) {
        event.body = json(self);
        let mut shorter = self.clone();
        for cut in CUTS {
            if json(event).len() <= LONGEST_EVENT {
                return;
            }
            cut(&mut shorter);
            event.body = json(&shorter);
        }
    }

    /// The event as evidence.
    pub(crate) fn evidence(&self, event: &Event) -> Evidence {
        Evidence {
            event_id: self.event_id.clone(),
            time: Timestamp::from_millisecond(event.at).ok(),
            action: self.action.clone(),
            outcome: self.outcome,
            error_code: self.error_code.clone(),
            origin: Origin {
                source: self.source.clone(),
                user_agent: self.user_agent.clone(),
                vpc_endpoint: self.vpc_endpoint.clone(),
            },
            via: self.via.clone(),
            record_sha256: self.record_sha256.clone(),
        }
    }
}

/// What is told of an event, and its text, which every window that keeps the event begins with.
#[derive(Debug)]
pub(crate) struct Told {
    body: Body,
    json: String,
}

impl Told {
    /// All that is told of an event.
    pub(crate) fn of(event: &RuleEvent<'_, '_>) -> Self {
        let body = Body::of(event);
        Self { json: json(&body), body }
    }

    /// Puts itself into `event`, as [`Body::put_into`] does.
    pub(crate) fn put_into(&self, event: &mut Event) {
        // Written as a string inside JSON no text is more than six times as long (RFC 8259, section 7), and seldom much longer.
        let quoted: usize = self.json.bytes().map(|byte| if matches!(byte, b'"' | b'\\') { 2 } else { 1 }).sum();
        let others = event.id.len() + event.value.as_ref().map_or(0, String::len);
        let others = others + event.group.iter().map(|value| value.len() + 3).sum::<usize>();
        let is_plain = self.json.bytes().all(|byte| byte >= b' ');
        if is_plain && quoted + 6 * others + SMALL <= LONGEST_EVENT {
            event.body.clone_from(&self.json);
        } else {
            self.body.put_into(event);
        }
    }
}

/// More than names, numbers and marks of an event's JSON take.
const SMALL: usize = 120;

/// Of strings, numbers and lists of them: always possible.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What is done without, one after another, until the event fits: first what the caller chose, last what the decision
/// rests on. Whom to act on, and the key that was used, go only when nothing else is left: then nobody can be acted on, and
/// it is paged about.
const CUTS: [fn(&mut Body); 8] = [
    |body| body.user_agent = None,
    |body| body.assets.truncate(1),
    // Without them an alarm of theirs pages beside the finding.
    |body| body.entries.clear(),
    |body| {
        let key = body.session.access_key_id.take().filter(|id| id.len() <= LONGEST_TEXT);
        body.session = Session { access_key_id: key, ..Session::default() };
    },
    |body| body.assets.clear(),
    |body| {
        body.error_code = None;
        body.vpc_endpoint = None;
        body.region = None;
        body.action = Action { service: plain(&body.action.service), name: plain(&body.action.name) };
        body.via = body.via.as_deref().map(plain);
    },
    |body| {
        body.source = Source::Missing;
        body.event_id = None;
    },
    |body| {
        body.principal = Principal::Unknown { described_as: plain(&body.principal.to_string()) };
        body.session = Session::default();
    },
];

/// The beginning of a text, without what takes more than a byte to write.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    text.chars().take(LONGEST_TEXT).map(|c| if is_plain(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests;
