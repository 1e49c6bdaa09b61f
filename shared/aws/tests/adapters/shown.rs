//! Writes of DynamoDB as text, for snapshots.

use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::{AttributeValue, Put};

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

/// A write of one item, as a transaction has it.
pub(crate) fn put_of(call: &PutItemInput) -> Put {
    Put::builder()
        .set_table_name(call.table_name().map(str::to_owned))
        .set_item(call.item().cloned())
        .set_condition_expression(call.condition_expression().map(str::to_owned))
        .set_expression_attribute_names(call.expression_attribute_names().cloned())
        .set_expression_attribute_values(call.expression_attribute_values().cloned())
        .build()
        .unwrap()
}

/// Everything about the write of an item but its JSON.
pub(crate) fn show_put(put: &Put) -> String {
    let condition = put.condition_expression().unwrap_or("anything");
    let mut lines = vec![format!("table {}", put.table_name()), format!("if {condition}")];
    let names = put.expression_attribute_names().into_iter().flatten();
    lines.extend(names.map(|(name, stands_for)| format!("where {name} is {stands_for}")));
    let values = put.expression_attribute_values().into_iter().flatten();
    lines.extend(values.map(|(name, value)| format!("where {name} is {}", text_of(value))));
    let attributes = put.item().iter().filter(|(name, _)| *name != "item");
    let mut attributes: Vec<String> = attributes.map(|(name, value)| format!("{name} = {}", text_of(value))).collect();
    attributes.sort();
    lines.extend(attributes);
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
