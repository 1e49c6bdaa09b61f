//! A value of a record, as much of it as may be shown.

use serde_json::Value;

/// How much of a text, how many elements of a list.
const TEXT: usize = 200;
const ELEMENTS: usize = 10;

/// The value a rule looked at, without what it did not name: of an object, only the names of its members.
pub(super) fn shown(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            // Sorted here: whether a map keeps its order is a feature that any crate of the build can switch on.
            let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
            names.sort_unstable();
            let names = names.join(", ");
            cut(&format!("an object with {}", if names.is_empty() { "no members" } else { &names })).into()
        }
        Value::Array(elements) => {
            let mut shorter: Vec<Value> = elements.iter().take(ELEMENTS).map(shown).collect();
            if let Some(more) = elements.len().checked_sub(ELEMENTS).filter(|more| *more > 0) {
                shorter.push(format!("and {more} more").into());
            }
            shorter.into()
        }
        Value::String(text) => cut(text).into(),
        other => other.clone(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_keeps_its_values_to_itself() {
        assert_eq!(shown(&json!({"secretString": "hunter2", "n": {"m": 1}})), json!("an object with n, secretString"));
        assert_eq!(shown(&json!([{"password": "hunter2"}])), json!(["an object with password"]));
        assert_eq!(shown(&json!({})), json!("an object with no members"));
    }

    #[test]
    fn long_values_are_cut() {
        let list: Vec<u32> = (0..12).collect();
        assert_eq!(shown(&json!(list)).as_array().unwrap().last().unwrap(), "and 2 more");
        assert_eq!(shown(&json!("é".repeat(300))).as_str().unwrap().chars().count(), 201);
    }
}
