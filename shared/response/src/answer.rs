//! What comes of a question to on-call: `release` writes the answer down, `respond` does what it asks for.

use jiff::Timestamp;
use portcullis_domain::FindingId;
use portcullis_settings::{Mode, Response};

use crate::answering::HOPS;
use crate::ask::{Ask, AskState};
use crate::decide::{Decision, contain_to};
use crate::entry::{Entry, Gone};
use crate::form::page_key;
use crate::incident::Action;
use crate::notice::{About, Notice};
use crate::plan::Plan;
use crate::ports::{LedgerError, Version, Versioned};
use crate::quarantine::Level;
use crate::refusal::Refusal;
use crate::respond::{LEASE, Report, RespondError, Responder, ledger_error};

impl Responder<'_> {
    /// Does what the answer about a finding asks for: contains the actor if all guards still agree, or leaves it, and tells
    /// on-call which. An answer that was taken up before does nothing.
    ///
    /// # Errors
    ///
    /// When something is left to do that a later delivery of the same answer may complete.
    pub async fn answer(&self, id: &FindingId, now: Timestamp, last_try: bool) -> Result<Report, RespondError> {
        let mut whole = id.clone();
        let mut known = self.entry(id).await?;
        // A question about a part of a burst is one about the whole.
        for _ in 0..HOPS {
            let Some(Gone::Superseded { by }) = known.as_ref().and_then(|known| known.item.gone.clone()) else { break };
            known = self.entry(&by).await?;
            whole = by;
        }
        let Some(Versioned { item: entry, version }) = known else { return Ok(Report::Duplicate(id.clone())) };
        let id = &whole;
        if entry.is_held(now) {
            return Err(RespondError::Busy(id.clone()));
        }
        let Some(ask) = entry.ask.clone().filter(|ask| ask.is_answered() && entry.gone.is_none()) else {
            return Ok(Report::Duplicate(id.clone()));
        };
        if ask.taken_up && entry.done {
            return Ok(Report::Duplicate(id.clone()));
        }
        if ask.taken_up {
            let next = self.go_on(entry, ask, now, last_try).await?;
            return self.carry_out(next, version, now, last_try).await;
        }
        match self.granted(&ask) {
            Some(level) => {
                let next = self.grant(entry, ask, level, now, last_try).await?;
                self.carry_out(next, version, now, last_try).await
            }
            None if matches!(ask.state, AskState::Rejected { .. }) => self.close(entry, ask, version, now).await,
            None => {
                let next = told_again(entry, ask);
                self.carry_out(next, version, now, last_try).await
            }
        }
    }

    /// How far the answer lets go, and the mode of today: what nobody approved is done in `enforce` alone.
    pub(crate) fn granted(&self, ask: &Ask) -> Option<Level> {
        let approved = matches!(ask.state, AskState::Approved { .. });
        ask.granted().filter(|_| approved || self.settings.mode == Mode::Enforce)
    }

    /// What was begun before a crash is gone on with, unless something speaks against it by now.
    async fn go_on(&self, mut entry: Entry, ask: Ask, now: Timestamp, last_try: bool) -> Result<Entry, RespondError> {
        let unfinished = !entry.plan.is_empty() && !entry.is_contained();
        if !unfinished || self.reconsider(&mut entry, now, last_try).await? {
            return Ok(entry);
        }
        match self.granted(&ask) {
            Some(level) => self.grant(entry, ask, level, now, last_try).await,
            None => Ok(told_again(entry, ask)),
        }
    }

    /// The entry as it is gone on with when the answer lets it: everything is decided anew, but for the question.
    async fn grant(
        &self,
        entry: Entry,
        ask: Ask,
        level: Level,
        now: Timestamp,
        last_try: bool,
    ) -> Result<Entry, RespondError> {
        let response = match level {
            Level::Lockout => Response::Lockout,
            Level::Quarantine => Response::Quarantine,
        };
        let finding = entry.finding.clone();
        let known = self.trusted(&finding).await?;
        let decision = Decision { wanted: entry.decision.wanted, response, refusals: Vec::new() };
        let (settings, deployment) = (self.settings, self.deployment);
        let (decision, containable) = contain_to(level, decision, &finding, settings, deployment, known.as_ref(), now);
        let (decision, plan) = self.plan(&finding, decision, containable, known.as_ref(), now, last_try).await?;
        let fresh = Entry::new(finding, decision, plan, entry.decided_at);
        let (incident, surroundings) = (entry.incident.clone(), entry.surroundings.clone());
        let next = entry.again(fresh);
        Ok(Entry { ask: Some(Ask { taken_up: true, ..ask }), incident, surroundings, ..next })
    }

    /// A rejected question ends its incident. Answered again after a crash, it is told of again.
    async fn close(&self, entry: Entry, ask: Ask, version: Version, now: Timestamp) -> Result<Report, RespondError> {
        let id = entry.finding.id.clone();
        let rejected = ask.rejected_by().map(|by| Refusal::Rejected { by: by.to_owned() });
        let decision = rejected.map_or(entry.decision.clone(), |refusal| entry.decision.clone().refused(refusal));
        // Another worker with the same answer waits meanwhile.
        let held = Entry { decision, plan: Plan::default(), done: false, lease_until: now + LEASE, ..entry.clone() };
        let version = self.put(&held, version, now).await?;
        let closed = Entry {
            ask: Some(Ask { taken_up: true, ..ask }),
            done: entry.is_answered(),
            lease_until: now,
            ..held.clone()
        };
        if let Some((action, incident)) = self.resolve(&page_key(&closed.finding), &id).await? {
            let notice = Notice { action, incident: &incident, about: About::Finding(&closed) };
            if let Err(source) = self.pager.page(notice).await {
                self.put(&Entry { lease_until: now, ..held }, version, now).await?;
                return Err(RespondError::Page { id, source });
            }
        }
        self.put(&closed, version, now).await?;
        Ok(Report::Done(Box::new(closed)))
    }

    /// Ends the incident of an actor, if it is about nothing else; answers with what becomes of it and its key.
    async fn resolve(&self, key: &str, id: &FindingId) -> Result<Option<(Action, String)>, RespondError> {
        let Some(known) = self.ledger.incident(key).await.map_err(ledger_error(id))? else { return Ok(None) };
        let mut incident = known.item;
        let alone = incident.rules.values().all(|finding| finding == id);
        incident.resolved = alone;
        incident.asked = incident.asked.filter(|asked| asked != id);
        let action = if alone { Action::Resolve } else { Action::Update };
        match self.ledger.put_incident(key, &incident, known.version).await {
            Ok(_) => Ok(Some((action, incident.id))),
            Err(LedgerError::Conflict) => Err(RespondError::Busy(id.clone())),
            Err(LedgerError::Port(source)) => Err(ledger_error(id)(source)),
        }
    }
}

/// Nobody answered, and that means a page: on-call is told once more that nothing was done.
fn told_again(entry: Entry, ask: Ask) -> Entry {
    let decision = Decision { response: Response::Page, ..entry.decision.clone() };
    let fresh = Entry::new(entry.finding.clone(), decision, Plan::default(), entry.decided_at);
    let (incident, surroundings) = (entry.incident.clone(), entry.surroundings.clone());
    Entry { ask: Some(Ask { taken_up: true, ..ask }), incident, surroundings, ..entry.again(fresh) }
}
