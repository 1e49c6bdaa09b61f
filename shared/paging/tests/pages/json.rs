//! The forms that programs read, whole, for each kind of page. The snapshots are in `snapshots/`.

use insta::assert_snapshot;
use serde_json::Value;
use test_case::test_case;

use crate::support::of;

/// Without the mail, which other tests compare.
fn pretty(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    value.as_object_mut().unwrap().remove("text");
    serde_json::to_string_pretty(&value).unwrap()
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
fn snapshots(name: &str) {
    let page = of(name);
    assert_snapshot!(format!("{name}_chat"), pretty(&page.chat));
    assert_snapshot!(format!("{name}_page"), pretty(&page.generic));
}
