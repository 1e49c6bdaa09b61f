//! Everything that releasing needs, and how one invocation goes.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use portcullis_aws::{Accounts, DynamoLedger, IamLift, IamReader, MemberRole, Queue, SdkConfig, SnsPager, StopObject};
use portcullis_domain::{AccountId, error_chain};
use portcullis_lambda::{Configuration, Evidence, FunctionError, Metric, Metrics};
use portcullis_paging::PageContext;
use portcullis_response::{About, Action, Answer, Chain as _, Notice, Releaser, ThrowSwitch as _, Thrown};
use portcullis_settings::Settings;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::answer::{answered, failed, released};
use crate::request::{Asked, Request};

/// Everything that releasing needs.
pub(crate) struct Release {
    pub(crate) ledger: DynamoLedger,
    pub(crate) findings: Queue,
    pub(crate) switch: StopObject,
    pub(crate) evidence: Evidence,
    pub(crate) configuration: Mutex<Configuration<Settings>>,
    pub(crate) member: Option<MemberRole>,
    pub(crate) config: SdkConfig,
    pub(crate) topic: String,
    pub(crate) runbook: String,
    pub(crate) stack: String,
}

impl Release {
    /// Answers with what was done, and what could not be.
    pub(crate) async fn handle(&self, request: Request, function: &str) -> Result<Value, FunctionError> {
        let home = function.split(':').nth(4).and_then(|id| id.parse::<AccountId>().ok());
        let accounts = Arc::new(Accounts::new(&self.config, home.clone(), self.member.clone()));
        let (identities, undo) = (IamReader::new(Arc::clone(&accounts)), IamLift::new(accounts));
        let context = PageContext::new(&self.stack).with_runbook(&self.runbook);
        let pager = SnsPager::new(&self.config, self.topic().await, context);
        let releaser = Releaser {
            ledger: &self.ledger,
            identities: &identities,
            undo: &undo,
            nudge: &self.findings,
            pager: &pager,
        };
        let mut metrics = Metrics::new(&self.stack);
        let answer = self.serve(request, &releaser, home.as_ref(), &mut metrics).await;
        match self.evidence.keep(&self.ledger).await {
            Ok(0) => {}
            Ok(kept) => metrics.count(Metric::EVIDENCE_KEPT, &[], kept),
            Err(_) => metrics.count(Metric::EVIDENCE_FAILED, &[], 1),
        }
        metrics.print(Timestamp::now());
        answer
    }

    async fn serve(
        &self,
        request: Request,
        releaser: &Releaser<'_>,
        home: Option<&AccountId>,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        let now = Timestamp::now();
        match request {
            Request::Expire(false) => Ok(json!({"released": [], "failed": []})),
            Request::Expire(true) => self.expire(releaser, now, metrics).await,
            Request::Release { principal, asked: Asked { by, reason } } => {
                let result = releaser.release(&principal, &by, &reason, now).await;
                Ok(match result {
                    Ok(report) => json!({"released": [released(&report, metrics)], "failed": []}),
                    Err(error) => json!({"released": [], "failed": [failed(&error, metrics)]}),
                })
            }
            Request::Extend { principal, hours, asked: Asked { by, reason } } => {
                let further = SignedDuration::from_hours(i64::from(hours));
                Ok(match releaser.extend(&principal, further, &by, &reason, now).await {
                    Ok(report) => {
                        metrics.count(Metric::EXTENSIONS, &[], 1);
                        let quarantine = &report.quarantine;
                        json!({"extended": [{
                            "principal": quarantine.target.arn(),
                            "until": quarantine.until,
                            "page_error": report.page_error,
                        }], "failed": []})
                    }
                    Err(error) => json!({"extended": [], "failed": [{"error": error_chain(&error)}]}),
                })
            }
            Request::Approve { finding, asked } => {
                Ok(answered(releaser.answer(&finding, Answer::Approve, &asked.by, &asked.reason, now).await))
            }
            Request::Reject { finding, asked } => {
                Ok(answered(releaser.answer(&finding, Answer::Reject, &asked.by, &asked.reason, now).await))
            }
            Request::Stop(asked) => self.throw(true, asked, releaser, home, metrics).await,
            Request::Resume(asked) => self.throw(false, asked, releaser, home, metrics).await,
        }
    }

    /// Lifts whatever has expired and ends the questions whose time is over. Nobody reads the answer to a schedule: failing
    /// makes the alarm ring. The next sweep tries again in any case.
    async fn expire(
        &self,
        releaser: &Releaser<'_>,
        now: Timestamp,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        let asks = releaser.sweep_asks(now).await;
        let results = releaser.release_expired(now).await;
        let results = results.map_err(|error| FunctionError::Retryable(error_chain(&error)))?;
        let (mut done, mut left) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(report) => done.push(released(&report, metrics)),
                Err(error) => left.push(failed(&error, metrics)),
            }
        }
        let untold = done.iter().filter(|one| one.get("page_error").is_some_and(|error| !error.is_null())).count();
        if untold > 0 {
            left.push(json!({"error": format!("{untold} were released, and on-call could not be told")}));
        }
        if !left.is_empty() {
            return Err(FunctionError::Retryable(format!("not all released, or not all told: {}", json!(left))));
        }
        let ended = asks.map_err(|error| FunctionError::Retryable(error_chain(&error)))?;
        Ok(json!({"released": done, "failed": left, "unanswered": ended}))
    }

    /// Throws the kill switch, writes down who did, and tells on-call.
    async fn throw(
        &self,
        stopped: bool,
        Asked { by, reason }: Asked,
        releaser: &Releaser<'_>,
        home: Option<&AccountId>,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        let thrown = Thrown { stopped, at: Timestamp::now(), by, reason };
        let Thrown { at, by, reason, .. } = &thrown;
        let stage = if stopped { "stopped" } else { "resumed" };
        let note = format!("{stage} by {by} at {at:.0}: {reason}");
        if stopped {
            self.switch.stop(&note).await?;
        } else {
            self.switch.resume().await?;
        }
        metrics.count(Metric::SWITCH, &[stage], 1);
        tracing::warn!(note, "kill switch");
        let account = home.map_or("unknown", AccountId::as_str);
        let body = json!({"by": by, "reason": reason, "at": at}).to_string();
        // The switch is thrown. That this could not be written down or told must be said, and is no reason to take it back.
        let noted = self.ledger.note(account, "control/kill-switch", stage, &body, *at).await;
        let incident = Thrown::incident(account);
        let action = if stopped { Action::Trigger } else { Action::Resolve };
        let notice = Notice { action, incident: &incident, about: About::Switch(&thrown) };
        let paged = releaser.pager.page(notice).await;
        let failed: Vec<String> = [noted.err(), paged.err()].into_iter().flatten().map(|error| error.chain()).collect();
        if !failed.is_empty() {
            tracing::error!(error = failed.join("; "), "the kill switch was thrown, and not all of it is told");
        }
        Ok(json!({"switch": stage, "errors": failed}))
    }

    /// Where to tell on-call: the settings' topic, else the stack's. A release must never wait for settings that cannot
    /// be read.
    async fn topic(&self) -> String {
        match self.configuration.lock().await.settings().await {
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
}
