//! Whether the body of a dashboard is what CloudWatch documents: structure, values, limits.
//!
//! Sources: CloudWatch API Reference, *Dashboard Body Structure and Syntax*; CloudWatch User Guide, *CloudWatch service
//! quotas* and *Metrics Insights quotas*.

mod metric;
mod overlap;

use metric::{count, metric};
use overlap::overlaps;
use serde_json::{Map, Value};

/// At most so many widgets.
const WIDGETS: usize = 500;
/// At most so many metrics in all widgets.
const METRICS: usize = 2500;
/// At most so many alarms in a widget.
const ALARMS: usize = 100;

/// What is wrong with a body, each by the widget's number from 0; nothing when it is sound.
pub fn validate(body: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let parsed = match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(parsed)) => parsed,
        Ok(_) => return vec!["the body is no object".to_owned()],
        Err(error) => return vec![format!("the body is no JSON: {error}")],
    };
    known(&parsed, &["widgets", "variables", "start", "end", "periodOverride"], "the body", &mut wrong);
    if parsed.get("periodOverride").is_some_and(|word| !is_one_of(word, &["auto", "inherit"])) {
        wrong.push("periodOverride is neither auto nor inherit".to_owned());
    }
    if parsed.get("start").is_some_and(|start| !start.as_str().is_some_and(|text| text.starts_with("-P"))) {
        wrong.push("start is no relative time".to_owned());
    }
    let Some(widgets) = parsed.get("widgets").and_then(Value::as_array) else {
        wrong.push("widgets is missing or no array".to_owned());
        return wrong;
    };
    if widgets.len() > WIDGETS {
        wrong.push(format!("{} widgets; at most {WIDGETS}", widgets.len()));
    }
    for (number, one) in widgets.iter().enumerate() {
        let mut of_widget = Vec::new();
        widget(one, &mut of_widget);
        wrong.extend(of_widget.into_iter().map(|what| format!("widget {number}: {what}")));
    }
    let metrics: usize = widgets.iter().map(count).sum();
    if metrics > METRICS {
        wrong.push(format!("{metrics} metrics; at most {METRICS}"));
    }
    wrong.extend(overlaps(widgets));
    wrong
}

fn widget(widget: &Value, wrong: &mut Vec<String>) {
    let Some(members) = widget.as_object() else {
        wrong.push("it is no object".to_owned());
        return;
    };
    known(members, &["type", "x", "y", "width", "height", "properties"], "it", wrong);
    for (name, least, most) in [("x", 0, 23), ("y", 0, i64::MAX), ("width", 1, 24), ("height", 1, 1000)] {
        match members.get(name).map(Value::as_i64) {
            Some(Some(value)) if (least..=most).contains(&value) => {}
            Some(_) => wrong.push(format!("{name} is no whole number from {least} to {most}")),
            None => wrong.push(format!("{name} is missing")),
        }
    }
    let edge = ["x", "width"].iter().filter_map(|name| members.get(*name)?.as_i64()).sum::<i64>();
    if edge > 24 {
        wrong.push(format!("it reaches to column {edge} of 24"));
    }
    let Some(properties) = members.get("properties").and_then(Value::as_object) else {
        wrong.push("properties is missing or no object".to_owned());
        return;
    };
    match members.get("type").and_then(Value::as_str) {
        Some("text") => text(properties, wrong),
        Some("metric") => metric(properties, wrong),
        Some("alarm") => alarm(properties, wrong),
        Some("log") => log(properties, wrong),
        other => wrong.push(format!("type is {other:?}")),
    }
}

fn text(properties: &Map<String, Value>, wrong: &mut Vec<String>) {
    known(properties, &["markdown", "background"], "properties", wrong);
    strings(properties, &["markdown"], wrong);
}

fn alarm(properties: &Map<String, Value>, wrong: &mut Vec<String>) {
    known(properties, &["alarms", "sortBy", "states", "title"], "properties", wrong);
    let sorts = ["default", "stateUpdatedTimestamp", "timestamp"];
    if properties.get("sortBy").is_some_and(|word| !is_one_of(word, &sorts)) {
        wrong.push("sortBy is an unknown word".to_owned());
    }
    let alarms = properties.get("alarms").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if alarms.is_empty() || alarms.len() > ALARMS {
        wrong.push(format!("{} alarms; 1 to {ALARMS}", alarms.len()));
    }
    let is_arn = |alarm: &Value| {
        let parts: Vec<&str> = alarm.as_str().unwrap_or_default().splitn(7, ':').collect();
        matches!(parts[..], ["arn", _, "cloudwatch", _, _, "alarm", name] if (1..=255).contains(&name.len()))
    };
    wrong.extend(alarms.iter().filter(|one| !is_arn(one)).map(|one| format!("{one} is no alarm's ARN")));
}

fn log(properties: &Map<String, Value>, wrong: &mut Vec<String>) {
    known(properties, &["accountId", "region", "title", "query", "view"], "properties", wrong);
    strings(properties, &["region", "query"], wrong);
    let query = properties.get("query").and_then(Value::as_str).unwrap_or_default();
    let source = query.strip_prefix("SOURCE '").and_then(|rest| rest.split_once("' | "));
    if source.is_none_or(|(group, commands)| group.is_empty() || commands.is_empty()) {
        wrong.push("query does not begin with its log groups".to_owned());
    }
    if properties.get("view").is_some_and(|word| !is_one_of(word, &["table", "timeSeries", "bar", "pie"])) {
        wrong.push("view is an unknown word".to_owned());
    }
}

/// Names that are not documented.
fn known(members: &Map<String, Value>, names: &[&str], what: &str, wrong: &mut Vec<String>) {
    let unknown = members.keys().filter(|name| !names.contains(&name.as_str()));
    wrong.extend(unknown.map(|name| format!("{what} has an unknown `{name}`")));
}

/// Strings that must be there, and hold something.
fn strings(members: &Map<String, Value>, names: &[&str], wrong: &mut Vec<String>) {
    let missing = names.iter().filter(|name| members.get(**name).and_then(Value::as_str).is_none_or(str::is_empty));
    wrong.extend(missing.map(|name| format!("{name} is missing, empty or no text")));
}

fn is_one_of(value: &Value, words: &[&str]) -> bool {
    value.as_str().is_some_and(|word| words.contains(&word))
}

#[cfg(test)]
mod tests;
