//! JSON Lines: the findings in the order of the events, those in shadow, what could not be read, and the sums last.

use serde_json::{Value, json};

use super::json::{FORMAT, finding, in_shadow, summary};
use super::{Told, escape};

/// The lines. The `type` of each is `finding`, `shadow`, `unreadable` or `summary`.
///
/// # Errors
///
/// When something cannot be told in JSON.
pub fn lines(told: &Told<'_>) -> serde_json::Result<Vec<String>> {
    let replay = told.replay;
    let findings = replay.entries.iter().map(|entry| typed("finding", finding(entry)));
    let shadow = replay.in_shadow.iter().map(|finding| typed("shadow", in_shadow(finding)));
    let unreadable = replay.read.unreadable.iter().map(|unread| typed("unreadable", json!(unread)));
    let sums = json!({
        "format": FORMAT,
        "version": told.version,
        "summary": summary(told),
        "coverage": replay.read.coverage,
        "notes": told.notes,
    });
    let all = findings.chain(shadow).chain(unreadable).chain([typed("summary", sums)]);
    all.map(|line| escape::one_line(&line)).collect()
}

fn typed(kind: &str, mut line: Value) -> Value {
    if let Value::Object(members) = &mut line {
        members.insert("type".to_owned(), kind.into());
    }
    line
}
