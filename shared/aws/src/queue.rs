//! Messages to SQS.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use portcullis_domain::FindingId;
use portcullis_response::{Answered, Nudge, PortError};

use crate::error::{malformed, port_error};

/// A queue to send to.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at `url`.
    pub fn new(config: &SdkConfig, url: impl Into<String>) -> Self {
        Self { client: Client::new(config), url: url.into() }
    }

    /// Sends one message.
    ///
    /// # Errors
    ///
    /// When SQS does not take it.
    pub async fn send(&self, body: String) -> Result<(), PortError> {
        let call = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = call.send().await;
        sent.map(|_| ()).map_err(|error| port_error(format!("failed to send a message to queue `{}`", self.url), error))
    }
}

#[async_trait]
impl Nudge for Queue {
    async fn answered(&self, finding: &FindingId) -> Result<(), PortError> {
        let body = serde_json::to_string(&Answered { answered: finding.clone() });
        self.send(body.map_err(|error| malformed("failed to write a message as JSON", error))?).await
    }
}
