//! From a finding to an entry: the decision, with the guards that have to ask somebody, and the plan.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::{Finding, PolicyArn, Principal};
use portcullis_settings::{Inventory, Response};

use crate::ask::{Ask, AskState};
use crate::decide::{Containable, Decision, decide, pausing};
use crate::entry::Entry;
use crate::form::page_key;
use crate::plan::{Plan, Wanted, plan};
use crate::ports::{PortError, PortErrorKind};
use crate::quarantine::{Level, Quarantine, QuarantineState};
use crate::refusal::Refusal;
use crate::respond::{RespondError, Responder, ledger_error};
use crate::target::Target;

impl Responder<'_> {
    pub(crate) async fn decide(
        &self,
        finding: &Finding,
        now: Timestamp,
        last_try: bool,
    ) -> Result<Entry, RespondError> {
        let known = self.trusted(finding).await?;
        let (decision, containable) = decide(finding, self.settings, self.deployment, known.as_ref(), now);
        let (mut decision, mut plan) = self.plan(finding, decision, containable, known.as_ref(), now, last_try).await?;
        let mut ask = None;
        if let (Response::Ask, Some(level)) = (decision.response, plan.level) {
            match self.refuse_to_ask(finding, &plan, now, last_try).await? {
                Some(refusal) => (decision, plan) = (decision.refused(refusal), Plan::default()),
                None => {
                    ask = Some(Ask {
                        level,
                        until: now + self.settings.asking.expires_after,
                        unanswered: self.settings.unanswered(finding.tier),
                        state: AskState::Pending,
                        taken_up: false,
                    });
                }
            }
        }
        Ok(Entry { ask, ..Entry::new(finding.clone(), decision, plan, now) })
    }

    /// What the ledger knows of the actor's containment, as far as IAM bears it out.
    pub(crate) async fn trusted(&self, finding: &Finding) -> Result<Option<Quarantine>, RespondError> {
        let Some(arn) = finding.actor.principal.arn() else { return Ok(None) };
        let known = self.quarantine_of(arn, &finding.id).await?.map(|known| known.item);
        Ok(match known {
            Some(known) if known.is_in_force() && !self.is_in_place(&known, finding).await => None,
            known => known,
        })
    }

    /// Whether the containment of the ledger is on the actor in truth. Somebody may have taken it off, or have made the
    /// role again; one that is still being put on may come to nothing.
    pub(crate) async fn is_in_place(&self, known: &Quarantine, finding: &Finding) -> bool {
        if finding.is_denied() && matches!(known.state, QuarantineState::Active { .. }) {
            return true;
        }
        match self.identities.read(&known.target).await {
            Ok(Some(identity)) => {
                let same = known.target.id().is_none_or(|id| id == identity.id);
                same && known.denies_in(&identity)
            }
            Ok(None) => false,
            // Cannot be told: page, don't act.
            Err(_) => true,
        }
    }

    /// Plans the containment, or refuses by what IAM knows.
    pub(crate) async fn plan(
        &self,
        finding: &Finding,
        decision: Decision,
        containable: Option<Containable>,
        known: Option<&Quarantine>,
        now: Timestamp,
        last_try: bool,
    ) -> Result<(Decision, Plan), RespondError> {
        let Some(Containable { target, level }) = containable else { return Ok((decision, Plan::default())) };
        let policy = self.policy(level, &target);
        let policy = match policy {
            Ok(policy) => policy,
            Err(refusal) => return Ok((decision.refused(refusal), Plan::default())),
        };
        let identity = match self.identities.read(&target).await {
            Err(source) if !last_try && source.kind == PortErrorKind::Retryable => {
                return Err(RespondError::Guard { id: finding.id.clone(), source });
            }
            answer => answer.map_err(|error| error.chain()),
        };
        // Only a user's long-term key can be switched off; a session's dies with what it was made from.
        let key = finding.actor.session.access_key_id.clone();
        let key =
            key.filter(|key| key.starts_with("AKIA") && matches!(finding.actor.principal, Principal::User { .. }));
        let ours = known.filter(|known| known.is_in_force()).map_or(&[][..], |known| known.steps.as_slice());
        let wanted = Wanted { target, level, policy, key, ours: ours.to_vec() };
        let (decision, plan) = plan(decision, wanted, self.settings, &identity);
        // Only now the tags are known, by which planned work may name those who do it.
        let change = match (&identity, plan.is_empty()) {
            (Ok(Some(identity)), false) => pausing(finding, self.settings, &tagged(&identity.arn, &identity.tags), now),
            _ => None,
        };
        Ok(match change {
            Some(name) => (decision.refused(Refusal::ChangeWindow { name }), Plan::default()),
            None => (decision, plan),
        })
    }

    /// The policy that denies. A customer-managed one can be attached in its own account only.
    fn policy(&self, level: Level, target: &Target) -> Result<PolicyArn, Refusal> {
        if level == Level::Lockout {
            return self.deployment.lockout_policy(target).ok_or(Refusal::NoLockout);
        }
        let policy = self.settings.deny_policy(target.partition());
        let policy = policy.map_err(|error| Refusal::Unreadable { error: error.to_string() })?;
        let of_the_account = format!(":iam::{}:", target.account());
        let usable = policy.as_str().contains(":iam::aws:") || policy.as_str().contains(&of_the_account);
        if !usable && self.settings.members.contains(&target.account()) {
            let policy = PolicyArn::aws_deny_all(target.partition());
            return policy.map_err(|error| Refusal::Unreadable { error: error.to_string() });
        }
        if usable { Ok(policy) } else { Err(Refusal::PolicyElsewhere { policy: policy.to_string() }) }
    }

    /// Why on-call is not asked: there is nothing that an answer could lead to, or the same was asked before.
    async fn refuse_to_ask(
        &self,
        finding: &Finding,
        plan: &Plan,
        now: Timestamp,
        last_try: bool,
    ) -> Result<Option<Refusal>, RespondError> {
        let incident = self.ledger.incident(&page_key(finding)).await.map_err(ledger_error(&finding.id))?;
        if let Some(other) = incident.and_then(|known| known.item.asked).filter(|other| *other != finding.id) {
            // A question whose ground is gone waits for nothing.
            let asked = self.entry(&other).await?.filter(|known| known.item.gone.is_none());
            if asked.and_then(|known| known.item.ask).is_some_and(|ask| ask.is_open(now)) {
                return Ok(Some(Refusal::AlreadyAsked { finding: other }));
            }
        }
        if let Some(refusal) = self.stopped(finding, last_try).await? {
            return Ok(Some(refusal));
        }
        let Some(target) = &plan.target else { return Ok(None) };
        match self.containments(finding).await? {
            Ok(known) => self.last_operator(finding, target, &in_force(&known), last_try).await,
            Err(refusal) => Ok(Some(refusal)),
        }
    }

    /// Whether the kill switch is on. One that cannot be read is taken to be.
    pub(crate) async fn stopped(&self, finding: &Finding, last_try: bool) -> Result<Option<Refusal>, RespondError> {
        match self.switch.stopped().await {
            Ok(note) => Ok(note.map(|note| Refusal::Stopped { note })),
            Err(error) => Self::unread(finding, error, last_try).map(Some),
        }
    }

    /// Every containment, past and present. One that cannot be read may be of anybody: then nothing is certain.
    pub(crate) async fn containments(
        &self,
        finding: &Finding,
    ) -> Result<Result<Vec<Quarantine>, Refusal>, RespondError> {
        let all = self.ledger.quarantines().await.map_err(ledger_error(&finding.id))?;
        let known: Result<Vec<_>, _> = all.into_iter().collect();
        let known = known.map(|known| known.into_iter().map(|known| known.item).collect());
        Ok(known.map_err(|error| Refusal::Unreadable { error: error.chain() }))
    }

    /// Whether nobody else could release anybody any more: `held` are contained, or about to be.
    pub(crate) async fn last_operator(
        &self,
        finding: &Finding,
        target: &Target,
        held: &BTreeSet<String>,
        last_try: bool,
    ) -> Result<Option<Refusal>, RespondError> {
        let operators = &self.settings.operators;
        if !operators.iter().any(|operator| operator == target.arn()) {
            return Ok(None);
        }
        let others = operators.iter().filter(|other| *other != target.arn() && !held.contains(*other));
        for other in others.filter_map(|other| as_target(other)) {
            match self.identities.read(&other).await {
                Ok(Some(_)) => return Ok(None),
                Ok(None) => {}
                Err(error) => return Self::unread(finding, error, last_try).map(Some),
            }
        }
        Ok(Some(Refusal::LastOperator))
    }

    /// What cannot be read speaks against acting, once waiting has not helped.
    pub(crate) fn unread(finding: &Finding, source: PortError, last_try: bool) -> Result<Refusal, RespondError> {
        if source.kind == PortErrorKind::Retryable && !last_try {
            return Err(RespondError::Guard { id: finding.id.clone(), source });
        }
        Ok(Refusal::Unreadable { error: source.chain() })
    }
}

/// The inventory of one principal and its tags.
fn tagged(arn: &str, tags: &[(String, String)]) -> Inventory {
    let tags = tags.iter().cloned().collect();
    Inventory { principals: [(arn.to_owned(), tags)].into_iter().collect(), ..Inventory::default() }
}

/// Everybody who is contained.
pub(crate) fn in_force(known: &[Quarantine]) -> BTreeSet<String> {
    let contained = known.iter().filter(|known| known.is_in_force());
    contained.map(|known| known.target.arn().to_owned()).collect()
}

/// An operator of the settings.
fn as_target(arn: &str) -> Option<Target> {
    let role = arn.parse().map(|arn| Target::Role { arn, id: None }).ok();
    role.or_else(|| arn.parse().map(|arn| Target::User { arn, id: None }).ok())
}
