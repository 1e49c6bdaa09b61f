//! One finding from decision to page, once, however often it is delivered.
//!
//! The order is fixed: write down what is to be done; contain; write down what came of it; page; write that down. A crash
//! anywhere leaves an entry that the next delivery resumes. Only a crash between publishing a page and writing it down
//! makes a second page, of the same finding id.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, FindingId, PolicyArn};
use portcullis_settings::{Response, Settings};

use crate::decide::{Decision, Deployment, decide};
use crate::entry::{Containment, Entry, PageMark, PageState, Quarantine, QuarantineState};
use crate::guard::{Refusal, Target};
use crate::notice::Notice;
use crate::plan::{Plan, Step, plan};
use crate::ports::{
    Ledger, LedgerError, Pager, PortError, PortErrorKind, QuarantinePort, ReadIdentity, Version, Versioned,
};

/// How long one worker has a finding to itself. Longer than the function may run, so that a lease that has ended means
/// a worker that has died.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Everything that responding needs.
#[derive(Clone, Copy)]
pub struct Responder<'p> {
    /// The settings.
    pub settings: &'p Settings,
    /// What Portcullis knows of itself.
    pub deployment: &'p Deployment,
    /// The ledger.
    pub ledger: &'p dyn Ledger,
    /// Reads principals.
    pub identities: &'p dyn ReadIdentity,
    /// Puts quarantines on them.
    pub quarantine: &'p dyn QuarantinePort,
    /// Tells on-call.
    pub pager: &'p dyn Pager,
}

/// What responding came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It was dealt with now.
    Done(Box<Entry>),
    /// It had been dealt with before: nothing was done.
    Duplicate(FindingId),
}

