//! JSON merge patch (RFC 7396), and setting one value by its path.

use serde_json::{Map, Value};

/// Applies a merge patch: members replace or join, `null` takes away, a list replaces a list.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    make_object(target);
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Sets the value at a path such as `requestParameters.secretId` or `resources.0.ARN`; what is missing on the way is
/// made.
///
/// # Errors
///
/// When the path leads through a list by a position that the list does not have.
pub fn set(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let mut place = target;
    for segment in path.split('.') {
        place = match place {
            Value::Array(elements) => {
                let position = segment.parse().ok().and_then(|position: usize| elements.get_mut(position));
                position.ok_or_else(|| format!("`{path}`: the list has no element {segment}"))?
            }
            other => {
                make_object(other);
                // Of an object, indexing makes the member that is missing.
                &mut other[segment]
            }
        };
    }
    *place = value;
    Ok(())
}

/// Anything but an object becomes an empty one.
fn make_object(value: &mut Value) {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
}
