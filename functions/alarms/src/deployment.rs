//! CloudFormation's request for a custom resource, and the answer to it.
//!
//! Source: CloudFormation User Guide, *Custom resource request objects* and *Custom resource response objects*.

use std::time::Duration;

use portcullis_aws::{Https, HttpsUrl};
use portcullis_domain::error_chain;
use portcullis_lambda::FunctionError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The longest reason that is sent: an answer has at most 4,096 bytes.
const LONGEST: usize = 1_000;

/// How often the answer is tried to be sent.
const TRIES: u32 = 3;

/// How long one try may take.
const TRY: Duration = Duration::from_secs(8);

/// What becomes of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    Create,
    Update,
    Delete,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Deployment {
    pub(crate) request_type: Kind,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Well enough to go on; with what is to be known.
    Success(String),
    /// Not at all, for this reason.
    Failed(String),
}

impl Deployment {
    pub(crate) fn parse(value: Value) -> serde_json::Result<Self> {
        serde_json::from_value(value)
    }

    /// Whether it is about the stack of that name: `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
    pub(crate) fn is_of(&self, stack: &str) -> bool {
        self.stack_id.split('/').nth(1) == Some(stack)
    }

    /// The answer. The resource keeps one id for its whole life: with another one CloudFormation would delete what the
    /// former stood for.
    pub(crate) fn answer(&self, stack: &str, status: &Status, data: &Map<String, Value>) -> Value {
        let (word, reason) = match status {
            Status::Success(reason) => ("SUCCESS", reason),
            Status::Failed(reason) => ("FAILED", reason),
        };
        let id = self.physical_resource_id.clone().unwrap_or_else(|| format!("{stack}-alarms"));
        json!({
            "Status": word,
            "Reason": reason.chars().take(LONGEST).collect::<String>(),
            "PhysicalResourceId": id,
            "StackId": self.stack_id,
            "RequestId": self.request_id,
            "LogicalResourceId": self.logical_resource_id,
            "Data": data,
        })
    }

    /// Sends the answer.
    ///
    /// # Errors
    ///
    /// When it could not be sent. CloudFormation waits for it, and in the end gives up.
    pub(crate) async fn send(&self, https: &Https, answer: &Value) -> Result<(), FunctionError> {
        let url: HttpsUrl = self.response_url.parse().map_err(|_| {
            FunctionError::Rejected(
                "CloudFormation's request has no address to answer to that may be put to".to_owned(),
            )
        })?;
        let mut last = String::new();
        for tried in 1..=TRIES {
            match https.put_signed(&url, answer.to_string(), TRY).await {
                Ok(said) if (200..300).contains(&said.status) => return Ok(()),
                Ok(said) => last = format!("S3 answered {}", said.status),
                Err(error) => last = error_chain(&error),
            }
            tracing::warn!(tried, why = last, "CloudFormation was not answered");
            tokio::time::sleep(Duration::from_secs(tried.into())).await;
        }
        Err(FunctionError::Retryable(format!("CloudFormation could not be answered: {last}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, id: Option<&str>) -> Deployment {
        let mut request = json!({
            "RequestType": kind,
            "ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:gatehouse-alarms",
            "ResponseURL": "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/x?y=z",
            "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/gatehouse/0a1b2c3d",
            "RequestId": "r-1",
            "ResourceType": "Custom::PortcullisAlarms",
            "LogicalResourceId": "AlarmsReconcile",
            "ResourceProperties": {"Version": "0.1.0"},
        });
        if let Some(id) = id {
            request["PhysicalResourceId"] = json!(id);
        }
        Deployment::parse(request).unwrap()
    }

    #[test]
    fn an_answer_has_what_cloud_formation_asks_for() {
        let created = request("Create", None);
        let answer = created.answer("gatehouse", &Status::Success("made".to_owned()), &Map::new());
        let expected = json!({
            "Status": "SUCCESS", "Reason": "made", "PhysicalResourceId": "gatehouse-alarms",
            "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/gatehouse/0a1b2c3d", "RequestId": "r-1",
            "LogicalResourceId": "AlarmsReconcile", "Data": {},
        });
        assert_eq!(answer, expected);
    }

    /// Another id would have CloudFormation delete everything, once it believes that it was replaced.
    #[test]
    fn the_id_stays() {
        let updated = request("Update", Some("an older id"));
        let answer = updated.answer("gatehouse", &Status::Failed("no".to_owned()), &Map::new());
        assert_eq!((&answer["PhysicalResourceId"], &answer["Status"]), (&json!("an older id"), &json!("FAILED")));
        assert_eq!(updated.request_type, Kind::Update);
    }

    #[test]
    fn a_long_reason_is_cut() {
        let reason = Status::Failed("ü".repeat(5_000));
        let answer = request("Delete", Some("gatehouse-alarms")).answer("gatehouse", &reason, &Map::new());
        assert!(answer.to_string().len() < 4_096);
    }

    #[test]
    fn whose_it_is() {
        let created = request("Create", None);
        assert!(created.is_of("gatehouse") && !created.is_of("gate") && !created.is_of("0a1b2c3d"));
    }
}
