//! A finding that is told again: a burst that has grown, or one that takes the place of its parts.

use jiff::Timestamp;
use portcullis_domain::Finding;
use portcullis_settings::Response;

use crate::decide::decide;
use crate::entry::{Containment, Entry, PageState, QuarantineState};
use crate::form::newest_undenied;
use crate::guard::Target;
use crate::plan::Plan;
use crate::respond::{RespondError, Responder};

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
        let continues = if base.finding.id == form.id { base.continues.clone() } else { Some(base.finding.id.clone()) };
        let mut next = Entry { finding: form, continues, gone: None, ..base };
        if next.is_answered() {
            if !changed {
                return Ok(next);
            }
            let answered = self.answered(&next).await?;
            let rule = &next.finding.rule;
            if self.settings.response(rule.severity, next.finding.tier) > answered {
                let fresh = self.decide(&next.finding, now, last_try).await?;
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
        if begun && !next.is_contained() && self.reconsider(&mut next, now).await? {
            return Ok(next);
        }
        let fresh = self.decide(&next.finding, now, last_try).await?;
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
                QuarantineState::Attaching | QuarantineState::Active { .. } => {
                    self.is_in_place(&known, &entry.finding).await
                }
            },
        };
        Ok(if holds { response } else { Response::Observe })
    }

    /// An unfinished entry keeps its plan, unless since then the settings, a guard or a release speak against it. Answers
    /// whether the entry can be gone on with: not when the plan is about somebody else than the newest form is.
    async fn reconsider(&self, entry: &mut Entry, now: Timestamp) -> Result<bool, RespondError> {
        let finding = &entry.finding;
        let arn = finding.actor.principal.arn().unwrap_or_default();
        let quarantine = self.quarantine_of(arn, &finding.id).await?.map(|known| known.item);
        // What this very finding began is no reason to leave it half done.
        let others = quarantine.filter(|known| !(known.is_in_force() && entry.is_ours(&known.finding)));
        let (decision, target) = decide(finding, self.settings, self.deployment, others.as_ref(), now);
        if target.is_none() {
            entry.decision = decision;
            entry.plan = Plan::default();
            entry.containment = None;
            return Ok(true);
        }
        Ok(target.as_ref().map(Target::arn) == entry.target().map(Target::arn))
    }
}

impl Entry {
    /// The same finding decided anew, with what had been done before.
    fn again(self, fresh: Self) -> Self {
        let nothing = self.plan.is_empty() && self.page == PageState::None;
        let earlier = if nothing { self.earlier } else { Some(self.as_earlier()) };
        Self { continues: self.continues, earlier, ..fresh }
    }
}
