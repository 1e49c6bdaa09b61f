//! On-call's side: a queue that is subscribed to the topic of the pages.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::wait::{self, Seen};
use crate::{HOME, REGION};

/// A page, as SNS delivered it to a queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The subject of the email.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// The page for programs.
    pub json: Value,
    /// The message attributes, which filter policies look at.
    pub attributes: BTreeMap<String, String>,
}

impl Page {
    /// What it does to its incident: `trigger`, `update` or `resolve`.
    pub fn action(&self) -> &str {
        self.json.get("action").and_then(Value::as_str).unwrap_or_default()
    }

    /// The incident's key.
    pub fn incident(&self) -> &str {
        self.json.get("dedup_key").and_then(Value::as_str).unwrap_or_default()
    }

    /// The lines under `label`, without it; empty when the page has no such label.
    pub fn lines(&self, label: &str) -> Vec<&str> {
        let value = |line| str::strip_prefix(line, label).filter(|rest| rest.starts_with(' '));
        let mut lines = self.body.lines().skip_while(|line| value(line).is_none());
        let Some(first) = lines.next().and_then(value) else { return Vec::new() };
        let further = lines.take_while(|line| line.starts_with("  ")).map(str::trim);
        std::iter::once(first.trim()).chain(further).collect()
    }
}

/// Everything that was paged since the inbox was opened.
#[derive(Debug)]
pub struct Inbox {
    sqs: aws_sdk_sqs::Client,
    queue: String,
    received: Mutex<Vec<Page>>,
}

impl Inbox {
    /// Subscribes a queue to `topic`.
    ///
    /// # Errors
    ///
    /// When SQS or SNS refuses.
    pub async fn open(aws: &Aws, topic: &str) -> Result<Self> {
        let sqs = aws.sqs();
        let created = sqs.create_queue().queue_name("on-call").send().await.context("failed to create a queue")?;
        let queue = created.queue_url.context("the answer has no queue")?;
        let arn = format!("arn:aws:sqs:{REGION}:{HOME}:on-call");
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }]});
        let set = sqs.set_queue_attributes().queue_url(&queue);
        set.attributes(QueueAttributeName::Policy, policy.to_string()).send().await?;
        let subscribe = aws.sns().subscribe().topic_arn(topic).protocol("sqs").endpoint(arn);
        subscribe.send().await.context("failed to subscribe to the pages")?;
        Ok(Self { sqs, queue, received: Mutex::default() })
    }

    /// Every page so far.
    ///
    /// # Errors
    ///
    /// When the queue cannot be read or holds something else than pages.
    pub async fn all(&self) -> Result<Vec<Page>> {
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.queue).max_number_of_messages(10);
            let messages = receive.send().await?.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(self.received.lock().unwrap_or_else(PoisonError::into_inner).clone());
            }
            for message in messages {
                let page = page(message.body.as_deref().unwrap_or_default())?;
                self.received.lock().unwrap_or_else(PoisonError::into_inner).push(page);
                let handle = message.receipt_handle.unwrap_or_default();
                self.sqs.delete_message().queue_url(&self.queue).receipt_handle(handle).send().await?;
            }
        }
    }

    /// Waits for the first page that is `wanted`.
    ///
    /// # Errors
    ///
    /// When none comes.
    pub async fn wait_for(&self, what: &str, wanted: impl Fn(&Page) -> bool) -> Result<Page> {
        wait::until(what, async || {
            let pages = self.all().await?;
            let subjects = || pages.iter().map(|page| page.subject.as_str()).collect::<Vec<_>>().join("; ");
            Ok(Seen::from_option(pages.iter().find(|page| wanted(page)).cloned(), || {
                format!("{} pages: {}", pages.len(), subjects())
            }))
        })
        .await
    }
}

fn page(message: &str) -> Result<Page> {
    let envelope: Value = serde_json::from_str(message).context("a page is not SNS's JSON")?;
    let body = envelope.get("Message").and_then(Value::as_str).context("a page has no text")?;
    if let Some(alarm) = alarm(&envelope, body) {
        return Ok(alarm);
    }
    let json: Value =
        serde_json::from_str(body).with_context(|| format!("the page for programs is no JSON: {body}"))?;
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let attributes = envelope.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
    let attribute = |(name, value): (&String, &Value)| Some((name.clone(), value.get("Value")?.as_str()?.to_owned()));
    Ok(Page {
        subject: text("subject").with_context(|| format!("a page has no subject: {message}"))?,
        body: text("text").context("a page has no text")?,
        attributes: attributes.filter_map(attribute).collect(),
        json,
    })
}

/// What an alarm of the template tells by itself, which is CloudWatch's message and no page.
fn alarm(envelope: &Value, body: &str) -> Option<Page> {
    let json: Value = serde_json::from_str(body).ok().filter(|json: &Value| json.get("AlarmName").is_some())?;
    let subject = envelope.get("Subject")?.as_str()?.to_owned();
    Some(Page { subject, body: body.to_owned(), json, ..Page::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_under_a_label() {
        let body = "head\n\nWHO       a role\n          session s\nNOT DONE  y\nDONE      x\n".to_owned();
        let page = Page { body, ..Page::default() };
        assert_eq!(page.lines("WHO"), ["a role", "session s"]);
        assert_eq!(page.lines("DONE"), ["x"]);
        assert_eq!(page.lines("NOT DONE"), ["y"]);
        assert!(page.lines("UNDO").is_empty());
    }
}
