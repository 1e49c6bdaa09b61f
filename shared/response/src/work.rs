//! The steps on one finding that is held: contain, look around, page, and write down each.

use jiff::Timestamp;
use portcullis_domain::FindingId;
use portcullis_settings::Response;

use crate::apply::Applied;
use crate::entry::{Containment, Entry, Gone, PageState};
use crate::form::page_key;
use crate::incident::{Action, Incident, News, Told, tell};
use crate::judge::in_force;
use crate::limits::Claim;
use crate::notice::{About, Notice};
use crate::plan::Plan;
use crate::ports::{LedgerError, PortErrorKind, Version};
use crate::quarantine::QuarantineState;
use crate::refusal::Refusal;
use crate::respond::{RespondError, Responder, ledger_error};
use crate::target::Target;

/// How often a place of the blast cap, or an incident, is asked for again when another worker wrote in between.
pub(crate) const TRIES: usize = 5;

/// One finding while it is held.
pub(crate) struct Work<'r, 'p> {
    pub(crate) responder: &'r Responder<'p>,
    pub(crate) entry: Entry,
    pub(crate) version: Version,
    pub(crate) now: Timestamp,
    pub(crate) last_try: bool,
}

impl Work<'_, '_> {
    pub(crate) fn id(&self) -> FindingId {
        self.entry.finding.id.clone()
    }

    pub(crate) async fn save(&mut self) -> Result<(), RespondError> {
        self.version = self.responder.put(&self.entry, self.version, self.now).await?;
        Ok(())
    }

    /// Makes the planned calls, unless they were made already or wait for an answer. Answers with the error when trying
    /// again may help.
    pub(crate) async fn contain(&mut self) -> Result<Option<String>, RespondError> {
        if self.entry.is_contained() || self.entry.plan.is_empty() || self.waits() {
            return Ok(None);
        }
        if let Some(refusal) = self.refusal().await? {
            self.entry.decision = self.entry.decision.clone().refused(refusal);
            self.entry.plan = Plan::default();
            self.entry.containment = None;
            self.save().await?;
            return Ok(None);
        }
        let mut retry = None;
        match self.apply().await? {
            Applied::Now(containment) => self.entry.containment = Some(containment),
            Applied::ByAnother { containment, refusal } => {
                self.entry.decision = self.entry.decision.clone().refused(refusal);
                self.entry.containment = Some(containment);
            }
            Applied::Refused(refusal) => {
                self.entry.decision = self.entry.decision.clone().refused(refusal);
                self.entry.plan = Plan::default();
                self.entry.containment = None;
            }
            Applied::Not(error) => {
                let uncertain = error.kind == PortErrorKind::Retryable;
                self.entry.containment = Some(Containment::Failed { at: self.now, error: error.chain(), uncertain });
                retry = uncertain.then(|| error.chain());
            }
        }
        self.save().await?;
        Ok(retry)
    }

    /// Whether an answer of on-call is waited for.
    fn waits(&self) -> bool {
        self.entry.decision.response == Response::Ask
    }

    /// The guards that are heard at the last moment: the kill switch, and those that count.
    async fn refusal(&self) -> Result<Option<Refusal>, RespondError> {
        let Some(target) = self.entry.target() else { return Ok(None) };
        let (responder, finding) = (self.responder, &self.entry.finding);
        let known = responder.quarantine_of(target.arn(), &finding.id).await?.map(|known| known.item);
        let begun =
            known.filter(|known| known.state == QuarantineState::Applying && self.entry.is_ours(&known.finding));
        if let Some(begun) = begun {
            match responder.identities.read(&begun.target).await {
                // Half of it is done; what is left is to look and to write it down.
                Ok(Some(identity)) if begun.denies_in(&identity) => return Ok(None),
                Ok(_) => {}
                Err(error) => return Responder::unread(finding, error, self.last_try).map(Some),
            }
        }
        if let Some(refusal) = responder.stopped(finding, self.last_try).await? {
            return Ok(Some(refusal));
        }
        self.take_place(target).await
    }

    /// Takes a place of the blast cap, unless there is none, or whoever else could release somebody has one too: of two
    /// workers one takes its place first, and the other sees that.
    async fn take_place(&self, target: &Target) -> Result<Option<Refusal>, RespondError> {
        let (responder, finding) = (self.responder, &self.entry.finding);
        let ledger = responder.ledger;
        let active = match responder.active.count_active(&target.account(), self.now).await {
            Ok(active) => active,
            Err(error) => return Responder::unread(finding, error, self.last_try).map(Some),
        };
        let by_people =
            self.entry.ask.as_ref().is_some_and(|ask| matches!(ask.state, crate::ask::AskState::Approved { .. }));
        let claim = Claim { arn: target.arn(), finding: &finding.id, by_people };
        for _ in 0..TRIES {
            let known = ledger.places().await.map_err(ledger_error(&finding.id))?;
            let all = match responder.containments(finding).await? {
                Ok(all) => all,
                Err(refusal) => return Ok(Some(refusal)),
            };
            let contained = in_force(&all);
            let held = known.item.held(&all, self.now).chain(contained.iter().cloned()).collect();
            if let Some(refusal) = responder.last_operator(finding, target, &held, self.last_try).await? {
                return Ok(Some(refusal));
            }
            let places = match known.item.take(claim, &responder.settings.limits, &contained, active, self.now) {
                Ok(places) => places,
                Err(refusal) => return Ok(Some(refusal)),
            };
            match ledger.put_places(&places, known.version).await {
                Ok(_) => return Ok(None),
                Err(LedgerError::Conflict) => {}
                Err(LedgerError::Port(source)) => return Err(ledger_error(&finding.id)(source)),
            }
        }
        Err(RespondError::Busy(self.id()))
    }

