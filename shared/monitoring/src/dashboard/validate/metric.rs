//! Widgets of metrics, and each row of them.

use serde_json::{Map, Value};

use super::{is_one_of, known, strings};

/// At most so many metrics and expressions in a widget.
const ROWS: usize = 500;
/// A search expression has at most so many characters (CloudWatch User Guide, *CloudWatch search expression syntax*).
const SEARCH: usize = 1024;
/// A metric has at most so many dimensions.
const DIMENSIONS: usize = 30;

const PROPERTIES: &[&str] = &[
    "accountId",
    "annotations",
    "legend",
    "liveData",
    "metrics",
    "period",
    "region",
    "setPeriodToTimeRange",
    "sparkline",
    "stacked",
    "stat",
    "table",
    "timezone",
    "title",
    "view",
    "yAxis",
];
const VIEWS: &[&str] = &["timeSeries", "singleValue", "gauge", "bar", "pie", "table"];
const STATISTICS: &[&str] = &["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

/// How many metrics a widget has, as far as its body tells.
pub(super) fn count(widget: &Value) -> usize {
    widget.pointer("/properties/metrics").and_then(Value::as_array).map_or(0, Vec::len)
}

pub(super) fn metric(properties: &Map<String, Value>, wrong: &mut Vec<String>) {
    known(properties, PROPERTIES, "properties", wrong);
    strings(properties, &["region"], wrong);
    if properties.get("view").is_some_and(|view| !is_one_of(view, VIEWS)) {
        wrong.push("view is an unknown word".to_owned());
    }
    if properties.get("view").and_then(Value::as_str) == Some("gauge") {
        wrong.push("a gauge needs the ends of its axis, which nothing here sets".to_owned());
    }
    for name in ["stacked", "sparkline", "liveData", "setPeriodToTimeRange"] {
        if properties.get(name).is_some_and(|value| !value.is_boolean()) {
            wrong.push(format!("{name} is neither true nor false"));
        }
    }
    period(properties, wrong);
    annotations(properties, wrong);
    let Some(rows) = properties.get("metrics").and_then(Value::as_array).filter(|rows| !rows.is_empty()) else {
        wrong.push("metrics is missing or empty".to_owned());
        return;
    };
    if rows.len() > ROWS {
        wrong.push(format!("{} metrics; at most {ROWS}", rows.len()));
    }
    let mut ids: Vec<&str> = Vec::new();
    let mut queries = 0;
    for (number, row) in rows.iter().enumerate() {
        let mut of_row = Vec::new();
        let drawing = self::row(row, &mut of_row);
        let id = drawing.and_then(|drawing| drawing.get("id")).and_then(Value::as_str);
        if let Some(id) = id {
            if ids.contains(&id) {
                of_row.push(format!("id {id} is there twice"));
            }
            ids.push(id);
        }
        let expression = drawing.and_then(|drawing| drawing.get("expression")).and_then(Value::as_str);
        queries += usize::from(expression.is_some_and(|text| text.starts_with("SELECT ")));
        wrong.extend(of_row.into_iter().map(|what| format!("metric {number}: {what}")));
    }
    if queries > 1 {
        wrong.push(format!("{queries} queries of Metrics Insights; at most one"));
    }
}

/// The whole row; answers with the object at its end, if there is one.
fn row<'r>(row: &'r Value, wrong: &mut Vec<String>) -> Option<&'r Map<String, Value>> {
    let Some(cells) = row.as_array().filter(|cells| !cells.is_empty()) else {
        wrong.push("it is no array, or an empty one".to_owned());
        return None;
    };
    let drawing = cells.last().and_then(Value::as_object);
    let names = cells.get(..cells.len() - usize::from(drawing.is_some())).unwrap_or_default();
    if let Some(drawing) = drawing {
        properties_of_row(drawing, names.is_empty(), wrong);
    }
    if names.iter().any(|name| name.as_str().is_none_or(str::is_empty)) {
        wrong.push("a name or a value is empty or no text".to_owned());
    }
    let is_expression = drawing.is_some_and(|drawing| drawing.contains_key("expression"));
    match (names.len(), is_expression) {
        (0, true) => {}
        (_, true) => wrong.push("it is a metric and an expression".to_owned()),
        (0 | 1, false) => wrong.push("it has no namespace or no name".to_owned()),
        (count, false) if count % 2 == 1 => wrong.push("a dimension has no value".to_owned()),
        (count, false) if (count - 2) / 2 > DIMENSIONS => wrong.push("it has too many dimensions".to_owned()),
        _ => {}
    }
    drawing
}

fn properties_of_row(drawing: &Map<String, Value>, expression: bool, wrong: &mut Vec<String>) {
    let names: &[&str] = if expression {
        &["expression", "label", "id", "color", "visible", "yAxis", "period", "region", "accountId"]
    } else {
        &["label", "id", "color", "stat", "period", "visible", "yAxis", "region", "accountId"]
    };
    known(drawing, names, "it", wrong);
    period(drawing, wrong);
    let id = drawing.get("id").and_then(Value::as_str).unwrap_or("e1");
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(fine) {
        wrong.push(format!("id {id} does not begin with a small letter, or has odd signs"));
    }
    let color = drawing.get("color").and_then(Value::as_str).unwrap_or("#000000");
    if color.len() != 7 || !color.starts_with('#') || !color.chars().skip(1).all(|c| c.is_ascii_hexdigit()) {
        wrong.push(format!("color {color} is none"));
    }
    if drawing.get("stat").is_some_and(|word| !is_one_of(word, STATISTICS)) {
        wrong.push("stat is an unknown word".to_owned());
    }
    if let Some(text) = drawing.get("expression") {
        self::expression(text.as_str().unwrap_or_default(), wrong);
    }
}

/// A search or a query: its quotes are paired, and it asks for something.
fn expression(text: &str, wrong: &mut Vec<String>) {
    if text.is_empty() {
        wrong.push("expression is empty or no text".to_owned());
    }
    let depth = text.chars().try_fold(0_i32, |depth, c| match c {
        '(' => Some(depth + 1),
        ')' => (depth > 0).then_some(depth - 1),
        _ => Some(depth),
    });
    if depth != Some(0) || text.matches('"').count() % 2 == 1 || text.matches('\'').count() % 2 == 1 {
        wrong.push(format!("parentheses or quotes of {text} are not paired"));
    }
    if text.contains("SEARCH(") && text.chars().count() > SEARCH {
        wrong.push(format!("a search of {} characters; at most {SEARCH}", text.chars().count()));
    }
}

fn period(members: &Map<String, Value>, wrong: &mut Vec<String>) {
    let fine = |value: &Value| value.as_u64().is_some_and(|seconds| seconds >= 60 && seconds % 60 == 0);
    if members.get("period").is_some_and(|value| !fine(value)) {
        wrong.push("period is no multiple of 60".to_owned());
    }
}

fn annotations(properties: &Map<String, Value>, wrong: &mut Vec<String>) {
    let Some(annotations) = properties.get("annotations") else { return };
    let marks = annotations.get("horizontal").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if marks.is_empty() || marks.iter().any(|mark| mark.get("value").and_then(Value::as_f64).is_none()) {
        wrong.push("an annotation has no value".to_owned());
    }
}
