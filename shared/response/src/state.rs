//! What an entry of the ledger stands for: who may take it up, and what in it counts for a newer form of the finding.

use jiff::Timestamp;
use portcullis_domain::{Actor, Finding, FindingId, RuleRef, Severity};
use portcullis_settings::Response;

use crate::decide::Decision;
use crate::entry::{Containment, Earlier, Entry, Gone, PageState};
use crate::form::supersedes;
use crate::plan::Plan;
use crate::quarantine::Quarantine;
use crate::target::Target;

impl Entry {
    /// One of which nothing has been done yet.
    pub fn new(finding: Finding, decision: Decision, plan: Plan, now: Timestamp) -> Self {
        Self {
            finding,
            decided_at: now,
            decision,
            plan,
            containment: None,
            surroundings: None,
            ask: None,
            page: PageState::None,
            incident: None,
            lease_until: now,
            done: false,
            continues: None,
            earlier: None,
            gone: None,
            unheard: false,
        }
    }

    /// One that stands for a finding which never came, and which nothing will be done about. Of its `heir`, the finding
    /// that it is a part of, it has the rule; everything else about it is unknown.
    pub(crate) fn unheard(id: FindingId, heir: Option<&Finding>, gone: Gone, now: Timestamp) -> Self {
        let finding = Finding {
            id,
            rule: heir.map_or_else(unknown_rule, |heir| heir.rule.clone()),
            actor: Actor::unknown("not told"),
            assets: Vec::new(),
            entries: Vec::new(),
            tier: None,
            authorized: None,
            account: heir.and_then(|heir| heir.account.clone()),
            region: None,
            evidence: Vec::new(),
            burst: None,
            shadow: false,
        };
        let decision = Decision { wanted: Response::Observe, response: Response::Observe, refusals: Vec::new() };
        let entry = Self::new(finding, decision, Plan::default(), now);
        Self { gone: Some(gone), unheard: true, done: true, ..entry }
    }

    /// Whether a worker has it to itself.
    pub(crate) fn is_held(&self, now: Timestamp) -> bool {
        !self.done && self.lease_until > now
    }

    /// Whether all that was decided is done, save perhaps writing so.
    pub(crate) fn is_answered(&self) -> bool {
        self.done || matches!(self.page, PageState::Sent { .. } | PageState::Updated { .. } | PageState::Repeat { .. })
    }

    /// Of the entries whose place `form` takes, the one with the highest rank says what was done.
    pub(crate) fn rank(&self, form: &Finding) -> (Response, bool, u8) {
        let page = match self.page {
            PageState::None => 0,
            PageState::Repeat { .. } => 1,
            PageState::Updated { .. } => 2,
            PageState::SentOfFailure { .. } => 3,
            PageState::Sent { .. } => 4,
        };
        // The containment of one actor is no answer to what several did, once on-call knows of it.
        let beside = self.is_contained() && !self.covers(form) && page > 0;
        let response = if beside { Response::Observe } else { self.decision.response };
        // What on-call looked at and rejected was answered as what was asked.
        let rejected = self.ask.as_ref().is_some_and(|ask| ask.rejected_by().is_some());
        let response = if rejected { response.max(Response::Ask) } else { response };
        (response, self.is_contained(), page)
    }

    /// Whether the planned calls were made, or need not be.
    pub(crate) fn is_contained(&self) -> bool {
        matches!(self.containment, Some(Containment::Contained { .. }))
    }

    /// Who is to be contained, or was.
    pub(crate) fn target(&self) -> Option<&Target> {
        self.plan.target.as_ref()
    }

    /// Whether the containment that was planned is one of the form's actor. It is not when others joined in.
    pub(crate) fn covers(&self, form: &Finding) -> bool {
        self.target().is_some_and(|target| form.actor.principal.arn() == Some(target.arn()))
    }

    /// Whether what the finding `id` did was done for this one: it is the same one, or went on as this one.
    pub(crate) fn is_ours(&self, id: &FindingId) -> bool {
        *id == self.finding.id || supersedes(&self.finding).contains(id)
    }

    /// The account whose chain it is in.
    pub fn account(&self) -> String {
        self.finding.account.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string)
    }

    /// Its name in the chain.
    pub fn item(&self) -> String {
        format!("finding/{}", self.finding.id)
    }

    /// What is to be remembered of it when it is taken up again.
    pub(crate) fn as_earlier(&self) -> Earlier {
        let before = self.earlier.as_ref();
        let contained = self.target().filter(|_| self.is_contained()).cloned();
        let told =
            matches!(self.page, PageState::Sent { .. } | PageState::SentOfFailure { .. } | PageState::Updated { .. });
        // What on-call was not told of is no answer that a later one could repeat.
        let untold = before.filter(|_| !told);
        Earlier {
            response: untold.map_or(self.decision.response, |before| before.response),
            contained: contained.or_else(|| before.and_then(|before| before.contained.clone())),
            paged: told || before.is_some_and(|before| before.paged),
        }
    }
}

impl Quarantine {
    /// Its name in the chain.
    pub fn item(&self) -> String {
        format!("quarantine/{}", self.target.arn())
    }
}

fn unknown_rule() -> RuleRef {
    RuleRef {
        id: "unknown".to_owned(),
        title: "withdrawn before it was told".to_owned(),
        severity: Severity::Informational,
        attack: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_testkit::finding;

    use super::*;
    use crate::decide::Deployment;
    use crate::guard::target;
    use portcullis_settings::Settings;

    #[test]
    fn what_had_been_done_is_remembered_however_often_it_is_taken_up() {
        let now = "2026-01-05T08:10:05Z".parse().unwrap();
        let decision = Decision { wanted: Response::Page, response: Response::Page, refusals: Vec::new() };
        let entry = Entry::new(finding("e"), decision, Plan::default(), now);
        let earlier = Earlier { response: Response::Page, contained: None, paged: false };
        assert_eq!(entry.as_earlier(), earlier);
        let contained = Some(target(&finding("e"), &Settings::default(), &Deployment::default()).unwrap());
        let again = Entry { earlier: Some(Earlier { contained, paged: true, ..earlier }), ..entry };
        assert_eq!(Some(again.as_earlier()), again.earlier);
    }
}
