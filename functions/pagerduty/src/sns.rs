//! What SNS invokes a function with.
//!
//! Source: Lambda Developer Guide, *Invoking Lambda functions with Amazon SNS notifications* (the event's form).

use jiff::Timestamp;
use portcullis_domain::sha256_hex;
use serde::Deserialize;

use crate::text::cut;

/// One message of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Message {
    /// SNS's id, the same at every delivery.
    pub message_id: Option<String>,
    /// Where it was published.
    pub topic_arn: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// When it was published, as written.
    pub timestamp: Option<String>,
    /// Its text.
    #[serde(rename = "Message")]
    pub text: String,
}

impl Message {
    /// What makes a message that brings no key of its own one alert, however often it is delivered.
    pub fn own_key(&self) -> String {
        match &self.message_id {
            Some(id) => format!("sns:{id}"),
            None => format!("text:{}", cut(&sha256_hex(&self.text), 32)),
        }
    }

    /// When it was published.
    pub fn published(&self) -> Option<Timestamp> {
        self.timestamp.as_deref()?.parse().ok()
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Sns")]
    sns: Message,
}

/// The messages of an invocation. A payload that is not SNS's is one message by itself, so that nothing is dropped and a page
/// can be sent by hand.
pub fn messages(payload: &str) -> Vec<Message> {
    match serde_json::from_str::<Notification>(payload) {
        Ok(notification) if !notification.records.is_empty() => {
            notification.records.into_iter().map(|record| record.sns).collect()
        }
        _ => vec![Message { text: payload.to_owned(), ..Message::default() }],
    }
}
