//! For programs that read line by line: the answer, then a line for each row, each of the last accesses and each note.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, Part};

/// JSON Lines. `kind` says what a line is: `answer`, `row`, `access`, `note`; `side` whether it is about who used the subject
/// (`used_by`) or what it used (`used`). Control characters are escaped.
///
/// # Errors
///
/// Never as far as is known: nothing in an answer is unfit for JSON.
pub fn ndjson(answer: &Answer) -> serde_json::Result<String> {
    let mut text = String::new();
    let head = json!({
        "kind": "answer",
        "asked": answer.asked,
        "looked_for_as": answer.looked_for_as,
        "found": answer.found,
        "summary": answer.parts().map(|part| part.summary.as_str()).collect::<Vec<_>>(),
        "near": answer.near,
        "records": answer.records,
        "from": answer.from,
        "to": answer.to,
        "duplicates": answer.duplicates,
    });
    line(&mut text, &head)?;
    for (side, part) in [("used_by", &answer.used_by), ("used", &answer.used)] {
        if let Some(part) = part {
            for row in &part.rows {
                line(&mut text, &marked("row", side, row)?)?;
            }
            for access in &part.recent {
                line(&mut text, &marked("access", side, access)?)?;
            }
            line(&mut text, &rest(side, part))?;
        }
    }
    for note in &answer.notes {
        line(&mut text, &json!({"kind": "note", "note": note}))?;
    }
    Ok(text)
}

/// What of a side is in no row.
fn rest(side: &str, part: &Part) -> Value {
    json!({
        "kind": "totals",
        "side": side,
        "read_as": part.read_as,
        "assets": part.assets,
        "totals": part.totals,
        "beyond": part.beyond,
        "repeated": part.repeated,
        "untimed": part.untimed,
    })
}

fn marked(kind: &str, side: &str, thing: &impl Serialize) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(thing)?;
    if let Value::Object(members) = &mut value {
        // A row has a kind of its own.
        if let Some(own) = members.insert("kind".to_owned(), kind.into()) {
            members.insert(format!("{kind}_kind"), own);
        }
        members.insert("side".to_owned(), side.into());
    }
    Ok(value)
}

/// JSON leaves the control characters from U+007F on as they are, and some terminals obey them.
fn line(text: &mut String, value: &Value) -> serde_json::Result<()> {
    for c in serde_json::to_string(value)?.chars() {
        if ('\u{7f}'..='\u{9f}').contains(&c) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    Ok(())
}
