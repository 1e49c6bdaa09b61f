//! One event of PagerDuty's Events API v2, within its limits whatever it is made of.
//!
//! Source: PagerDuty developer documentation, *Events API v2 overview* and *Send an alert event*: a summary has at most
//! 1,024 characters, a `dedup_key` at most 255, a body at most 512 KB.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::sha256_hex;
use serde_json::{Map, Value, json};

use crate::key::RoutingKey;
use crate::text::{cut, one_line};

/// The longest summary, in bytes: no reading of "1,024 characters" is shorter. The source keeps the same measure.
const SUMMARY: usize = 1_024;

/// The longest `dedup_key`, in bytes.
const DEDUP_KEY: usize = 255;

/// The longest component, group and class, in bytes. PagerDuty documents no limit.
const LABEL: usize = 255;

/// The longest address of a link, in bytes. PagerDuty documents no limit.
const HREF: usize = 2_000;

/// What the details may take of the body's 512 KB, in bytes. Everything else together takes less than 20 KB, also when each
/// byte of it has to be escaped.
const DETAILS: usize = 480_000;

/// How bad it is, in PagerDuty's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// `critical`.
    Critical,
    /// `error`.
    Error,
    /// `warning`.
    Warning,
    /// `info`.
    Info,
}

impl Severity {
    /// PagerDuty's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What on-call is to see. Any text may have any length: [`Event::body`] keeps the limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// One sentence.
    pub summary: String,
    /// Whom or what it is about.
    pub source: String,
    /// How bad it is.
    pub severity: Severity,
    /// When it happened.
    pub timestamp: Option<Timestamp>,
    /// The stack that tells of it.
    pub component: String,
    /// The account it happened in.
    pub group: Option<String>,
    /// The rule, or the kind of message.
    pub class: Option<String>,
    /// Everything else.
    pub details: Map<String, Value>,
    /// The address of the page that says what to do.
    pub runbook: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Opens an alert, or adds to the one that is open under the same key.
    Trigger {
        /// What makes several events one alert.
        dedup_key: String,
        /// What on-call is to see.
        alert: Box<Alert>,
    },
    /// Closes the alert that is open under the key; without one, PagerDuty accepts the event and does nothing.
    Resolve {
        /// The key it was opened under.
        dedup_key: String,
    },
}

impl Event {
    /// The key as it is sent. One that is too long is cut, and ends in a digest of the whole, so that whatever is
    /// opened under it is also closed under it.
    pub fn dedup_key(&self) -> String {
        let (Self::Trigger { dedup_key, .. } | Self::Resolve { dedup_key }) = self;
        let line = one_line(dedup_key, usize::MAX);
        if line.len() <= DEDUP_KEY {
            return line;
        }
        let digest = sha256_hex(dedup_key);
        format!("{}~{}", cut(&line, DEDUP_KEY - 17), cut(&digest, 16))
    }

    /// `trigger` or `resolve`.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Resolve { .. } => "resolve",
        }
    }

    /// The request's body.
    pub fn body(&self, key: &RoutingKey) -> String {
        let mut body = json!({
            "routing_key": key.reveal(),
            "event_action": self.action(),
            "dedup_key": self.dedup_key(),
        });
        if let (Self::Trigger { alert, .. }, Some(body)) = (self, body.as_object_mut()) {
            body.insert("client".to_owned(), json!("Portcullis"));
            body.insert("payload".to_owned(), alert.payload());
            // Half an address leads nowhere.
            if let Some(href) = alert.runbook.as_deref().filter(|href| href.len() <= HREF) {
                body.insert("links".to_owned(), json!([{"href": href, "text": "Runbook"}]));
            }
        }
        body.to_string()
    }
}

impl Alert {
    fn payload(&self) -> Value {
        let summary = one_line(&self.summary, SUMMARY);
        let source = one_line(&self.source, SUMMARY);
        let mut payload = json!({
            // PagerDuty refuses an event without them.
            "summary": if summary.is_empty() { "A page without a summary" } else { &summary },
            "source": if source.is_empty() { "Portcullis" } else { &source },
            "severity": self.severity.as_str(),
        });
        let optional = [
            ("timestamp", self.timestamp.map(|timestamp| timestamp.to_string())),
            ("component", Some(one_line(&self.component, LABEL))),
            ("group", self.group.as_deref().map(|group| one_line(group, LABEL))),
            ("class", self.class.as_deref().map(|class| one_line(class, LABEL))),
        ];
        if let Some(payload) = payload.as_object_mut() {
            for (name, value) in optional {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    payload.insert(name.to_owned(), json!(value));
                }
            }
            if !self.details.is_empty() {
                payload.insert("custom_details".to_owned(), Value::Object(fitting(&self.details, DETAILS)));
            }
        }
        payload
    }
}

/// The members that fit into `limit` bytes of JSON, smallest first so that as many as possible are there, and the names of
/// those that do not.
fn fitting(details: &Map<String, Value>, limit: usize) -> Map<String, Value> {
    let size = |(name, value): (&String, &Value)| json!(name).to_string().len() + value.to_string().len() + 2;
    if details.iter().map(size).sum::<usize>() + 2 <= limit {
        return details.clone();
    }
    let mut members: Vec<(usize, &str)> = details.iter().map(|member| (size(member), member.0.as_str())).collect();
    members.sort_unstable();
    // What the names of those left out take.
    let mut room = limit.saturating_sub(4 * SUMMARY);
    let mut kept = BTreeSet::new();
    for (size, name) in members {
        if size > room {
            break;
        }
        room -= size;
        kept.insert(name);
    }
    let left_out: Vec<&str> = details.keys().map(String::as_str).filter(|name| !kept.contains(name)).collect();
    let left_out = one_line(&left_out.join(", "), SUMMARY);
    let mut fitting: Map<String, Value> = details
        .iter()
        .filter(|(name, _)| kept.contains(name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    fitting.insert("too_large_for_pagerduty".to_owned(), json!(left_out));
    fitting
}
