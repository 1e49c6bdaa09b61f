//! Names of fields.

use rsigma_parser::{DetectionItem, Modifier, SigmaValue};

use super::vocabulary::{RECORD, Shape, derived};
use super::{Doubt, nearest};

/// What is doubtful about a field, and about asking it for a single value.
pub(super) fn doubt(field: &str, item: Option<&DetectionItem>) -> Option<Doubt> {
    let message = match shape(field) {
        Err(message) => message,
        Ok(shape) => of_value(field, shape, item?)?,
    };
    Some(Doubt { field: field.to_owned(), value: None, message })
}

/// What a field holds; or why no record has it.
pub(super) fn shape(field: &str) -> Result<Shape, String> {
    if field.starts_with("portcullis.") {
        // A name that is not known keeps the rule from loading.
        return Ok(derived(field));
    }
    if let Some((before, rest)) = field.split_once('[')
        && let Some((_, after)) = rest.split_once(']')
    {
        return Err(format!(
            "no record has the field `{field}`; a list needs no index: `{before}{after}` stands for every element's"
        ));
    }
    let mut members = RECORD;
    let mut above = String::new();
    let mut names = field.split('.').peekable();
    while let Some(name) = names.next() {
        let Some((_, shape)) = members.iter().find(|(known, _)| *known == name) else {
            return Err(unknown(field, &above, name, members));
        };
        match shape {
            Shape::Open => return Ok(Shape::Open),
            _ if names.peek().is_none() => return Ok(*shape),
            Shape::Members(inner) | Shape::ListOf(inner) => {
                members = inner;
                above = format!("{above}{name}.");
            }
            _ => return Err(format!("no record has the field `{field}`: `{above}{name}` has no members")),
        }
    }
    Ok(Shape::One)
}

fn unknown(field: &str, above: &str, name: &str, members: &[(&str, Shape)]) -> String {
    if field == "eventContext" || field.starts_with("eventContext.") {
        return "only event data stores keep `eventContext`; records in logs and on EventBridge do not have it"
            .to_owned();
    }
    let known = || members.iter().map(|(known, _)| *known);
    let rest = field.strip_prefix(above).and_then(|rest| rest.strip_prefix(name)).unwrap_or_default();
    let meant = nearest(name, known()).map(|meant| format!("{above}{meant}{rest}"));
    // Rules from elsewhere often leave out where a field is.
    let elsewhere = || {
        let inside = ["requestParameters", "responseElements", "userIdentity"];
        above.is_empty().then(|| inside.into_iter().find(|root| shape(&format!("{root}.{field}")).is_ok())).flatten()
    };
    match meant {
        Some(meant) => format!("no record has the field `{field}`; did you mean `{meant}`?"),
        None if above.is_empty() => match elsewhere() {
            Some(_) => format!(
                "no record has the field `{field}`; what a call was given is under `requestParameters.`, what it answered \
                 under `responseElements.`"
            ),
            None => format!("no record has the field `{field}`"),
        },
        None => {
            let known = known().collect::<Vec<_>>().join(", ");
            format!("no record has the field `{field}`; `{}` has {known}", above.trim_end_matches('.'))
        }
    }
}

/// An object has no value to compare; all that can be asked of it is whether it is there.
fn of_value(field: &str, shape: Shape, item: &DetectionItem) -> Option<String> {
    let asks_for_presence =
        item.field.has_modifier(Modifier::Exists) || item.values.iter().all(|value| *value == SigmaValue::Null);
    if asks_for_presence {
        return None;
    }
    let member = match shape {
        Shape::Members(members) | Shape::ListOf(members) => members.first().map(|(name, _)| *name),
        // Only the whole of it: what is inside may be anything.
        Shape::Open if !field.contains('.') => Some("NAME"),
        _ => None,
    };
    let member = member?;
    Some(format!("`{field}` is an object and has no value of its own; ask for one of its members: `{field}.{member}`"))
}
