//! SQS batches, and what stands in for one when a function is invoked directly.

use aws_lambda_events::event::sqs::SqsEvent;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::error::FunctionError;

/// One message of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// SQS's id, which a failed message is reported by; absent when the function was invoked directly.
    pub id: Option<String>,
    /// The text.
    pub body: String,
    /// How often it has been received, this time included.
    pub receive_count: u32,
}

/// The messages of an SQS batch. Any other payload is one message by itself, so that a function can also be a direct
/// target of EventBridge, SNS, S3 or a log subscription.
pub fn split(payload: &RawValue) -> Vec<Message> {
    let batch: Option<SqsEvent> = serde_json::from_str(payload.get()).ok();
    let is_sqs = |event: &SqsEvent| {
        !event.records.is_empty()
            && event.records.iter().all(|record| record.event_source.as_deref() == Some("aws:sqs"))
    };
    match batch.filter(is_sqs) {
        Some(batch) => batch
            .records
            .into_iter()
            .map(|record| Message {
                receive_count: record
                    .attributes
                    .get("ApproximateReceiveCount")
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(1),
                id: record.message_id,
                body: record.body.unwrap_or_default(),
            })
            .collect(),
        None => vec![Message { id: None, body: payload.get().to_owned(), receive_count: 1 }],
    }
}

/// The reply to a batch: the ids of the messages to try again
/// (Lambda Developer Guide, *Implementing partial batch responses*).
///
/// # Errors
///
/// The first failure, when the function was invoked directly: then there is no id to report.
pub fn reply(results: Vec<(Message, Result<(), FunctionError>)>) -> Result<Value, FunctionError> {
    let mut failures = Vec::new();
    for (message, result) in results {
        match (message.id, result) {
            (_, Ok(())) => {}
            (Some(id), Err(error)) => {
                tracing::error!(
                    message_id = id,
                    receive_count = message.receive_count,
                    error_type = error.error_type(),
                    error = %error,
                    "message failed; it goes back to its queue"
                );
                failures.push(json!({ "itemIdentifier": id }));
            }
            (None, Err(error)) => return Err(error),
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(json: &Value) -> Vec<Message> {
        split(&RawValue::from_string(json.to_string()).unwrap())
    }

    #[test]
    fn a_batch_is_split() {
        let batch = json!({"Records": [
            {"messageId": "a", "body": "x", "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": "3"}},
            {"messageId": "b", "body": "y", "eventSource": "aws:sqs"}
        ]});
        let messages = messages(&batch);
        let seen: Vec<_> = messages.iter().map(|m| (m.id.as_deref(), m.body.as_str(), m.receive_count)).collect();
        assert_eq!(seen, [(Some("a"), "x", 3), (Some("b"), "y", 1)]);
    }

    #[test]
    fn anything_else_is_one_message() {
        for payload in
            [json!({"detail-type": "x"}), json!({"Records": [{"eventSource": "aws:s3", "s3": {}}]}), json!([])]
        {
            assert_eq!(messages(&payload), [Message { id: None, body: payload.to_string(), receive_count: 1 }]);
        }
    }

    #[test]
    fn only_failures_are_named() {
        let message = |id: &str| Message { id: Some(id.to_owned()), body: String::new(), receive_count: 1 };
        let failed = || Err(FunctionError::Rejected("no".to_owned()));
        let answer = reply(vec![(message("a"), Ok(())), (message("b"), failed())]).unwrap();
        assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "b"}]}));
        let direct = Message { id: None, body: String::new(), receive_count: 1 };
        assert!(reply(vec![(direct, failed())]).is_err(), "a direct invocation fails as a whole");
    }
}
