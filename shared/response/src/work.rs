//! The steps on one finding that is held: contain, page, and write down each.

use jiff::Timestamp;
use portcullis_domain::{FindingId, PolicyArn};
use portcullis_settings::Response;

use crate::entry::{Containment, Entry, Gone, PageMark, PageState, Quarantine, QuarantineState};
use crate::form::page_key;
use crate::guard::{Refusal, Target};
use crate::notice::Notice;
use crate::plan::Step;
use crate::ports::{LedgerError, PortError, PortErrorKind, Version};
use crate::respond::{RespondError, Responder, ledger_error, write_error};

/// One finding while it is held.
pub(crate) struct Work<'r, 'p> {
    pub(crate) responder: &'r Responder<'p>,
    pub(crate) entry: Entry,
    pub(crate) version: Version,
}

impl Work<'_, '_> {
    fn id(&self) -> FindingId {
        self.entry.finding.id.clone()
    }

    pub(crate) async fn save(&mut self) -> Result<(), RespondError> {
        self.version = self.responder.put(&self.entry, self.version).await?;
        Ok(())
    }

    /// Makes the planned calls, unless they were made already. Answers with the error when trying again may help.
    pub(crate) async fn contain(&mut self, now: Timestamp) -> Result<Option<String>, RespondError> {
        if self.entry.is_contained() {
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
        let known = self.responder.quarantine_of(target.arn(), &id).await?;
        let version = known.as_ref().map_or(Version(0), |known| known.version);
        let ours = known.filter(|known| known.item.is_in_force());
        if let Some(other) = ours.as_ref().filter(|known| !self.entry.is_ours(&known.item.finding))
            && self.responder.is_in_place(&other.item, &self.entry.finding).await
        {
            // Another finding on the same actor was quicker; its quarantine serves this one as well.
            let until = other.item.until;
            self.entry.decision = self.entry.decision.clone().refused(Refusal::AlreadyQuarantined { until });
            let verified = matches!(other.item.state, QuarantineState::Active { verified: true });
            return Ok(Ok(Containment::Contained { at: other.item.since, until, verified }));
        }
        let ours = ours.filter(|known| self.entry.is_ours(&known.item.finding));
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
        let version = ledger.put_quarantine(&quarantine, version).await.map_err(write_error(&id))?;
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
        ledger.put_quarantine(&quarantine, version).await.map_err(write_error(&id))?;
        Ok(result.map(|verified| Containment::Contained { at: now, until: quarantine.until, verified }))
    }

    pub(crate) async fn page(&mut self, now: Timestamp) -> Result<(), RespondError> {
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
        let repeated = if self.came_to_nothing() { Some(self.id()) } else { self.is_repeat(now).await? };
        if let Some(of) = repeated {
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

    /// Whether it was taken up again, and in the end no more is done than on-call knows of: a guard refused, or another
    /// finding on the same actor was quicker.
    fn came_to_nothing(&self) -> bool {
        let Entry { earlier, decision, page, .. } = &self.entry;
        *page == PageState::None
            && earlier.as_ref().is_some_and(|earlier| {
                earlier.paged && earlier.contained.is_none() && decision.response <= earlier.response
            })
    }

    /// The finding that was paged for the same rule and actor a short while ago. A containment is always paged, and so
    /// is its failure.
    async fn is_repeat(&self, now: Timestamp) -> Result<Option<FindingId>, RespondError> {
        let id = self.id();
        let ledger = self.responder.ledger;
        let finding = &self.entry.finding;
        let (rule, key) = (finding.rule.id.as_str(), page_key(finding));
        let mark = ledger.page_mark(rule, &key).await.map_err(ledger_error(&id))?;
        let version = mark.as_ref().map_or(Version(0), |mark| mark.version);
        let acted = !self.entry.plan.is_empty()
            || self.entry.earlier.as_ref().is_some_and(|earlier| earlier.contained.is_some());
        if let Some(mark) = mark.filter(|mark| !acted && mark.item.finding != finding.id && mark.item.quiet_until > now)
        {
            let of = ledger.entry(&mark.item.finding).await.map_err(ledger_error(&id))?;
            if of.is_some_and(|of| was_told(&of.item)) {
                return Ok(Some(mark.item.finding));
            }
        }
        let quiet_until = now + self.responder.settings.paging.repeat_after;
        let mark = PageMark { finding: id.clone(), quiet_until };
        match ledger.put_page_mark(rule, &key, &mark, version).await {
            // After a conflict another worker is paging the same rule and actor at this very moment. Better twice than
            // not at all.
            Ok(_) | Err(LedgerError::Conflict) => Ok(None),
            Err(LedgerError::Port(source)) => Err(ledger_error(&id)(source)),
        }
    }
}

/// Whether on-call knows of the finding: a page that was announced and never sent makes nothing a repeat, and neither
/// does one whose ground has gone.
fn was_told(entry: &Entry) -> bool {
    let withdrawn = matches!(entry.gone, Some(Gone::Withdrawn { .. }));
    !withdrawn && matches!(entry.page, PageState::Sent { .. } | PageState::SentOfFailure { .. })
}
