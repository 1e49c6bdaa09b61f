//! Roles and users seen active, in the detection table.
//!
//! | `pk` | `sk` | attributes |
//! |---|---|---|
//! | `active#ACCOUNT#YYYY-MM-DD` | `roles` | `roles` (string set of hashes), `expires_at` |
//!
//! Adding is one `UpdateItem` with `ADD` to a set, which is atomic, the same however often it is done, and the same in any
//! order (DynamoDB Developer Guide, *Update expressions*). `roles` is a reserved word and has a stand-in in every
//! expression (the same, *Reserved words in DynamoDB*).

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portcullis_domain::AccountId;
use portcullis_knowledge::{ActiveStore, Added, Day, MAX_ACTIVE, StoreError, active_days};
use portcullis_response::{CountActive, PortError, PortErrorKind};

use crate::error::{code, malformed, port_error};

/// How many days after its day began a set is kept: it is asked for on its day and the next.
const KEPT_DAYS: i64 = 3;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// The sort key of a set, and the name of its attribute.
const ROLES: &str = "roles";

/// Roles and users seen active, in DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoActive {
    client: Client,
    table: String,
}

impl DynamoActive {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, table: impl Into<String>) -> Self {
        Self::with(Client::new(config), table)
    }

    /// With a client at hand.
    pub fn with(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

fn partition(account: &AccountId, day: Day) -> AttributeValue {
    AttributeValue::S(format!("active#{account}#{day}"))
}

fn number(number: &impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn store_error(error: PortError) -> StoreError {
    StoreError { what: error.what, retryable: error.kind == PortErrorKind::Retryable, source: error.source }
}

#[async_trait]
impl ActiveStore for DynamoActive {
    async fn add(&self, account: &AccountId, day: Day, hashes: &BTreeSet<String>) -> Result<Added, StoreError> {
        // DynamoDB has no empty sets.
        if hashes.is_empty() {
            return Ok(Added::All);
        }
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", partition(account, day))
            .key("sk", AttributeValue::S(ROLES.to_owned()))
            .update_expression("ADD #roles :roles SET expires_at = :expires_at")
            // Of a set, `size` is the number of its elements (DynamoDB Developer Guide, "Condition and filter expressions,
            // operators, and functions in DynamoDB").
            .condition_expression("attribute_not_exists(#roles) OR size(#roles) <= :room")
            .expression_attribute_names("#roles", ROLES)
            .expression_attribute_values(":roles", AttributeValue::Ss(hashes.iter().cloned().collect()))
            .expression_attribute_values(":room", number(&MAX_ACTIVE.saturating_sub(hashes.len())))
            .expression_attribute_values(":expires_at", number(&day.0.saturating_add(KEPT_DAYS).saturating_mul(DAY)));
        match call.send().await {
            Ok(_) => Ok(Added::All),
            Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Ok(Added::Full),
            Err(error) => {
                let what =
                    format!("failed to write who was active in account {account} on {day} to table `{}`", self.table);
                Err(store_error(port_error(what, error)))
            }
        }
    }

    async fn count(&self, account: &AccountId, days: &[Day]) -> Result<usize, StoreError> {
        let mut seen = HashSet::new();
        for day in days {
            let what =
                || format!("failed to read who was active in account {account} on {day} from table `{}`", self.table);
            // A query of one item, which is at most one page. What was written a moment ago may be missing, which costs
            // half as much and makes the number lower at worst.
            let call = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND sk = :sk")
                .projection_expression("#roles")
                .expression_attribute_names("#roles", ROLES)
                .expression_attribute_values(":pk", partition(account, *day))
                .expression_attribute_values(":sk", AttributeValue::S(ROLES.to_owned()));
            let answer = call.send().await.map_err(|error| store_error(port_error(what(), error)))?;
            for mut item in answer.items.into_iter().flatten() {
                let Some(AttributeValue::Ss(hashes)) = item.remove(ROLES) else {
                    return Err(store_error(malformed(what(), "the item's `roles` is no set of strings")));
                };
                seen.extend(hashes);
            }
        }
        Ok(seen.len())
    }
}

#[async_trait]
impl CountActive for DynamoActive {
    async fn count_active(&self, account: &AccountId, now: Timestamp) -> Result<usize, PortError> {
        self.count(account, &active_days(now)).await.map_err(|error| PortError {
            what: error.what,
            kind: if error.retryable { PortErrorKind::Retryable } else { PortErrorKind::Refused },
            source: error.source,
        })
    }
}
