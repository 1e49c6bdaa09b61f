//! Calls on tables: who keeps the ledger, who remembers, and that nobody does the other's part.

use anyhow::Result;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, Delete, KeySchemaElement, KeyType,
    KeysAndAttributes, Put, PutRequest, ScalarAttributeType, TransactWriteItem, Update, WriteRequest,
};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::World;

use crate::table::Table;

/// A table that has nothing to do with Portcullis.
const STRANGE: &str = "orders";

/// A partition that nothing reads.
const NOWHERE: &str = "note";

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

async fn put(client: &Client, table: &str) -> Outcome {
    let call = client.put_item().table_name(table).item("pk", text(NOWHERE)).item("sk", text("x"));
    Outcome::of(call.send().await)
}

async fn transact(client: &Client, item: TransactWriteItem) -> Outcome {
    Outcome::of(client.transact_write_items().transact_items(item).send().await)
}

async fn transact_put(client: &Client, table: &str) -> Result<Outcome> {
    let put = Put::builder().table_name(table).item("pk", text(NOWHERE)).item("sk", text("x")).build()?;
    Ok(transact(client, TransactWriteItem::builder().put(put).build()).await)
}

async fn transact_check(client: &Client, table: &str) -> Result<Outcome> {
    let check = ConditionCheck::builder().table_name(table).key("pk", text("quarantine")).key("sk", text("x"));
    let check = check.condition_expression("attribute_not_exists(pk)").build()?;
    Ok(transact(client, TransactWriteItem::builder().condition_check(check).build()).await)
}

async fn transact_update(client: &Client, table: &str) -> Result<Outcome> {
    let update = Update::builder().table_name(table).key("pk", text("quarantine")).key("sk", text("x"));
    let update = update.update_expression("SET note = :note").expression_attribute_values(":note", text("was here"));
    Ok(transact(client, TransactWriteItem::builder().update(update.build()?).build()).await)
}

async fn transact_delete(client: &Client, table: &str) -> Result<Outcome> {
    let delete = Delete::builder().table_name(table).key("pk", text("quarantine")).key("sk", text("x")).build()?;
    Ok(transact(client, TransactWriteItem::builder().delete(delete).build()).await)
}

/// Whatever removes or replaces what is in a table, or the table itself.
async fn destroy(table: &mut Table, client: &Client, name: &str) -> Result<()> {
    let delete = client.delete_item().table_name(name).key("pk", text("quarantine")).key("sk", text("x"));
    table.call(&format!("delete from {name}"), delete.send().await);
    table.add(&format!("delete from {name} in a transaction"), transact_delete(client, name).await?);
    let item = PutRequest::builder().item("pk", text("quarantine")).item("sk", text("x")).build()?;
    let write = vec![WriteRequest::builder().put_request(item).build()];
    table
        .call(&format!("write a batch into {name}"), client.batch_write_item().request_items(name, write).send().await);
    let statement = format!("DELETE FROM \"{name}\" WHERE pk = 'quarantine' AND sk = 'x'");
    table.call(&format!("delete from {name} by PartiQL"), client.execute_statement().statement(statement).send().await);
    table.call(&format!("scan {name}"), client.scan().table_name(name).send().await);
    table.call(&format!("delete {name}"), client.delete_table().table_name(name).send().await);
    Ok(())
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
    for (what, partition) in [
        ("a finding", "finding#F-0123456789abcdef"),
        ("an incident", "incident"),
        ("a question", "ask"),
        ("who may be contained yet", "control"),
        ("the chain", "chain#111122223333"),
        ("the ends of the chains", "chains"),
    ] {
        table.add(&format!("look up {what}"), query(client, ledger, partition).await);
    }
    table.add("look up a quarantine by its key", batch_get(client, &[ledger]).await?);
    table.add("look it up beside its own", batch_get(client, &[own, ledger]).await?);
    table.add("change a quarantine", update(client, ledger, "quarantine").await);
    table.add("change a finding", update(client, ledger, "finding#F-0123456789abcdef").await);
    table.add("change a quarantine in a transaction", transact_update(client, ledger).await?);
    table.add("change another table", update(client, STRANGE, "x").await);
    table.add("look into another table", query(client, STRANGE, "quarantine").await);
    table.add("look up in another table", batch_get(client, &[STRANGE]).await?);
    for name in [own, ledger, STRANGE] {
        table.add(&format!("put into {name}"), put(client, name).await);
        table.add(&format!("put into {name} in a transaction"), transact_put(client, name).await?);
        destroy(table, client, name).await?;
    }
    Ok(vec!["remember", "look up a window", "look up what was seen", "see who is in quarantine"])
}

/// What a function that keeps the ledger tries on it. Answers with the names of the calls that it may make: items are
/// written whole.
pub(crate) async fn as_keeper(table: &mut Table, world: &World, who: &Aws) -> Result<Vec<&'static str>> {
    let (client, ledger) = (&who.dynamodb(), world.stack.output("LedgerTable")?);
    let get = client.get_item().table_name(ledger).key("pk", text("quarantine")).key("sk", text("x"));
    table.call("look up a quarantine", get.send().await);
    table.add("look up all quarantines", query(client, ledger, "quarantine").await);
    table.add("write an item", put(client, ledger).await);
    table.add("write an item in a transaction", transact_put(client, ledger).await?);
    table.add("check an item in a transaction", transact_check(client, ledger).await?);
    table.add("change a part of an item", update(client, ledger, "quarantine").await);
    table.add("change a part of an item in a transaction", transact_update(client, ledger).await?);
    table.add("look up a batch", batch_get(client, &[ledger]).await?);
    destroy(table, client, ledger).await?;
    Ok(vec!["look up a quarantine", "look up all quarantines", "write an item", "write an item in a transaction"])
}

/// What a function tries on other tables than the ledger. It may see these partitions of the detection table, and nothing
/// else.
pub(crate) async fn beside_the_ledger(
    table: &mut Table,
    world: &World,
    who: &Aws,
    seen: &[&str],
) -> Result<Vec<&'static str>> {
    let client = &who.dynamodb();
    strange_table(world).await?;
    let detection = world.stack.output("DetectionTable")?;
    for partition in seen {
        table.add("see who was active", query(client, detection, partition).await);
    }
    for name in [detection, STRANGE] {
        table.add(&format!("change {name}"), update(client, name, "actor#111122223333#x").await);
        for partition in ["quarantine", "window#x", "actor#111122223333#x"] {
            table.add(&format!("look into {partition} of {name}"), query(client, name, partition).await);
        }
        let get = client.get_item().table_name(name).key("pk", text("active#111122223333#x")).key("sk", text("roles"));
        table.call(&format!("look up in {name}"), get.send().await);
        table.add(&format!("put into {name}"), put(client, name).await);
        table.add(&format!("put into {name} in a transaction"), transact_put(client, name).await?);
        destroy(table, client, name).await?;
    }
    Ok(if seen.is_empty() { Vec::new() } else { vec!["see who was active"] })
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
