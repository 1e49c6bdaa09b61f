//! What operators do with a deployment: who is contained, lift or extend that, answer a question, throw the kill switch,
//! verify the ledger, bring the alarms up to date. All that changes something is asked of the function that alone may: of
//! `release`, and for alarms of `alarms`.

pub(crate) mod alarms;
pub(crate) mod answer;
pub(crate) mod extend;
pub(crate) mod ledger;
pub(crate) mod release;
pub(crate) mod status;
pub(crate) mod switch;

use anyhow::{Context as _, Result};
use portcullis_aws::{SdkConfig, caller_arn, invoke, load};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws_error;

/// Which deployment.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Place {
    /// The stack that Portcullis is deployed as
    #[arg(long, default_value = "portcullis", env = "PORTCULLIS_STACK")]
    pub(crate) stack: String,
    /// The Region it is deployed in [default: as the AWS CLI finds it]
    #[arg(long)]
    pub(crate) region: Option<String>,
}

impl Place {
    pub(crate) async fn config(&self) -> SdkConfig {
        load(self.region.as_deref()).await
    }
}

/// Why an operator does something: it is evidence, and somebody will read it in an audit.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Why {
    /// Why; kept in the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(crate) reason: String,
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say why, in a few words".to_owned()) } else { Ok(text.to_owned()) }
}

/// What the release function could not do.
#[derive(Debug, Deserialize)]
pub(crate) struct Failed {
    pub(crate) error: String,
}

/// Asks the release function for `what`, in the name of whoever holds the credentials.
pub(crate) async fn ask<T: DeserializeOwned>(place: &Place, what: &str, why: &Why, mut request: Value) -> Result<T> {
    let config = place.config().await;
    let by = caller_arn(&config).await.map_err(aws_error)?;
    if let Value::Object(members) = &mut request {
        members.insert("by".to_owned(), json!(by));
        members.insert("reason".to_owned(), json!(why.reason));
    }
    let function = format!("{}-release", place.stack);
    let answer = invoke(&config, &function, json!({ what: request }).to_string()).await.map_err(aws_error)?;
    serde_json::from_slice(&answer)
        .with_context(|| format!("`{function}` answered something else: {}", String::from_utf8_lossy(&answer)))
}
