//! Findings to outcomes: decides, contains, writes down and pages, each finding once.

use jiff::{SignedDuration, Timestamp};
use portcullis_aws::{DynamoLedger, IamQuarantine, IamReader, SdkConfig, SnsPager};
use portcullis_domain::{AccountId, Finding, PolicyArn, RoleArn, error_chain};
use portcullis_lambda::{Configuration, FunctionError, Message, Metric, Metrics, reply, split};
use portcullis_paging::PageContext;
use portcullis_response::{
    Containment, Deployment, Entry, Gone, PageState, Refusal, Report, RespondError, Responder, Withdrawal,
};
use portcullis_settings::Settings;
use serde_json::Value;
use serde_json::value::RawValue;

/// From this delivery on, an IAM that does not answer is a reason to page rather than to wait once more.
const PATIENCE: u32 = 2;

/// What one finding may take when AWS answers slowly. Less than the function's timeout, so that the first of a batch is
/// always begun.
const ONE_FINDING: SignedDuration = SignedDuration::from_secs(18);

/// Everything that responding needs.
pub(crate) struct Findings {
    pub(crate) configuration: Configuration<Settings>,
    pub(crate) ledger: DynamoLedger,
    pub(crate) identities: IamReader,
    pub(crate) quarantine: IamQuarantine,
    pub(crate) config: SdkConfig,
    pub(crate) topic: String,
    pub(crate) deny_policy: Option<PolicyArn>,
    pub(crate) own_roles: Vec<RoleArn>,
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
        let topic = settings.paging.topic.as_ref().map_or(self.topic.as_str(), |topic| topic.as_str());
        let pager = SnsPager::new(&self.config, topic, PageContext { stack: self.stack.clone() });
        // The account is the function's own: the fifth part of its ARN.
        let account = function.split(':').nth(4).and_then(|id| id.parse::<AccountId>().ok());
        let deployment = Deployment { account, own_roles: self.own_roles.clone() };
        let responder = Responder {
            settings: &settings,
            deployment: &deployment,
            ledger: &self.ledger,
            identities: &self.identities,
            quarantine: &self.quarantine,
            pager: &pager,
        };
        let mut metrics = Metrics::new(&self.stack);
        let mut results = Vec::new();
        for message in split(payload) {
            // Begun too late, a finding would be cut off between two steps: put back, it is resumed in full.
            let result = if Timestamp::now() + ONE_FINDING > deadline {
                Err(FunctionError::Retryable("not enough time is left in this invocation".to_owned()))
            } else {
                respond(&responder, &message, &mut metrics).await
            };
            results.push((message, result));
        }
        metrics.print(Timestamp::now());
        reply(results)
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

async fn respond(responder: &Responder<'_>, message: &Message, metrics: &mut Metrics) -> Result<(), FunctionError> {
    let now = Timestamp::now();
    let report = if let Ok(Withdrawal { withdrawn }) = serde_json::from_str(&message.body) {
        responder.withdraw(&withdrawn, now).await
    } else {
        let finding: Finding = serde_json::from_str(&message.body).map_err(|error| {
            FunctionError::Rejected(format!("the message is neither a finding nor a withdrawal: {error}"))
        })?;
        responder.respond(&finding, now, message.receive_count >= PATIENCE).await
    };
    match report {
        Ok(Report::Duplicate(id)) => {
            metrics.count(Metric::DUPLICATES, &[], 1);
            tracing::info!(finding = %id, "dealt with before");
            Ok(())
        }
        Ok(Report::Done(entry)) => {
            record(&entry, metrics);
            // What is taken up again has its parts counted already.
            if let Some(burst) = entry.finding.burst.as_ref().filter(|_| entry.earlier.is_none()) {
                metrics.count(Metric::SUPERSEDED, &[], burst.supersedes.len());
            }
            Ok(())
        }
        Ok(Report::Updated { entry, superseded }) => {
            metrics.count(Metric::BURST_UPDATES, &[], 1);
            metrics.count(Metric::SUPERSEDED, &[], superseded);
            tracing::info!(
                finding = %entry.finding.id,
                rule = entry.finding.rule.id,
                events = entry.finding.burst.as_ref().map(|burst| burst.events),
                continues = entry.continues.as_ref().map(ToString::to_string),
                superseded,
                "dealt with before, has grown"
            );
            Ok(())
        }
        Ok(Report::Withdrawn(entry)) => {
            let told = matches!(&entry.gone, Some(Gone::Withdrawn { message_id: Some(_), .. }));
            if told {
                metrics.count(Metric::PAGES, &["withdrawn"], 1);
            }
            tracing::info!(finding = %entry.finding.id, rule = entry.finding.rule.id, told, "withdrawn");
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

fn record(entry: &Entry, metrics: &mut Metrics) {
    metrics.count(Metric::DECISIONS, &[entry.decision.response.as_str()], 1);
    for refusal in &entry.decision.refusals {
        metrics.count(Metric::REFUSALS, &[refusal.name()], 1);
    }
    match &entry.containment {
        Some(Containment::Contained { at, verified, .. }) => {
            metrics.count(Metric::CONTAINMENTS, &[if *verified { "verified" } else { "unverified" }], 1);
            if let Some(event) = entry.finding.time() {
                metrics.observe(Metric::TIME_TO_CONTAIN, &[], at.duration_since(event).as_secs_f64());
            }
        }
        Some(Containment::Failed { .. }) => metrics.count(Metric::CONTAINMENTS, &["failed"], 1),
        None => {}
    }
    let page = match &entry.page {
        PageState::None => None,
        PageState::Sent { .. } => Some("sent"),
        PageState::SentOfFailure { .. } => Some("sent-of-failure"),
        PageState::Repeat { .. } => Some("repeat"),
    };
    if let Some(page) = page {
        metrics.count(Metric::PAGES, &[page], 1);
    }
    tracing::info!(
        finding = %entry.finding.id,
        rule = entry.finding.rule.id,
        actor = %entry.finding.actor.principal,
        wanted = entry.decision.wanted.as_str(),
        response = entry.decision.response.as_str(),
        guard = entry.decision.refusals.first().map(Refusal::name),
        contained = matches!(entry.containment, Some(Containment::Contained { .. })),
        page,
        "dealt with"
    );
}