    pub(crate) async fn page(&mut self) -> Result<(), RespondError> {
        let failed = matches!(self.entry.containment, Some(Containment::Failed { .. }));
        let due = match &self.entry.page {
            _ if self.entry.decision.response < Response::Page => false,
            PageState::None => true,
            PageState::SentOfFailure { .. } => !failed,
            PageState::Sent { .. } | PageState::Updated { .. } | PageState::Repeat { .. } => false,
        };
        if !due {
            return Ok(());
        }
        if self.came_to_nothing() {
            self.entry.page = PageState::Repeat { of: self.id() };
            return self.save().await;
        }
        let Some((action, incident)) = self.open_incident().await? else { return self.save().await };
        if let Some(ask) = self.entry.ask.as_ref().filter(|ask| !ask.taken_up) {
            // Listed before it is asked, so that no question is left without an end, and no answer unheard.
            let id = self.id();
            self.responder.ledger.note_ask(&id, ask.until).await.map_err(ledger_error(&id))?;
        }
        if self.entry.surroundings.is_none()
            && let Some(target) = self.entry.target()
        {
            let look = self.responder.records.look_around(&self.entry.finding, target, self.now).await;
            self.entry.surroundings = Some(look);
        }
        self.entry.incident = Some(incident.id.clone());
        let about = About::Finding(&self.entry);
        let paged = self.responder.pager.page(Notice { action, incident: &incident.id, about }).await;
        let message_id = match paged {
            Ok(message_id) => message_id,
            Err(source) => {
                self.entry.lease_until = self.now;
                self.save().await?;
                return Err(RespondError::Page { id: self.id(), source });
            }
        };
        self.entry.page = match action {
            _ if failed => PageState::SentOfFailure { message_id },
            Action::Update => PageState::Updated { message_id },
            Action::Trigger | Action::Resolve => PageState::Sent { message_id },
        };
        self.save().await
    }

    /// Whether it was taken up again, and in the end no more is done than on-call knows of: a guard refused, or another
    /// finding on the same actor was quicker.
    fn came_to_nothing(&self) -> bool {
        let Entry { earlier, decision, page, ask, .. } = &self.entry;
        *page == PageState::None
            && ask.is_none()
            && !decision.response.contains()
            && earlier.as_ref().is_some_and(|earlier| {
                earlier.paged && earlier.contained.is_none() && decision.response <= earlier.response
            })
    }

    /// The incident that the page belongs to, written down before the page is sent; nothing when on-call knows all this
    /// already, which is noted in the entry.
    async fn open_incident(&mut self) -> Result<Option<(Action, Incident)>, RespondError> {
        let id = self.id();
        let ledger = self.responder.ledger;
        let key = page_key(&self.entry.finding);
        for _ in 0..TRIES {
            let known = ledger.incident(&key).await.map_err(ledger_error(&id))?;
            let version = known.as_ref().map_or(Version(0), |known| known.version);
            let known = known.map(|known| known.item);
            let (action, incident) = match tell(known.as_ref(), self.news(), self.now) {
                Told::Message(action, incident) => (action, incident),
                Told::RepeatOf(of, otherwise) => {
                    let told = self.responder.entry(&of).await?.is_some_and(|of| was_told(&of.item));
                    match *otherwise {
                        Told::Message(action, incident) if !told => (action, incident),
                        _ => {
                            self.entry.page = PageState::Repeat { of };
                            return Ok(None);
                        }
                    }
                }
            };
            match ledger.put_incident(&key, &incident, version).await {
                Ok(_) => return Ok(Some((action, incident))),
                Err(LedgerError::Conflict) => {}
                Err(LedgerError::Port(source)) => return Err(ledger_error(&id)(source)),
            }
        }
        Err(RespondError::Busy(id))
    }

    fn news(&self) -> News<'_> {
        let Entry { finding, decision, plan, earlier, ask, .. } = &self.entry;
        let asks = ask.as_ref().is_some_and(|ask| !ask.is_answered());
        News {
            finding: &finding.id,
            rule: &finding.rule.id,
            severity: finding.rule.severity,
            response: decision.response,
            // A containment is always paged, and so are its failure, a question and what came of one.
            acted: !plan.is_empty()
                || ask.is_some()
                || earlier.as_ref().is_some_and(|earlier| earlier.contained.is_some()),
            asks,
            quiet_until: self.now + self.responder.settings.paging.repeat_after,
        }
    }
}

/// Whether on-call knows of the finding: a page that was announced and never sent makes nothing a repeat, and neither
/// does one whose ground has gone.
fn was_told(entry: &Entry) -> bool {
    let withdrawn = matches!(entry.gone, Some(Gone::Withdrawn { .. }));
    let told =
        matches!(entry.page, PageState::Sent { .. } | PageState::SentOfFailure { .. } | PageState::Updated { .. });
    !withdrawn && told
}
