//! A CloudWatch alarm's change of state as an event.
//!
//! Source: CloudWatch User Guide, *Notifying users on alarm changes* (the message's JSON: `AlarmName`, `AlarmArn`,
//! `NewStateValue`, `NewStateReason`, `StateChangeTime` as `2026-01-05T08:10:00.000+0000`, `AWSAccountId`).

use serde_json::{Map, Value};

use crate::event::{Alert, Event, Severity};
use crate::text::string;
use crate::translate::Translation;

/// What an alarm's message calls for; nothing when this is not an alarm's message, or one in a state that is not known.
pub(crate) fn translation(alarm: &Map<String, Value>, stack: &str) -> Option<Translation> {
    let text = |name: &str| string(alarm.get(name));
    let (name, state) = (text("AlarmName")?, text("NewStateValue")?);
    let dedup_key = format!("alarm:{}", text("AlarmArn").unwrap_or(name));
    match state {
        "ALARM" => Some(Translation::Event(trigger(alarm, name, dedup_key, stack))),
        "OK" => Some(Translation::Event(Event::Resolve { dedup_key })),
        "INSUFFICIENT_DATA" => {
            Some(Translation::Ignored(format!("alarm `{name}` has too little data to be in any state")))
        }
        _ => None,
    }
}

/// An alarm says that Portcullis itself may be blind or late: that is an error, whichever alarm it is.
fn trigger(alarm: &Map<String, Value>, name: &str, dedup_key: String, stack: &str) -> Event {
    let text = |name: &str| string(alarm.get(name));
    let why = text("AlarmDescription").or_else(|| text("NewStateReason"));
    let timestamp = text("StateChangeTime").and_then(|time| time.parse().ok());
    let told = |member: &str| match member {
        "AlarmName" | "AWSAccountId" | "NewStateValue" => true,
        "StateChangeTime" => timestamp.is_some(),
        _ => false,
    };
    let details = alarm.iter().filter(|(member, value)| !told(member) && !value.is_null());
    let alert = Alert {
        summary: why.map_or_else(|| format!("Alarm {name}"), |why| format!("Alarm {name}: {why}")),
        source: name.to_owned(),
        severity: Severity::Error,
        timestamp,
        component: stack.to_owned(),
        group: text("AWSAccountId").map(str::to_owned),
        class: Some("alarm".to_owned()),
        details: details.map(|(member, value)| (member.clone(), value.clone())).collect(),
        runbook: None,
    };
    Event::Trigger { dedup_key, alert: Box::new(alert) }
}
