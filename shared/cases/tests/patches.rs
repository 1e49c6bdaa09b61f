//! Merge patches and paths, on which every case rests.

#![cfg(test)]

use portcullis_cases::{merge, set};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use test_case::test_case;

// RFC 7396, appendix A.
#[test_case(&json!({"a":"b"}), &json!({"a":"c"}), &json!({"a":"c"}))]
#[test_case(&json!({"a":"b"}), &json!({"b":"c"}), &json!({"a":"b","b":"c"}))]
#[test_case(&json!({"a":"b"}), &json!({"a":null}), &json!({}))]
#[test_case(&json!({"a":"b","b":"c"}), &json!({"a":null}), &json!({"b":"c"}))]
#[test_case(&json!({"a":["b"]}), &json!({"a":"c"}), &json!({"a":"c"}))]
#[test_case(&json!({"a":"c"}), &json!({"a":["b"]}), &json!({"a":["b"]}))]
#[test_case(&json!({"a":{"b":"c"}}), &json!({"a":{"b":"d","c":null}}), &json!({"a":{"b":"d"}}))]
#[test_case(&json!({"a":[{"b":"c"}]}), &json!({"a":[1]}), &json!({"a":[1]}))]
#[test_case(&json!(["a","b"]), &json!(["c","d"]), &json!(["c","d"]))]
#[test_case(&json!({"a":"b"}), &json!(["c"]), &json!(["c"]))]
#[test_case(&json!({"a":"foo"}), &json!(null), &json!(null))]
#[test_case(&json!({"a":"foo"}), &json!("bar"), &json!("bar"))]
#[test_case(&json!({"e":null}), &json!({"a":1}), &json!({"e":null,"a":1}))]
#[test_case(&json!([1,2]), &json!({"a":"b","c":null}), &json!({"a":"b"}))]
#[test_case(&json!({}), &json!({"a":{"bb":{"ccc":null}}}), &json!({"a":{"bb":{}}}))]
fn merge_patch(target: &Value, patch: &Value, expected: &Value) {
    let mut merged = target.clone();
    merge(&mut merged, patch);
    assert_eq!(merged, *expected);
}

/// JSON without null, since a patch cannot say that a member is null.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0..9).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The patch that leads from one value to another.
fn difference(from: &Value, to: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (from, to) else { return to.clone() };
    let mut patch = Map::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(value)) {
        patch.insert(name.clone(), old.get(name).map_or_else(|| value.clone(), |old| difference(old, value)));
    }
    Value::Object(patch)
}

proptest! {
    #[test]
    fn a_patch_leads_where_it_was_meant_to(from in json(), to in json()) {
        let mut merged = from.clone();
        merge(&mut merged, &difference(&from, &to));
        prop_assert_eq!(merged, to);
    }

    #[test]
    fn a_patch_applied_twice_is_applied_once(target in json(), patch in json()) {
        let mut once = target;
        merge(&mut once, &patch);
        let mut twice = once.clone();
        merge(&mut twice, &patch);
        prop_assert_eq!(once, twice);
    }
}

#[test_case("a.b", &Ok(json!({"a": {"b": 1, "list": [{"x": 2}]}})))]
#[test_case("a.list.0.x", &Ok(json!({"a": {"list": [{"x": 1}]}})))]
#[test_case("new.on.the.way", &Ok(json!({"a": {"list": [{"x": 2}]}, "new": {"on": {"the": {"way": 1}}}})))]
#[test_case("a.list.1.x", &Err("`a.list.1.x`: the list has no element 1".to_owned()))]
fn set_by_path(path: &str, expected: &Result<Value, String>) {
    let mut value = json!({"a": {"list": [{"x": 2}]}});
    assert_eq!(set(&mut value, path, json!(1)).map(|()| value), *expected);
}
