//! What a message of the topic calls for: a page, an alarm, or anything else.

use serde_json::{Map, Value, json};

use crate::event::{Alert, Event, Severity};
use crate::sns::Message;
use crate::text::shorten;
use crate::{alarm, page};

/// The longest text shown of a message that is not understood, in bytes.
const TEXT: usize = 64 * 1024;

/// What a message calls for.
#[derive(Clone, Debug, PartialEq)]
pub enum Translation {
    /// An event to post.
    Event(Event),
    /// Nothing, and why.
    Ignored(String),
}

/// Understands a message. Whatever is not understood pages as a warning, so that nothing is dropped. `stack` is the name that
/// messages are told under which bring none.
pub fn translate(message: &Message, stack: &str) -> Translation {
    let object: Option<Map<String, Value>> = serde_json::from_str(&message.text).ok();
    match object {
        Some(object) if page::is_repeated_alarm(&object) => Translation::Ignored(
            "it rings again so soon after somebody was woken that nobody is woken again".to_owned(),
        ),
        Some(object) if object.get("schema").and_then(Value::as_str) == Some(page::SCHEMA) => {
            Translation::Event(page::event(&object, message, stack))
        }
        object => object
            .and_then(|object| alarm::translation(&object, stack))
            .unwrap_or_else(|| Translation::Event(other(message, stack))),
    }
}

fn other(message: &Message, stack: &str) -> Event {
    let subject = message.subject.as_deref().filter(|subject| !subject.trim().is_empty());
    let first_line = message.text.lines().map(str::trim).find(|line| !line.is_empty());
    let mut details = Map::new();
    details.insert("message".to_owned(), json!(shorten(&message.text, TEXT)));
    let alert = Alert {
        summary: subject.or(first_line).unwrap_or("An empty message was published to the topic of pages").to_owned(),
        source: message.topic_arn.clone().unwrap_or_else(|| stack.to_owned()),
        severity: Severity::Warning,
        timestamp: message.published(),
        component: stack.to_owned(),
        group: None,
        class: Some("message".to_owned()),
        details,
        runbook: None,
    };
    Event::Trigger { dedup_key: message.own_key(), alert: Box::new(alert) }
}
