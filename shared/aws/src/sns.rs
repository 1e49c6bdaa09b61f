//! Pages over SNS.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use portcullis_paging::{PageContext, render};
use portcullis_response::{Notice, Pager, PortError};

use crate::error::{malformed, port_error};

/// Publishes pages to a topic.
#[derive(Clone, Debug)]
pub struct SnsPager {
    client: Client,
    topic: String,
    context: PageContext,
}

impl SnsPager {
    /// With a client of its own.
    pub fn new(config: &SdkConfig, topic: impl Into<String>, context: PageContext) -> Self {
        Self::with(Client::new(config), topic, context)
    }

    /// With a client at hand.
    pub fn with(client: Client, topic: impl Into<String>, context: PageContext) -> Self {
        Self { client, topic: topic.into(), context }
    }
}

#[async_trait]
impl Pager for SnsPager {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let what = || format!("failed to publish a page to topic `{}`", self.topic);
        let page = render(notice, &self.context);
        let mut call = self.client.publish().topic_arn(&self.topic).message(page.message()).message_structure("json");
        call = call.subject(page.subject);
        for (name, value) in page.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            call = call.message_attributes(name, value.map_err(|error| malformed(what(), error))?);
        }
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        answer.message_id.ok_or_else(|| malformed(what(), "the answer has no message id"))
    }
}
