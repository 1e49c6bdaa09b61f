//! A table in memory behind a mocked client: it checks the conditions of writes as DynamoDB does, a transaction is written
//! whole or not at all, and only reads that cannot be stale are answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
use aws_smithy_types::body::SdkBody;
use portcullis_aws::DynamoLedger;

use crate::recorded::Recorded;
use crate::shown::put_of;
use crate::wire::{cancelled, json_error};

/// An item as DynamoDB has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Partition key and sort key.
type Key = (String, String);

/// All of a table, by key.
pub(crate) type Items = BTreeMap<Key, Item>;

/// What happens to the table while somebody has read the end of a chain and not yet written.
type Meanwhile = Box<dyn Fn(&mut Items) + Send>;

/// A table in memory.
#[derive(Clone, Default)]
pub(crate) struct Table {
    items: Arc<Mutex<Items>>,
    meanwhile: Arc<Mutex<Vec<Meanwhile>>>,
    /// Every write of one item that was tried.
    pub(crate) puts: Recorded<PutItemInput>,
    /// Every transaction that was tried.
    pub(crate) transactions: Recorded<TransactWriteItemsInput>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    /// The ledger in it.
    pub(crate) fn ledger(&self) -> DynamoLedger {
        let [get, query, put, transact] = [(); 4].map(|()| self.clone());
        let rules = [
            mock!(Client::get_item)
                .match_requests(|call| call.consistent_read() == Some(true) && call.table_name() == Some("ledger"))
                .then_compute_output(move |call| get.get(call)),
            mock!(Client::query)
                .match_requests(|call| call.consistent_read() == Some(true) && call.table_name() == Some("ledger"))
                .then_compute_output(move |call| query.query(call)),
            mock!(Client::put_item).then_compute_response(move |call| {
                put.puts.keep(call);
                match put.write(&[put_of(call)]) {
                    Ok(()) => MockResponse::Output(PutItemOutput::builder().build()),
                    Err(_) => refused(json_error("ConditionalCheckFailedException", "The conditional request failed")),
                }
            }),
            mock!(Client::transact_write_items).then_compute_response(move |call| {
                transact.transactions.keep(call);
                match transact.write(&puts_of(call)) {
                    Ok(()) => MockResponse::Output(TransactWriteItemsOutput::builder().build()),
                    Err(reasons) => refused(cancelled(&reasons)),
                }
            }),
        ];
        DynamoLedger::with(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &rules), "ledger")
    }

    /// After the end of a chain was read the next time, this happens before it can be written.
    pub(crate) fn meanwhile(&self, happens: impl Fn(&mut Items) + Send + 'static) {
        lock(&self.meanwhile).push(Box::new(happens));
    }

    /// Everything that is there.
    pub(crate) fn items(&self) -> Items {
        lock(&self.items).clone()
    }

    /// Puts an item there, whatever is there.
    pub(crate) fn insert(&self, item: Item) {
        lock(&self.items).insert(key(&item), item);
    }

    fn get(&self, call: &GetItemInput) -> GetItemOutput {
        let asked = key(call.key().unwrap());
        let mut items = lock(&self.items);
        let found = items.get(&asked).cloned();
        if asked.0 == "chains"
            && let Some(happens) = lock(&self.meanwhile).pop()
        {
            happens(&mut items);
        }
        GetItemOutput::builder().set_item(found).build()
    }

    fn query(&self, call: &QueryInput) -> QueryOutput {
        let values = call.expression_attribute_values().unwrap();
        let text = |name: &str| values.get(name).map(|value| value.as_s().unwrap().as_str());
        let after = match call.key_condition_expression().unwrap() {
            "pk = :pk" => "",
            "pk = :pk AND sk > :after" => text(":after").unwrap(),
            other => unreachable!("{other}"),
        };
        let limit = call.limit().map_or(usize::MAX, |limit| limit.try_into().unwrap());
        let items = self.items();
        let found = items.into_iter().filter(|((pk, sk), _)| Some(pk.as_str()) == text(":pk") && sk.as_str() > after);
        QueryOutput::builder().set_items(Some(found.take(limit).map(|(_, item)| item).collect())).build()
    }

    /// Writes all, or says of each whether its condition held.
    fn write(&self, puts: &[Put]) -> Result<(), Vec<&'static str>> {
        let mut items = lock(&self.items);
        let held: Vec<bool> = puts.iter().map(|put| holds(put, items.get(&key(put.item())))).collect();
        if held.contains(&false) {
            return Err(held.iter().map(|held| if *held { "None" } else { "ConditionalCheckFailed" }).collect());
        }
        items.extend(puts.iter().map(|put| (key(put.item()), put.item().clone())));
        Ok(())
    }
}

/// What a transaction writes, in order.
pub(crate) fn puts_of(call: &TransactWriteItemsInput) -> Vec<Put> {
    call.transact_items().iter().map(|item| item.put().unwrap().clone()).collect()
}

fn holds(put: &Put, found: Option<&Item>) -> bool {
    match put.condition_expression() {
        Some("attribute_not_exists(pk)") => found.is_none(),
        Some("#version = :expected") => {
            let name = &put.expression_attribute_names().unwrap()["#version"];
            found.is_some_and(|item| item[name] == put.expression_attribute_values().unwrap()[":expected"])
        }
        other => unreachable!("{other:?}"),
    }
}

/// An item's key. There is no other attribute in the key of a read.
fn key(item: &Item) -> Key {
    let text = |name: &str| item[name].as_s().unwrap().clone();
    (text("pk"), text("sk"))
}

fn refused<O, E>(body: String) -> MockResponse<O, E> {
    MockResponse::Http(HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body)))
}
