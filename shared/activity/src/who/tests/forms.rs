//! What people, programs and spreadsheets get.

use super::*;

#[test]
fn table_of_a_secret() {
    insta::assert_snapshot!(table(&ask("prod/payroll/db", &day()), None));
}

#[test]
fn table_of_a_role() {
    insta::assert_snapshot!(table(&ask("reporting", &day()), None));
}

#[test]
fn table_of_nothing() {
    insta::assert_snapshot!(table(&ask("prod/payrol/db", &day()), None));
}

#[test]
fn table_in_a_narrow_terminal() {
    let text = table(&ask("prod/payroll/db", &day()), Some(100));
    let table = text.lines().filter(|line| line.starts_with(['│', '┌', '╞', '└']));
    assert!(table.clone().count() > 3 && table.clone().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn json_of_a_secret() {
    // Through a value, so that the order of members depends on nothing.
    let value: serde_json::Value = serde_json::to_value(ask("prod/payroll/db", &day())).unwrap();
    insta::assert_json_snapshot!(sorted(value));
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => {
            let sorted: std::collections::BTreeMap<_, _> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            sorted.into_iter().collect()
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[test]
fn csv_of_a_role() {
    insta::assert_snapshot!(csv(&ask("reporting", &day())).unwrap());
}

#[test]
fn lines_are_json_and_tell_all_rows() {
    let answer = ask("reporting", &day());
    let lines = ndjson(&answer).unwrap();
    let values: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds = |kind: &str| values.iter().filter(|value| value["kind"] == kind).count();
    let part = answer.used.as_ref().unwrap();
    assert_eq!((kinds("answer"), kinds("row"), kinds("access")), (1, part.rows.len(), part.recent.len()));
    assert_eq!(kinds("note"), answer.notes.len());
    assert_eq!(values[1]["row_kind"], "secret");
}

#[test]
fn nothing_of_a_log_is_a_formula_or_a_command() {
    let evil = [Call { session: "=HYPERLINK(1)\u{1b}[2J\u{202e}\u{9b}", ..Call::default() }];
    let answer = of("prod/payroll/db", &evil);
    let text = csv(&answer).unwrap();
    assert!(text.contains(",'=HYPERLINK(1)\u{fffd}[2J\u{fffd}\u{fffd} 1,"), "{text}");
    let is_harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!table(&answer, None).contains(is_harmful));
    assert!(!ndjson(&answer).unwrap().contains(|c: char| c.is_control() && c != '\n'));
}
