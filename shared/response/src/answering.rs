//! What an operator, or the clock, says to a question: written down, and handed to `respond`.

use jiff::Timestamp;
use portcullis_domain::FindingId;

use crate::ask::AskState;
use crate::entry::{Entry, Gone};
use crate::ports::{LedgerError, PortError, Versioned};
use crate::release::Releaser;

/// So many times a burst may turn out to be a part of another one while a question about it is open.
pub(crate) const HOPS: usize = 32;

/// An operator's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Contain the actor.
    Approve,
    /// Leave it.
    Reject,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such question.
    #[error("nobody was asked about {0}; the page has the id, and `portcullis status` lists what waits for an answer")]
    NotAsked(FindingId),
    /// It was answered before.
    #[error("{id} was {state} before; nothing was changed")]
    Answered {
        /// About which finding.
        id: FindingId,
        /// How.
        state: &'static str,
    },
    /// It is too late.
    #[error("the question about {id} ended at {until:.0}; contain the actor by hand if that is still wanted")]
    TooLate {
        /// About which finding.
        id: FindingId,
        /// When.
        until: Timestamp,
    },
    /// Somebody else is changing it.
    #[error("{0} is being changed by another worker; try again")]
    Busy(FindingId),
    /// A call failed.
    #[error("the answer about {id} could not be written down or handed on; try again")]
    Port {
        /// About which finding.
        id: FindingId,
        /// What failed.
        #[source]
        source: PortError,
    },
}

impl Releaser<'_> {
    /// Takes an operator's answer, and hands it to `respond`.
    ///
    /// # Errors
    ///
    /// When nobody was asked, it was answered before, it is too late, or a call fails. The same answer may be given again
    /// when handing it on failed; the sweep does so too.
    pub async fn answer(
        &self,
        id: &FindingId,
        answer: Answer,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Entry, AnswerError> {
        let port = |source| AnswerError::Port { id: id.clone(), source };
        let known = self.asked(id).await?;
        let Some(Versioned { item: mut entry, version }) = known else { return Err(AnswerError::NotAsked(id.clone())) };
        if entry.is_held(now) {
            return Err(AnswerError::Busy(id.clone()));
        }
        let Some(ask) = entry.ask.as_mut().filter(|_| entry.gone.is_none()) else {
            return Err(AnswerError::NotAsked(id.clone()));
        };
        if ask.is_answered() {
            return Err(AnswerError::Answered { id: id.clone(), state: ask.state.name() });
        }
        if !ask.is_open(now) {
            return Err(AnswerError::TooLate { id: id.clone(), until: ask.until });
        }
        let (by, reason) = (by.to_owned(), reason.to_owned());
        ask.state = match answer {
            Answer::Approve => AskState::Approved { at: now, by, reason },
            Answer::Reject => AskState::Rejected { at: now, by, reason },
        };
        match self.ledger.put_entry(&entry, version, now).await {
            Ok(_) => {}
            Err(LedgerError::Conflict) => return Err(AnswerError::Busy(id.clone())),
            Err(LedgerError::Port(source)) => return Err(port(source)),
        }
        self.nudge.answered(&entry.finding.id).await.map_err(port)?;
        Ok(entry)
    }

    /// The entry that has the question about `id`: that of the finding, or of the one that it turned out to be a part of.
    async fn asked(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, AnswerError> {
        let mut whole = id.clone();
        for hop in 0..HOPS {
            let known = self.ledger.entry(&whole).await;
            let known = known.map_err(|source| AnswerError::Port { id: id.clone(), source })?;
            match known {
                // Its tombstone is written before the entry of the whole.
                None if hop > 0 => break,
                Some(Versioned { item: Entry { gone: Some(Gone::Superseded { by }), .. }, .. }) => whole = by,
                known => return Ok(known),
            }
        }
        Err(AnswerError::Busy(id.clone()))
    }

    /// Ends the questions whose time is over, and hands on every answer that `respond` has not taken up yet. Answers with
    /// how many ended.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read, or one of them cannot be written down or handed on.
    pub async fn sweep_asks(&self, now: Timestamp) -> Result<usize, AnswerError> {
        let unnamed = FindingId::of_event("ask", "", "");
        let asks = self.ledger.asks().await.map_err(|source| AnswerError::Port { id: unnamed, source })?;
        let (mut ended, mut failed) = (0, None);
        for id in asks {
            match self.sweep_one(&id, now).await {
                Ok(true) => ended += 1,
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(ended), Err)
    }

    async fn sweep_one(&self, id: &FindingId, now: Timestamp) -> Result<bool, AnswerError> {
        let port = |source| AnswerError::Port { id: id.clone(), source };
        let (mut entry, version) = match self.asked(id).await {
            Ok(Some(known)) if !known.item.is_held(now) => (known.item, known.version),
            // It is looked at again by the next sweep.
            Ok(_) | Err(AnswerError::Busy(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let gone = entry.gone.is_some();
        let Some(ask) = entry.ask.as_mut().filter(|ask| !gone && !ask.taken_up) else { return Ok(false) };
        let ends = !ask.is_answered() && now >= ask.until;
        if ends {
            ask.state = AskState::Unanswered { at: now };
            match self.ledger.put_entry(&entry, version, now).await {
                Ok(_) => {}
                // Somebody answered in the last moment.
                Err(LedgerError::Conflict) => return Ok(false),
                Err(LedgerError::Port(source)) => return Err(port(source)),
            }
        } else if !ask.is_answered() {
            return Ok(false);
        }
        self.nudge.answered(&entry.finding.id).await.map_err(port)?;
        Ok(ends)
    }
}