/// Why a finding is not dealt with yet. The message goes back to its queue.
#[derive(Debug, thiserror::Error)]
pub enum RespondError {
    /// Another worker has it.
    #[error("finding {0} is being dealt with by another worker")]
    Busy(FindingId),
    /// The ledger could not be read or written.
    #[error("the ledger did not answer about finding {id}")]
    Ledger {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
    /// The containment failed in a way that trying again may mend; on-call has been told.
    #[error("finding {id}: containment failed and will be tried again: {error}")]
    Containment {
        /// The finding.
        id: FindingId,
        /// What failed.
        error: String,
    },
    /// IAM did not answer about the actor, in a way that trying again may mend. Nothing was done yet.
    #[error("IAM did not answer about the actor of finding {id}")]
    Identity {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
    /// The page could not be sent. The containment, where there was one, stands.
    #[error("finding {id} could not be paged")]
    Page {
        /// The finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
}

impl Responder<'_> {
    /// Deals with one finding at the time `now`. On the `last_try` an IAM that does not answer is a refusal, so that
    /// on-call is told; before that, the finding is put back.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery of the same finding may complete.
    pub async fn respond(&self, finding: &Finding, now: Timestamp, last_try: bool) -> Result<Report, RespondError> {
        let ledger_error = |source| RespondError::Ledger { id: finding.id.clone(), source };
        let held = match self.ledger.entry(&finding.id).await.map_err(ledger_error)? {
            Some(known) if known.item.done => return Ok(Report::Duplicate(finding.id.clone())),
            Some(known) if known.item.lease_until > now => return Err(RespondError::Busy(finding.id.clone())),
            Some(known) => self.reconsider(known, now).await?,
            None => Versioned { item: self.decide(finding, now, last_try).await?, version: Version(0) },
        };
        let mut work = Work { responder: self, entry: held.item, version: held.version };
        work.entry.lease_until = now + LEASE;
        work.save().await?;
        let retry = work.contain(now).await?;
        work.page(now).await?;
        if let Some(error) = retry {
            // Let the next delivery in at once rather than after the lease.
            work.entry.lease_until = now;
            work.save().await?;
            return Err(RespondError::Containment { id: finding.id.clone(), error });
        }
        work.entry.done = true;
        work.save().await?;
        Ok(Report::Done(Box::new(work.entry)))
    }

    async fn decide(&self, finding: &Finding, now: Timestamp, last_try: bool) -> Result<Entry, RespondError> {
        let known = match finding.actor.principal.arn() {
            Some(arn) => self.ledger.quarantine(arn).await,
            None => Ok(None),
        };
        let known = known.map_err(|source| RespondError::Ledger { id: finding.id.clone(), source })?;
        let known = match known.map(|known| known.item) {
            Some(known) if known.is_in_force() && !self.is_in_place(&known, finding).await => None,
            known => known,
        };
        let (decision, target) = decide(finding, self.settings, self.deployment, known.as_ref(), now);
        let (decision, plan) = self
            .plan(decision, target, last_try)
            .await
            .map_err(|source| RespondError::Identity { id: finding.id.clone(), source })?;
        Ok(Entry {
            finding: finding.clone(),
            decided_at: now,
            decision,
            plan,
            containment: None,
            page: PageState::None,
            lease_until: now,
            done: false,
        })
    }

    /// Whether the quarantine of the ledger is on the actor in truth. Somebody may have taken it off, or have made the
    /// role again; one that is still being attached may come to nothing.
    async fn is_in_place(&self, known: &Quarantine, finding: &Finding) -> bool {
        if finding.is_denied() && matches!(known.state, QuarantineState::Active { .. }) {
            return true;
        }
        match self.identities.read(&known.target).await {
            Ok(Some(identity)) => {
                let same = known.target.id().is_none_or(|id| id == identity.id);
                same && identity.attached.contains(&known.policy)
            }
            Ok(None) => false,
            // Cannot be told: page, don't act.
            Err(_) => true,
        }
    }

    /// An unfinished entry keeps its plan, unless since then the settings, a guard or a release speak against it.
    async fn reconsider(&self, mut known: Versioned<Entry>, now: Timestamp) -> Result<Versioned<Entry>, RespondError> {
        let entry = &mut known.item;
        if entry.plan.is_empty() || matches!(entry.containment, Some(Containment::Contained { .. })) {
            return Ok(known);
        }
        let arn = entry.finding.actor.principal.arn().unwrap_or_default();
        let quarantine = self.ledger.quarantine(arn).await;
        let quarantine =
            quarantine.map_err(|source| RespondError::Ledger { id: entry.finding.id.clone(), source })?.map(|q| q.item);
        // What this very finding began is no reason to leave it half done.
        let others = quarantine.filter(|known| !(known.is_in_force() && known.finding == entry.finding.id));
        let (decision, target) = decide(&entry.finding, self.settings, self.deployment, others.as_ref(), now);
        if target.is_none() {
            entry.decision = decision;
            entry.plan = Plan::default();
            entry.containment = None;
        }
        Ok(known)
    }

    async fn plan(
        &self,
        decision: Decision,
        target: Option<Target>,
        last_try: bool,
    ) -> Result<(Decision, Plan), PortError> {
        let Some(target) = target else { return Ok((decision, Plan::default())) };
        let policy = match self.settings.deny_policy(target.partition()) {
            Ok(policy) => policy,
            Err(error) => {
                return Ok((decision.refused(Refusal::Unreadable { error: error.to_string() }), Plan::default()));
            }
        };
        let identity = match self.identities.read(&target).await {
            Err(error) if error.kind == PortErrorKind::Retryable && !last_try => return Err(error),
            answer => answer.map_err(|error| error.chain()),
        };
        Ok(plan(decision, Some(target), &policy, identity))
    }
}

/// One finding while it is held.
struct Work<'r, 'p> {
    responder: &'r Responder<'p>,
    entry: Entry,
    version: Version,
}

impl Work<'_, '_> {
    fn id(&self) -> FindingId {
        self.entry.finding.id.clone()
    }

    async fn save(&mut self) -> Result<(), RespondError> {
        self.version =
            self.responder.ledger.put_entry(&self.entry, self.version).await.map_err(|error| match error {
                LedgerError::Conflict => RespondError::Busy(self.id()),
                LedgerError::Port(source) => RespondError::Ledger { id: self.id(), source },
            })?;
        Ok(())
    }

    /// Makes the planned calls, unless they were made already. Answers with the error when trying again may help.
    async fn contain(&mut self, now: Timestamp) -> Result<Option<String>, RespondError> {
        if matches!(self.entry.containment, Some(Containment::Contained { .. })) {
            return Ok(None);
        }
        let mut retry = None;
        for step in self.entry.plan.steps.clone() {
            let Step::AttachPolicy { target, policy } = step;
            match self.attach(&target, &policy, now).await? {
                Ok(containment) => self.entry.containment = Some(containment),
                Err(error) => {
                    let uncertain = error.kind == PortErrorKind::Retryable;
                    self.entry.containment = Some(Containment::Failed { at: now, error: error.chain(), uncertain });
                    retry = (error.kind == PortErrorKind::Retryable).then(|| error.chain());
                }
            }
            self.save().await?;
        }
        Ok(retry)
    }

    /// Writes the quarantine with its deadline first, then attaches, then reads back: an attached policy without a
    /// deadline can never be left behind.
    async fn attach(
        &mut self,
        target: &Target,
        policy: &PolicyArn,
        now: Timestamp,
    ) -> Result<Result<Containment, PortError>, RespondError> {
        let ledger = self.responder.ledger;
        let id = self.id();
        let ledger_error = |source| RespondError::Ledger { id: id.clone(), source };
        let known = ledger.quarantine(target.arn()).await.map_err(ledger_error)?;
        let version = known.as_ref().map_or(Version(0), |known| known.version);
        let ours = known.filter(|known| known.item.is_in_force());
        if let Some(other) = ours.as_ref().filter(|known| known.item.finding != id)
            && self.responder.is_in_place(&other.item, &self.entry.finding).await
        {
            // Another finding on the same actor was quicker; its quarantine serves this one as well.
            let until = other.item.until;
            self.entry.decision = self.entry.decision.clone().refused(Refusal::AlreadyQuarantined { until });
            let verified = matches!(other.item.state, QuarantineState::Active { verified: true });
            return Ok(Ok(Containment::Contained { at: other.item.since, until, verified }));
        }
        let ours = ours.filter(|known| known.item.finding == id);
        // One that was begun before a crash keeps its deadline.
        let lifts = now + self.responder.settings.quarantine.lifts_after;
        let (since, until) = ours.map_or((now, lifts), |known| (known.item.since, known.item.until));
        let mut quarantine = Quarantine {
            target: target.clone(),
            policy: policy.clone(),
            finding: id.clone(),
            why: self.entry.finding.rule.title.clone(),
            since,
            until,
            state: QuarantineState::Attaching,
        };
        let conflict = |error| match error {
            LedgerError::Conflict => RespondError::Busy(id.clone()),
            LedgerError::Port(source) => RespondError::Ledger { id: id.clone(), source },
        };
        let version = ledger.put_quarantine(&quarantine, version).await.map_err(conflict)?;
        let attached = self.responder.quarantine.attach(target, policy).await;
        let in_place = match self.responder.identities.read(target).await {
            Ok(identity) => Some(identity.is_some_and(|identity| identity.attached.contains(policy))),
            Err(_) => None,
        };
        // IAM's answer may be lost although the call went through, so what reading back shows counts for more.
        let result = match (attached, in_place) {
            (Ok(()), in_place) => Ok(in_place == Some(true)),
            (Err(_), Some(true)) => Ok(true),
            (Err(error), _) => Err(error),
        };
        quarantine.state = match (&result, in_place) {
            (Ok(verified), _) => QuarantineState::Active { verified: *verified },
            // A refusal is final. An answer that was lost may still take effect, whatever a stale read shows.
            (Err(error), Some(false)) if error.kind == PortErrorKind::Refused => QuarantineState::Failed,
            // Not known: stays in force, so that the deadline takes it off in any case.
            (Err(_), _) => QuarantineState::Attaching,
        };
        ledger.put_quarantine(&quarantine, version).await.map_err(conflict)?;
        Ok(result.map(|verified| Containment::Contained { at: now, until: quarantine.until, verified }))
    }

    async fn page(&mut self, now: Timestamp) -> Result<(), RespondError> {
        let failed = matches!(self.entry.containment, Some(Containment::Failed { .. }));
        let due = match &self.entry.page {
            _ if self.entry.decision.response < Response::Page => false,
            PageState::None => true,
            PageState::SentOfFailure { .. } => !failed,
            PageState::Sent { .. } | PageState::Repeat { .. } => false,
        };
        if !due {
            return Ok(());
        }
        if let Some(of) = self.is_repeat(now).await? {
            self.entry.page = PageState::Repeat { of };
            return self.save().await;
        }
        let paged = self.responder.pager.page(Notice::Finding(&self.entry)).await;
        let message_id = paged.map_err(|source| RespondError::Page { id: self.id(), source });
        let message_id = match message_id {
            Ok(message_id) => message_id,
            Err(error) => {
                self.entry.lease_until = now;
                self.save().await?;
                return Err(error);
            }
        };
        self.entry.page = if failed { PageState::SentOfFailure { message_id } } else { PageState::Sent { message_id } };
        self.save().await
    }

    /// The finding that was paged for the same rule and actor a short while ago. A containment is always paged, and so
    /// is its failure.
    async fn is_repeat(&self, now: Timestamp) -> Result<Option<FindingId>, RespondError> {
        let ledger_error = |source| RespondError::Ledger { id: self.id(), source };
        let ledger = self.responder.ledger;
        let finding = &self.entry.finding;
        let (rule, actor) = (finding.rule.id.as_str(), finding.actor.principal.to_string());
        let mark = ledger.page_mark(rule, &actor).await.map_err(ledger_error)?;
        let version = mark.as_ref().map_or(Version(0), |mark| mark.version);
        let acted = !self.entry.plan.is_empty();
        if let Some(mark) = mark.filter(|mark| !acted && mark.item.finding != finding.id && mark.item.quiet_until > now)
        {
            // A page that was announced and never sent makes nothing a repeat.
            let of = ledger.entry(&mark.item.finding).await.map_err(ledger_error)?;
            if of.is_some_and(|of| matches!(of.item.page, PageState::Sent { .. } | PageState::SentOfFailure { .. })) {
                return Ok(Some(mark.item.finding));
            }
        }
        let quiet_until = now + self.responder.settings.paging.repeat_after;
        let mark = PageMark { finding: finding.id.clone(), quiet_until };
        match ledger.put_page_mark(rule, &actor, &mark, version).await {
            // After a conflict another worker is paging the same rule and actor at this very moment. Better twice than
            // not at all.
            Ok(_) | Err(LedgerError::Conflict) => Ok(None),
            Err(LedgerError::Port(source)) => Err(ledger_error(source)),
        }
    }
}
