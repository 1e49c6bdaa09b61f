//! What `release` is asked: lift whatever has expired, or one principal's quarantine.

use jiff::Timestamp;
use portcullis_aws::{DynamoLedger, IamRelease, SdkConfig, SnsPager};
use portcullis_domain::error_chain;
use portcullis_lambda::{Configuration, FunctionError, Metric, Metrics};
use portcullis_paging::PageContext;
use portcullis_response::{Detached, ReleaseError, ReleaseReport, Releaser};
use portcullis_settings::Settings;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// `{"expire": true}`: lift every quarantine whose deadline has passed. Sent by the schedule.
    Expire(bool),
    /// `{"release": {"principal": …, "by": …, "reason": …}}`: lift this one. Sent by `portcullis release`.
    Release {
        /// An ARN, or a name where it is the only one.
        principal: String,
        /// Who asks, as they name themselves. Lambda does not tell; CloudTrail has who invoked the function.
        by: String,
        /// Why.
        reason: String,
    },
}

/// Everything that releasing needs.
pub(crate) struct Release {
    pub(crate) ledger: DynamoLedger,
    pub(crate) lift: IamRelease,
    pub(crate) configuration: Option<Mutex<Configuration<Settings>>>,
    pub(crate) config: SdkConfig,
    pub(crate) topic: String,
    pub(crate) stack: String,
}

impl Release {
    /// Answers with who was released and who could not be.
    pub(crate) async fn handle(&self, request: Request) -> Result<Value, FunctionError> {
        let pager = SnsPager::new(&self.config, self.topic().await, PageContext { stack: self.stack.clone() });
        let releaser = Releaser { ledger: &self.ledger, lift: &self.lift, pager: &pager };
        let now = Timestamp::now();
        let by_schedule = matches!(request, Request::Expire(_));
        let results = match request {
            Request::Expire(false) => Vec::new(),
            Request::Expire(true) => {
                releaser.release_expired(now).await.map_err(|error| FunctionError::Retryable(error_chain(&error)))?
            }
            Request::Release { principal, by, reason } => vec![releaser.release(&principal, &by, &reason, now).await],
        };
        let mut metrics = Metrics::new(&self.stack);
        let (mut released, mut failed) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(report) => released.push(self.released(&report, &mut metrics)),
                Err(error) => failed.push(Self::failed(&error, &mut metrics)),
            }
        }
        metrics.print(now);
        // Nobody reads the answer to a schedule: failing makes the alarm ring. The next sweep tries again in any case.
        if by_schedule && !failed.is_empty() {
            return Err(FunctionError::Retryable(format!("not released at their deadline: {}", json!(failed))));
        }
        Ok(json!({ "released": released, "failed": failed }))
    }

    /// Where to tell on-call: the settings' topic, else the stack's. A release must never wait for settings that cannot
    /// be read.
    async fn topic(&self) -> String {
        let Some(configuration) = &self.configuration else { return self.topic.clone() };
        match configuration.lock().await.settings().await {
            Ok(settings) => {
                let topic = settings.paging.topic.as_ref().map(|topic| topic.as_str().to_owned());
                topic.unwrap_or_else(|| self.topic.clone())
            }
            Err(error) => {
                tracing::warn!(error = %error, topic = self.topic, "settings cannot be read; telling the stack's topic");
                self.topic.clone()
            }
        }
    }

    fn released(&self, report: &ReleaseReport, metrics: &mut Metrics) -> Value {
        let detached = match report.detached {
            Detached::Detached => "detached",
            Detached::WasNotAttached => "was-not-attached",
            Detached::NoSuchPrincipal => "no-such-principal",
        };
        metrics.count(Metric::RELEASES, &[detached], 1);
        let principal = report.quarantine.target.arn();
        tracing::info!(principal, detached, stack = self.stack, "released");
        if let Some(error) = &report.page_error {
            tracing::error!(principal, error, "released, but on-call could not be told");
        }
        json!({"principal": principal, "detached": detached, "page_error": report.page_error})
    }

    fn failed(error: &ReleaseError, metrics: &mut Metrics) -> Value {
        metrics.count(Metric::RELEASES, &["failed"], 1);
        let text = error_chain(error);
        tracing::error!(error = text, "not released");
        json!({ "error": text })
    }
}
