//! A page of Portcullis as an event.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::event::{Alert, Event, Severity};
use crate::sns::Message;
use crate::text::string;

/// The form of page that is understood.
pub(crate) const SCHEMA: &str = "portcullis.page/1";

/// Whether a page tells that an alarm rings again, for which nobody is to be woken: its incident may be over, and an event
/// would open it again.
pub(crate) fn is_repeated_alarm(page: &Map<String, Value>) -> bool {
    let is = |name: &str, word: &str| page.get(name).and_then(Value::as_str) == Some(word);
    is("schema", SCHEMA) && is("kind", "alarm") && is("action", "update") && is("outcome", "repeated")
}

/// The event for a page. What is missing or unknown is taken for the safer: it pages, as a warning, under the message's own
/// key.
pub(crate) fn event(page: &Map<String, Value>, message: &Message, stack: &str) -> Event {
    let text = |name: &str| string(page.get(name)).map(str::to_owned);
    let inner =
        |name: &str, member: &str| string(page.get(name).and_then(|value| value.get(member))).map(str::to_owned);
    let dedup_key = text("dedup_key");
    let resolves = page.get("action").and_then(Value::as_str) == Some("resolve");
    let dedup_key = match dedup_key {
        Some(dedup_key) if resolves => return Event::Resolve { dedup_key },
        dedup_key => dedup_key.unwrap_or_else(|| message.own_key()),
    };

    let component = text("stack").unwrap_or_else(|| stack.to_owned());
    let timestamp: Option<Timestamp> = text("timestamp").and_then(|timestamp| timestamp.parse().ok());
    let runbook = text("runbook").filter(|address| is_address(address));
    let told = Told { timestamp: timestamp.is_some(), runbook: runbook.is_some() };
    let alert = Alert {
        summary: text("summary").or_else(|| message.subject.clone()).unwrap_or_default(),
        source: inner("actor", "name").unwrap_or_else(|| component.clone()),
        severity: severity(page),
        timestamp,
        component,
        group: text("account"),
        class: inner("rule", "id"),
        details: told.details(page),
        runbook,
    };
    Event::Trigger { dedup_key, alert: Box::new(alert) }
}

fn severity(page: &Map<String, Value>) -> Severity {
    match page.get("severity").and_then(Value::as_str) {
        Some("critical") => Severity::Critical,
        Some("high") => Severity::Error,
        Some("low" | "informational") => Severity::Info,
        _ => Severity::Warning,
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") && !text.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Which of the fields that can fail to be understood have a place of their own in the event.
struct Told {
    timestamp: bool,
    runbook: bool,
}

impl Told {
    /// The page without what the event tells elsewhere. `severity` stays: PagerDuty has one word fewer.
    fn details(&self, page: &Map<String, Value>) -> Map<String, Value> {
        page.iter()
            .filter_map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    ("timestamp", _) if self.timestamp => return None,
                    ("runbook", _) if self.runbook => return None,
                    ("schema" | "dedup_key" | "summary" | "stack" | "account", Value::String(_)) => return None,
                    ("action", Value::String(action)) if action == "trigger" => return None,
                    ("actor", Value::Object(actor)) => without(actor, "name")?,
                    ("rule", Value::Object(rule)) => without(rule, "id")?,
                    _ => value.clone(),
                };
                Some((name.clone(), value))
            })
            .collect()
    }
}

/// `object` without a string that is told elsewhere; nothing when nothing is left.
fn without(object: &Map<String, Value>, name: &str) -> Option<Value> {
    let rest: Map<String, Value> = object
        .iter()
        .filter(|(other, value)| *other != name || !value.is_string())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!rest.is_empty()).then_some(Value::Object(rest))
}
