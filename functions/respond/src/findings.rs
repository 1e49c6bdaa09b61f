//! Findings to outcomes: decides, contains, writes down and pages, each finding once; looks after whoever is contained, and
//! pages about alarms.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AccountId, PolicyArn, error_chain};
use portcullis_lambda::{Configuration, Evidence, FunctionError, Message, Metric, Metrics, reply, split};
use portcullis_paging::PageContext;
use portcullis_response::{Deployment, Look, RespondError, Responder};
use portcullis_settings::Settings;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::message::{Said, is_round, read};
use crate::record::{caught_up, rang, record, seen};
use crate::world::World;

/// From this delivery on, an IAM that does not answer is a reason to page rather than to wait once more.
const PATIENCE: u32 = 2;

/// What one finding may take when AWS answers slowly. Less than the function's timeout, so that the first of a batch is
/// always begun.
const ONE_FINDING: SignedDuration = SignedDuration::from_secs(18);

/// Everything that responding needs.
pub(crate) struct Findings {
    pub(crate) configuration: Configuration<Settings>,
    pub(crate) world: World,
    pub(crate) deny_policy: Option<PolicyArn>,
    pub(crate) deployment: Deployment,
    pub(crate) evidence: Evidence,
    pub(crate) runbook: String,
    pub(crate) stack: String,
}

impl Findings {
    /// Handles one invocation of the function named by its ARN, which ends at `deadline`; replies with the ids of the
    /// messages that failed.
    pub(crate) async fn handle(
        &mut self,
        payload: &RawValue,
        function: &str,
        deadline: Timestamp,
    ) -> Result<Value, FunctionError> {
        let settings = self.settings().await?;
        // The account is the function's own: the fifth part of its ARN.
        let account = function.split(':').nth(4).and_then(|id| id.parse::<AccountId>().ok());
        if account.is_none() {
            return Err(FunctionError::Misconfigured(format!("`{function}` names no account to act in")));
        }
        self.world.settle(account.clone());
        let deployment = Deployment { account, ..self.deployment.clone() };
        let pager = self.world.pager(&settings, PageContext::new(&self.stack).with_runbook(&self.runbook));
        let responder = self.world.responder(&settings, &deployment, &pager);
        let responder = responder.ok_or_else(|| FunctionError::Misconfigured("the account is not known".to_owned()))?;
        let mut metrics = Metrics::new(&self.stack);
        let answer = if is_round(payload.get()) {
            round(&responder, &mut metrics).await
        } else {
            batch(&responder, payload, &self.stack, deadline, &mut metrics).await
        };
        match self.evidence.keep(&self.world.ledger).await {
            Ok(0) => {}
            Ok(kept) => metrics.count(Metric::EVIDENCE_KEPT, &[], kept),
            Err(_) => metrics.count(Metric::EVIDENCE_FAILED, &[], 1),
        }
        metrics.print(Timestamp::now());
        answer
    }

    /// The settings, with the deny policy that this function may attach. A settings file that names another one is
    /// refused here, once, rather than by IAM at the first attack.
    async fn settings(&mut self) -> Result<Settings, FunctionError> {
        let mut settings = self.configuration.settings().await?.clone();
        match (&settings.quarantine.policy, &self.deny_policy) {
            (Some(wanted), Some(allowed)) if wanted != allowed => {
                return Err(FunctionError::Misconfigured(format!(
                    "`quarantine.policy` is {wanted}, but this function may attach only {allowed}: \
                     change the one, or deploy with `DenyPolicyArn` set to the other"
                )));
            }
            (None, Some(allowed)) => settings.quarantine.policy = Some(allowed.clone()),
            _ => {}
        }
        Ok(settings)
    }
}

async fn batch(
    responder: &Responder<'_>,
    payload: &RawValue,
    stack: &str,
    deadline: Timestamp,
    metrics: &mut Metrics,
) -> Result<Value, FunctionError> {
    let mut results = Vec::new();
    for message in split(payload) {
        // Begun too late, a finding would be cut off between two steps: put back, it is resumed in full.
        let result = if Timestamp::now() + ONE_FINDING > deadline {
            Err(FunctionError::Retryable("not enough time is left in this invocation".to_owned()))
        } else {
            respond(responder, &message, stack, metrics).await
        };
        results.push((message, result));
    }
    reply(results)
}

/// Looks after everybody who is contained, and then tells what is due of alarms; neither keeps the other from being done.
/// Nobody reads the answer to a schedule: failing makes the alarm ring.
async fn round(responder: &Responder<'_>, metrics: &mut Metrics) -> Result<Value, FunctionError> {
    let (mut failed, mut count, mut told_of) = (Vec::new(), 0_usize, 0_usize);
    match responder.watch_all(Timestamp::now()).await {
        Ok(looks) => {
            count = looks.len();
            let looks = looks.into_iter().filter_map(|look| looked(look, metrics));
            failed.extend(looks.map(|error| format!("not looked after: {error}")));
        }
        Err(error) => failed.push(format!("nobody was looked after: {}", error_chain(&error))),
    }
    match responder.alarms_due(Timestamp::now()).await {
        Ok(things) => {
            for thing in things {
                match thing {
                    Ok(told) => {
                        told_of += 1;
                        caught_up(&told, metrics);
                    }
                    Err(error) => failed.push(format!("not told of: {}", error_chain(&error))),
                }
            }
        }
        Err(error) => failed.push(format!("no alarm was told of: {}", error_chain(&error))),
    }
    if failed.is_empty() {
        return Ok(json!({"looked_after": count, "told_of": told_of}));
    }
    Err(FunctionError::Retryable(failed.join("; ")))
}

/// Counts a look; why it failed, if it did.
fn looked(look: Result<Look, RespondError>, metrics: &mut Metrics) -> Option<String> {
    match look {
        Ok(look) => {
            seen(&look, metrics);
            None
        }
        // Another worker is at it.
        Err(RespondError::Busy(_)) => None,
        Err(error) => {
            metrics.count(Metric::TAMPERING, &["failed"], 1);
            Some(error_chain(&error))
        }
    }
}

async fn respond(
    responder: &Responder<'_>,
    message: &Message,
    stack: &str,
    metrics: &mut Metrics,
) -> Result<(), FunctionError> {
    let now = Timestamp::now();
    let last_try = message.receive_count >= PATIENCE;
    let report = match read(&message.body, stack, now)? {
        Said::Withdrawn(withdrawal) => responder.withdraw(&withdrawal.withdrawn, now).await,
        Said::Answered(answered) => responder.answer(&answered.answered, now, last_try).await,
        Said::Finding(finding) => responder.respond(&finding, now, last_try).await,
        Said::Alarm(change) => {
            let report = responder.alarm(&change, now).await;
            return match report {
                Ok(report) => {
                    rang(&change, &report, metrics);
                    Ok(())
                }
                Err(error) => Err(FunctionError::Retryable(error_chain(&error))),
            };
        }
        Said::Watch(watched) => {
            let look = responder.watch(&watched, now).await;
            return match look {
                Ok(look) => {
                    seen(&look, metrics);
                    Ok(())
                }
                Err(error) => Err(FunctionError::Retryable(error_chain(&error))),
            };
        }
    };
    match report {
        Ok(report) => {
            record(&report, metrics);
            Ok(())
        }
        Err(error) => {
            if let RespondError::Containment { .. } = &error {
                metrics.count(Metric::CONTAINMENTS, &["failed"], 1);
            }
            Err(FunctionError::Retryable(error_chain(&error)))
        }
    }
}
