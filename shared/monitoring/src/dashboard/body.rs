//! The dashboard as CloudWatch is given it.
//!
//! Source: CloudWatch API Reference, *Dashboard Body Structure and Syntax*; for `setPeriodToTimeRange` the CDK's
//! `SingleValueWidget`.

use portcullis_settings::Settings;
use serde_json::{Map, Value, json};

use super::query::PERIOD;
use super::widget::{AlarmTiles, Content, Dashboard, Graph, Line, LogTable, Source, View, Widget};
use crate::place::Place;

/// The body of the dashboard of a deployment: the same text for the same settings and place, wherever it is built.
pub fn body(settings: &Settings, place: &Place) -> String {
    render(&super::model(settings, place))
}

/// The body of a dashboard, its keys sorted.
pub fn render(dashboard: &Dashboard) -> String {
    let widgets: Vec<Value> = dashboard.widgets.iter().map(|one| widget(one, &dashboard.region)).collect();
    // A week is looked at first. The period follows the time that is looked at.
    sorted(json!({"start": "-P7D", "periodOverride": "auto", "widgets": widgets})).to_string()
}

fn widget(widget: &Widget, region: &str) -> Value {
    let (kind, properties) = match &widget.content {
        Content::Text(text) => ("text", json!({"markdown": text.markdown()})),
        Content::Graph(graph) => ("metric", metric(graph, region)),
        Content::Alarms(AlarmTiles { title, arns }) => {
            ("alarm", json!({"title": title, "alarms": arns, "sortBy": "stateUpdatedTimestamp"}))
        }
        Content::Log(table) => ("log", log(table, region)),
    };
    let Widget { x, y, width, height, .. } = widget;
    json!({"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties})
}

fn metric(graph: &Graph, region: &str) -> Value {
    let rows: Vec<Value> = graph.lines.iter().enumerate().map(|(index, line)| row(line, index + 1)).collect();
    let view = match graph.view {
        View::Lines | View::Areas => "timeSeries",
        View::Bars => "bar",
        View::Numbers => "singleValue",
    };
    let mut properties = json!({
        "title": graph.title, "region": region, "view": view, "stacked": graph.view == View::Areas,
        "period": PERIOD, "metrics": rows,
    });
    if let Value::Object(properties) = &mut properties {
        match graph.view {
            View::Lines | View::Areas => {
                properties
                    .insert("yAxis".to_owned(), json!({"left": {"min": 0, "label": graph.axis, "showUnits": false}}));
            }
            // One value for the whole time, rather than the latest.
            View::Bars | View::Numbers => {
                properties.insert("setPeriodToTimeRange".to_owned(), json!(true));
            }
        }
        if graph.view == View::Numbers {
            properties.insert("sparkline".to_owned(), json!(true));
        }
        if let Some((value, label)) = &graph.mark {
            let mark = json!({"value": value, "label": label, "color": super::palette::DENIED});
            properties.insert("annotations".to_owned(), json!({"horizontal": [mark]}));
        }
    }
    properties
}

/// A row of `metrics`: the metric with its dimensions, or an expression, then what belongs to its drawing.
fn row(line: &Line, number: usize) -> Value {
    let mut drawing = Map::new();
    if let Some(color) = line.color {
        drawing.insert("color".to_owned(), json!(color));
    }
    // Without a name of its own, the parts of an expression have theirs alone (CloudWatch User Guide, *Using metric math*).
    drawing.insert("label".to_owned(), json!(line.label));
    let mut row = Vec::new();
    match (&line.source, line.source.expression(line.statistic)) {
        (Source::One(metric), _) => {
            row.extend([json!(metric.namespace), json!(metric.name)]);
            row.extend(metric.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
            drawing.insert("stat".to_owned(), json!(line.statistic.as_str()));
            drawing.insert("id".to_owned(), json!(format!("m{number}")));
        }
        (_, expression) => {
            drawing.insert("expression".to_owned(), json!(expression));
            drawing.insert("id".to_owned(), json!(format!("e{number}")));
        }
    }
    row.push(Value::Object(drawing));
    Value::Array(row)
}

fn log(table: &LogTable, region: &str) -> Value {
    let query = format!("SOURCE '{}' | {}", table.log_group, table.commands.join("\n| "));
    json!({"title": table.title, "region": region, "query": query, "view": "table"})
}

/// The same with all keys sorted, whether `serde_json` keeps their order or sorts them by itself.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
