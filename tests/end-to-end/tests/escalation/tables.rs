//! Calls on tables: who keeps the ledger, who remembers, and that nobody does the other's part.

use anyhow::Result;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes,
    ScalarAttributeType, TransactWriteItem, Update,
};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::World;

use crate::Table;

/// A table that has nothing to do with Portcullis.
const STRANGE: &str = "orders";

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

async fn update(client: &Client, table: &str, partition: &str) -> Outcome {
    let call = client.update_item().table_name(table).key("pk", text(partition)).key("sk", text("intruder"));
    let call = call.update_expression("SET note = :note").expression_attribute_values(":note", text("was here"));
    Outcome::of(call.send().await)
}

async fn query(client: &Client, table: &str, partition: &str) -> Outcome {
    let call = client.query().table_name(table).key_condition_expression("pk = :pk");
    Outcome::of(call.expression_attribute_values(":pk", text(partition)).send().await)
}

async fn batch_get(client: &Client, tables: &[&str]) -> Result<Outcome> {
    let mut call = client.batch_get_item();
    for table in tables {
        let key = [("pk".to_owned(), text("quarantine")), ("sk".to_owned(), text("x"))].into();
        call = call.request_items(*table, KeysAndAttributes::builder().keys(key).build()?);
    }
    Ok(Outcome::of(call.send().await))
}

async fn transact_update(client: &Client, table: &str) -> Result<Outcome> {
    let update = Update::builder().table_name(table).key("pk", text("quarantine")).key("sk", text("x"));
    let update = update.update_expression("SET note = :note").expression_attribute_values(":note", text("was here"));
    let item = TransactWriteItem::builder().update(update.build()?).build();
    Ok(Outcome::of(client.transact_write_items().transact_items(item).send().await))
}

/// Whatever removes or replaces what is in a table, or the table itself.
async fn destroy(table: &mut Table, client: &Client, name: &str) {
    let key = |call: aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder| {
        call.key("pk", text("quarantine")).key("sk", text("x"))
    };
    table.call(&format!("delete from {name}"), key(client.delete_item().table_name(name)).send().await);
    let put = client.put_item().table_name(name).item("pk", text("quarantine")).item("sk", text("x"));
    table.call(&format!("put into {name}"), put.send().await);
    let statement = format!("DELETE FROM \"{name}\" WHERE pk = 'quarantine' AND sk = 'x'");
    table.call(&format!("delete from {name} by PartiQL"), client.execute_statement().statement(statement).send().await);
    table.call(&format!("scan {name}"), client.scan().table_name(name).send().await);
    table.call(&format!("delete {name}"), client.delete_table().table_name(name).send().await);
}

/// What detect's role tries on tables. Answers with the names of the calls that it may make.
pub(crate) async fn as_detect(table: &mut Table, world: &World, who: &Aws) -> Result<Vec<&'static str>> {
    let client = &who.dynamodb();
    let (own, ledger) = (world.stack.output("DetectionTable")?, world.stack.output("LedgerTable")?);
    strange_table(world).await?;
    table.add("remember", update(client, own, "actor#111122223333#x").await);
    table.add("look up a window", query(client, own, "window#x").await);
    table.add("look up what was seen", batch_get(client, &[own]).await?);
    table.add("see who is in quarantine", query(client, ledger, "quarantine").await);
    table.add("look up a finding", query(client, ledger, "finding#F-0123456789abcdef").await);
    table.add("look up when somebody was paged", query(client, ledger, "page#trail-stopped-or-blinded").await);
    table.add("look up a quarantine by its key", batch_get(client, &[ledger]).await?);
    table.add("look it up beside its own", batch_get(client, &[own, ledger]).await?);
    table.add("change a quarantine", update(client, ledger, "quarantine").await);
    table.add("change a finding", update(client, ledger, "finding#F-0123456789abcdef").await);
    table.add("change a quarantine in a transaction", transact_update(client, ledger).await?);
    table.add("change another table", update(client, STRANGE, "x").await);
    table.add("look into another table", query(client, STRANGE, "quarantine").await);
    table.add("look up in another table", batch_get(client, &[STRANGE]).await?);
    for name in [own, ledger, STRANGE] {
        destroy(table, client, name).await;
    }
    Ok(vec!["remember", "look up a window", "look up what was seen", "see who is in quarantine"])
}

/// What a function that keeps the ledger tries on other tables. None of it is allowed.
pub(crate) async fn beside_the_ledger(table: &mut Table, world: &World, who: &Aws) -> Result<()> {
    let client = &who.dynamodb();
    strange_table(world).await?;
    for name in [world.stack.output("DetectionTable")?, STRANGE] {
        table.add(&format!("change {name}"), update(client, name, "actor#111122223333#x").await);
        table.add(&format!("look into {name}"), query(client, name, "quarantine").await);
        destroy(table, client, name).await;
    }
    Ok(())
}

async fn strange_table(world: &World) -> Result<()> {
    let attribute =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let create = world.root.dynamodb().create_table().table_name(STRANGE).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute("pk").build()?).attribute_definitions(attribute("sk").build()?);
    create.key_schema(key("pk", KeyType::Hash)?).key_schema(key("sk", KeyType::Range)?).send().await?;
    Ok(())
}
