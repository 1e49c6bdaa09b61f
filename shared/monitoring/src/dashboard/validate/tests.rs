use serde_json::json;
use test_case::test_case;

use super::*;

/// A sound dashboard of one widget of each kind.
fn sound() -> Value {
    let text = json!({"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# x"}});
    let rows = json!([
        ["Portcullis", "RecordsRead", "Stack", "portcullis", {"stat": "Sum", "id": "m1", "color": "#0072b2"}],
        [{"expression": "SUM(SEARCH('{Portcullis,Stack} x', 'Sum', 300))", "id": "e2", "label": ""}],
    ]);
    let metric = json!({"region": "eu-west-1", "view": "timeSeries", "period": 300, "metrics": rows});
    let metric = json!({"type": "metric", "x": 0, "y": 2, "width": 12, "height": 6, "properties": metric});
    let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis/denied/a:b";
    let alarm = json!({"alarms": [arn], "sortBy": "timestamp"});
    let alarm = json!({"type": "alarm", "x": 12, "y": 2, "width": 12, "height": 2, "properties": alarm});
    let log = json!({"region": "eu-west-1", "query": "SOURCE '/aws/lambda/x' | limit 1", "view": "table"});
    let log = json!({"type": "log", "x": 12, "y": 4, "width": 12, "height": 2, "properties": log});
    json!({"start": "-P7D", "periodOverride": "auto", "widgets": [text, metric, alarm, log]})
}

#[test]
fn what_is_sound_passes() {
    assert_eq!(validate(&sound().to_string()), [""; 0]);
}

#[test_case("/start", json!("P7D"), "start is no relative time" ; "start")]
#[test_case("/periodOverride", json!("never"), "periodOverride is neither auto nor inherit" ; "period override")]
#[test_case("/widgets", json!({}), "widgets is missing or no array" ; "no widgets")]
#[test_case("/widgets/0", json!(1), "widget 0: it is no object" ; "no object")]
#[test_case("/widgets/0/type", json!("video"), "widget 0: type is Some(\"video\")" ; "kind")]
#[test_case("/widgets/0/x", json!(24), "widget 0: x is no whole number from 0 to 23" ; "beyond the edge")]
#[test_case("/widgets/1/x", json!(13), "widget 1: it reaches to column 25 of 24" ; "over the edge")]
#[test_case("/widgets/0/width", json!(0), "widget 0: width is no whole number from 1 to 24" ; "no width")]
#[test_case("/widgets/0/height", json!(1001), "widget 0: height is no whole number from 1 to 1000" ; "too high")]
#[test_case("/widgets/0/y", json!(1.5), "widget 0: y is no whole number from 0 to" ; "half a row")]
#[test_case("/widgets/0/height", json!(3), "widget 1: it lies over widget 0" ; "overlap")]
#[test_case("/widgets/0/properties", json!([]), "widget 0: properties is missing or no object" ; "no properties")]
#[test_case("/widgets/0/properties/markdown", json!(""), "widget 0: markdown is missing, empty or no text" ; "no text")]
#[test_case("/widgets/0/properties", json!({"markdown": "x", "color": 1}), "widget 0: properties has an unknown `color`" ; "an unknown name")]
#[test_case("/widgets/1/properties/region", json!(null), "widget 1: region is missing, empty or no text" ; "no Region")]
#[test_case("/widgets/1/properties/view", json!("map"), "widget 1: view is an unknown word" ; "view")]
#[test_case("/widgets/1/properties/view", json!("gauge"), "widget 1: a gauge needs the ends of its axis" ; "gauge")]
#[test_case("/widgets/1/properties/period", json!(90), "widget 1: period is no multiple of 60" ; "period")]
#[test_case("/widgets/1/properties/metrics", json!([]), "widget 1: metrics is missing or empty" ; "no metrics")]
#[test_case("/widgets/1/properties/metrics/0", json!(["Portcullis"]), "widget 1: metric 0: it has no namespace or no name" ; "no name")]
#[test_case("/widgets/1/properties/metrics/0", json!(["P", "M", "Stack"]), "widget 1: metric 0: a dimension has no value" ; "half a dimension")]
#[test_case("/widgets/1/properties/metrics/0/3", json!(""), "widget 1: metric 0: a name or a value is empty or no text" ; "an empty value")]
#[test_case("/widgets/1/properties/metrics/0/4/stat", json!("Total"), "widget 1: metric 0: stat is an unknown word" ; "statistic")]
#[test_case("/widgets/1/properties/metrics/0/4/id", json!("M1"), "widget 1: metric 0: id M1 does not begin with a small letter" ; "id")]
#[test_case("/widgets/1/properties/metrics/0/4/id", json!("e2"), "widget 1: metric 1: id e2 is there twice" ; "the same id")]
#[test_case("/widgets/1/properties/metrics/0/4/color", json!("red"), "widget 1: metric 0: color red is none" ; "color")]
#[test_case("/widgets/1/properties/metrics/1/0/expression", json!("SUM(m1"), "widget 1: metric 1: parentheses or quotes of SUM(m1 are not paired" ; "expression")]
#[test_case("/widgets/1/properties/metrics/1", json!(["P", "M", {"expression": "m1", "id": "e2"}]), "widget 1: metric 1: it is a metric and an expression" ; "both")]
#[test_case("/widgets/2/properties/alarms", json!([]), "widget 2: 0 alarms; 1 to 100" ; "no alarms")]
#[test_case("/widgets/2/properties/alarms/0", json!("portcullis/denied/a"), "widget 2: \"portcullis/denied/a\" is no alarm's ARN" ; "no ARN")]
#[test_case("/widgets/2/properties/sortBy", json!("name"), "widget 2: sortBy is an unknown word" ; "sort")]
#[test_case("/widgets/3/properties/query", json!("limit 1"), "widget 3: query does not begin with its log groups" ; "no log group")]
#[test_case("/widgets/3/properties/view", json!("map"), "widget 3: view is an unknown word" ; "log view")]
fn what_is_not_is_told(pointer: &str, value: Value, expected: &str) {
    let mut body = sound();
    *body.pointer_mut(pointer).unwrap() = value;
    let wrong = validate(&body.to_string());
    assert!(wrong.iter().any(|told| told.starts_with(expected)), "{wrong:?}");
}

