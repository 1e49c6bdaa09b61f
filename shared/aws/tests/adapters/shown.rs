//! Updates of DynamoDB as text, for snapshots.

use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::AttributeValue;

/// Everything that an update asks for, but the time at which its item expires.
pub(crate) fn show(update: &UpdateItemInput) -> String {
    let mut lines = vec![
        format!("table {}", update.table_name().unwrap_or("none")),
        update.update_expression().unwrap_or("no expression").to_owned(),
    ];
    lines.extend(update.condition_expression().map(|condition| format!("if {condition}")));
    lines.push(format!(
        "answer {}, {} on a failed condition",
        update.return_values().map_or("nothing", |values| values.as_str()),
        update.return_values_on_condition_check_failure().map_or("nothing", |values| values.as_str()),
    ));
    let mut named: Vec<String> = Vec::new();
    let names = update.expression_attribute_names().into_iter().flatten();
    named.extend(names.map(|(name, stands_for)| format!("{name} is {stands_for}")));
    let values = update.expression_attribute_values().into_iter().flatten();
    let values = values.filter(|(name, _)| *name != ":expires_at");
    named.extend(values.map(|(name, value)| format!("{name} is {}", text_of(value))));
    named.extend(update.key().into_iter().flatten().map(|(name, value)| format!("key {name} is {}", text_of(value))));
    named.sort();
    lines.extend(named);
    lines.join("\n")
}

/// A value as text.
pub(crate) fn text_of(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(number) => number.clone(),
        AttributeValue::Ss(texts) => format!("{{{}}}", texts.join(", ")),
        other => format!("{other:?}"),
    }
}
