//! The forms that programs read, whole, for each kind of page. The snapshots are in `snapshots/`.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::Value;
use test_case::test_case;

use crate::support::of;

/// Without the mail, which other tests compare, and in the order of the names: whether JSON keeps its own order depends on
/// which crates are built together.
fn pretty(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    value.as_object_mut().unwrap().remove("text");
    serde_json::to_string_pretty(&sorted(value)).unwrap()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[test_case("contained")]
#[test_case("locked_out")]
#[test_case("by_boundary")]
#[test_case("asked")]
#[test_case("approved")]
#[test_case("rejected")]
#[test_case("nobody_answered")]
#[test_case("not_touched")]
#[test_case("not_contained")]
#[test_case("in_quarantine")]
#[test_case("escalated")]
#[test_case("update")]
#[test_case("page")]
#[test_case("tampered")]
#[test_case("tampered_left")]
#[test_case("released")]
#[test_case("released_changed")]
#[test_case("extended")]
#[test_case("withdrawn")]
#[test_case("alarm")]
#[test_case("alarm_covered")]
#[test_case("alarm_again")]
#[test_case("alarm_over")]
fn snapshots(name: &str) {
    let page = of(name);
    assert_snapshot!(format!("{name}_chat"), pretty(&page.chat));
    assert_snapshot!(format!("{name}_page"), pretty(&page.generic));
}