#[test]
fn limits_are_told() {
    let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x";
    let mut body = sound();
    body["widgets"][2]["properties"]["alarms"] = json!(vec![arn; 101]);
    let row = |number: usize| json!([{"expression": "m1", "id": format!("e{number}")}]);
    body["widgets"][1]["properties"]["metrics"] = json!((0..501).map(row).collect::<Vec<_>>());
    let wrong = validate(&body.to_string());
    assert_eq!(wrong, ["widget 1: 501 metrics; at most 500", "widget 2: 101 alarms; 1 to 100"]);

    let text =
        |y: usize| json!({"type": "text", "x": 0, "y": y, "width": 24, "height": 1, "properties": {"markdown": "x"}});
    let body = json!({"widgets": (0..501).map(text).collect::<Vec<_>>()});
    assert_eq!(validate(&body.to_string()), ["501 widgets; at most 500"]);

    let graph = |y: usize| {
        let properties = json!({"region": "x", "metrics": (0..500).map(row).collect::<Vec<_>>()});
        json!({"type": "metric", "x": 0, "y": y, "width": 24, "height": 1, "properties": properties})
    };
    let body = json!({"widgets": (0..6).map(graph).collect::<Vec<_>>()});
    assert_eq!(validate(&body.to_string()), ["3000 metrics; at most 2500"]);

    let mut body = sound();
    let long = format!("SEARCH('{}', 'Sum', 300)", "x".repeat(1024));
    body["widgets"][1]["properties"]["metrics"] = json!([[{"expression": long, "id": "e1"}]]);
    assert!(validate(&body.to_string())[0].starts_with("widget 1: metric 0: a search of 1046 characters"));
    let query = json!([{"expression": "SELECT 1"}]);
    body["widgets"][1]["properties"]["metrics"] = json!([query, query]);
    assert_eq!(validate(&body.to_string()), ["widget 1: 2 queries of Metrics Insights; at most one"]);
}

#[test]
fn what_is_no_dashboard_is_told() {
    assert!(validate("{").concat().starts_with("the body is no JSON"));
    assert_eq!(validate("[]"), ["the body is no object"]);
    assert_eq!(validate(r#"{"widget": []}"#), ["the body has an unknown `widget`", "widgets is missing or no array"]);
}
