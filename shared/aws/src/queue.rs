//! Messages to SQS.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use portcullis_response::PortError;

use crate::error::port_error;

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
