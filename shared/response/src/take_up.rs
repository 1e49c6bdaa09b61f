//! A finding that is told again: a burst that has grown, or one that takes the place of its parts.

use jiff::Timestamp;
use portcullis_domain::{Finding, Tier};
use portcullis_settings::Response;

use crate::ask::Ask;
use crate::decide::{contain_to, decide, escalates};
use crate::entry::{Containment, Entry, PageState};
use crate::form::newest_undenied;
use crate::plan::Plan;
use crate::quarantine::{Level, QuarantineState};
use crate::refusal::Refusal;
use crate::respond::{RespondError, Responder};
use crate::target::Target;

impl Responder<'_> {
    /// Puts the newest form of a finding into its entry, or into that of the part that says what was done. What was done
    /// stays done and is not done again, unless the newest form calls for more than that: then it is decided anew. The
    /// answer is done when nothing is left but to write it down.
    pub(crate) async fn take_up(
        &self,
        base: Entry,
        form: Finding,
        now: Timestamp,
        last_try: bool,
    ) -> Result<Entry, RespondError> {
        let changed = base.finding != form;
        let rejected = Rejected::of(&base);
        let continues = if base.finding.id == form.id { base.continues.clone() } else { Some(base.finding.id.clone()) };
        let mut next = Entry { finding: form, continues, gone: None, ..base };
        if next.is_answered() {
            if !changed {
                return Ok(next);
            }
            let answered = self.answered(&next).await?;
            let rule = &next.finding.rule;
            if self.settings.response(rule.severity, next.finding.tier) > answered {
                let fresh = self.decide(&next.finding, now, last_try).await?.heeding(rejected);
                if fresh.decision.response > answered {
                    return Ok(next.again(fresh));
                }
            }
            next.done = true;
            return Ok(next);
        }
        let begun = !next.plan.is_empty();
        if (begun && next.is_contained() && next.covers(&next.finding)) || (!begun && !changed) {
            return Ok(next);
        }
        if begun && !next.is_contained() && self.reconsider(&mut next, now, last_try).await? {
            return Ok(next);
        }
        let fresh = self.decide(&next.finding, now, last_try).await?.heeding(rejected);
        Ok(next.again(fresh))
    }

    /// The response that was given, as far as it holds for the newest form. A quarantine answers for its own actor, and
    /// as long as it is there: once it was lifted, or taken off, calls that went through after that were never answered.
    async fn answered(&self, entry: &Entry) -> Result<Response, RespondError> {
        let response = entry.decision.response;
        let (Some(Containment::Contained { at, .. }), Some(target)) = (&entry.containment, entry.target()) else {
            return Ok(response);
        };
        if !entry.covers(&entry.finding) {
            return Ok(Response::Observe);
        }
        if self.goes_further(entry).await? {
            return Ok(Response::Observe);
        }
        let Some(undenied) = newest_undenied(&entry.finding).filter(|undenied| undenied > at) else {
            return Ok(response);
        };
        let quarantine = self.quarantine_of(target.arn(), &entry.finding.id).await?.map(|known| known.item);
        let holds = match quarantine {
            None => false,
            Some(known) => match known.state {
                QuarantineState::Released { at, .. } => undenied <= at,
                QuarantineState::Failed => false,
                // IAM takes some seconds to make it felt everywhere.
                QuarantineState::Applying | QuarantineState::Active { .. } | QuarantineState::Releasing { .. } => {
                    self.is_in_place(&known, &entry.finding).await
                }
            },
        };
        Ok(if holds { response } else { Response::Observe })
    }

    /// Whether the actor was locked out for this burst, and it went on all the same.
    async fn goes_further(&self, entry: &Entry) -> Result<bool, RespondError> {
        let (finding, locked_out) = (&entry.finding, entry.plan.level == Some(Level::Lockout));
        let Some(target) = entry.target().filter(|_| locked_out) else { return Ok(false) };
        let known = self.quarantine_of(target.arn(), &finding.id).await?.map(|known| known.item);
        let response = self.settings.response(finding.rule.severity, finding.tier);
        Ok(known.is_some_and(|known| escalates(finding, self.settings, response, &known)))
    }

    /// An unfinished entry keeps its plan, unless since then the settings, a guard, IAM or a release speak against it.
    /// Answers whether the entry can be gone on with: not when the plan is about somebody else than the newest form is, or
    /// goes further than what would be done now.
    pub(crate) async fn reconsider(
        &self,
        entry: &mut Entry,
        now: Timestamp,
        last_try: bool,
    ) -> Result<bool, RespondError> {
        let finding = &entry.finding;
        let arn = finding.actor.principal.arn().unwrap_or_default();
        let known = self.quarantine_of(arn, &finding.id).await?.map(|known| known.item);
        // What this very finding began is no reason to leave it half done.
        let begun = known.as_ref().is_some_and(|known| known.is_in_force() && entry.is_ours(&known.finding));
        let others = known.as_ref().filter(|_| !begun);
        let granted = entry.ask.as_ref().and_then(|ask| self.granted(ask));
        let (decision, containable) = match granted {
            // What on-call approved is not asked again.
            Some(level) => {
                let decision = entry.decision.clone();
                contain_to(level, decision, finding, self.settings, self.deployment, others, now)
            }
            None => decide(finding, self.settings, self.deployment, others, now),
        };
        let (decision, again) = match containable {
            None => (decision, Plan::default()),
            Some(containable) => {
                let same = |target: &Target| target.arn() == containable.target.arn();
                let same = entry.target().is_some_and(same) && entry.plan.level == Some(containable.level);
                if !same || decision.response < entry.decision.response {
                    return Ok(false);
                }
                // IAM is asked again: somebody else may have the name by now, or a tag that protects.
                self.plan(finding, decision, Some(containable), known.as_ref(), now, last_try).await?
            }
        };
        if again.is_empty() {
            entry.decision = decision;
            entry.plan = again;
            entry.containment = None;
            // A question is not asked any more, and an answer comes to this.
            entry.ask = entry.ask.take().filter(Ask::is_answered).map(|ask| Ask { taken_up: true, ..ask });
        }
        Ok(true)
    }
}

/// That on-call rejected a containment, and what was known then.
struct Rejected {
    ask: Ask,
    by: String,
    wanted: Response,
    tier: Option<Tier>,
    denied: bool,
}

impl Rejected {
    fn of(entry: &Entry) -> Option<Self> {
        let ask = entry.ask.clone()?;
        let by = ask.rejected_by()?.to_owned();
        let (wanted, tier, denied) = (entry.decision.wanted, entry.finding.tier, entry.finding.is_denied());
        Some(Self { ask, by, wanted, tier, denied })
    }
}

impl Entry {
    /// The same, unless it was rejected before and is not worse by now: then on-call is not asked again, and nobody is
    /// contained.
    fn heeding(self, rejected: Option<Rejected>) -> Self {
        let Some(rejected) = rejected.filter(|_| !self.plan.is_empty()) else { return self };
        let worse = self.decision.wanted > rejected.wanted
            || self.finding.tier > rejected.tier
            || (rejected.denied && !self.finding.is_denied());
        if worse {
            return self;
        }
        let decision = self.decision.refused(Refusal::Rejected { by: rejected.by });
        Self { decision, plan: Plan::default(), ask: Some(rejected.ask), ..self }
    }

    /// The same finding decided anew, with what had been done before.
    pub(crate) fn again(self, fresh: Self) -> Self {
        let nothing = self.plan.is_empty() && self.page == PageState::None;
        let earlier = if nothing { self.earlier } else { Some(self.as_earlier()) };
        Self { continues: self.continues, earlier, ..fresh }
    }
}
