//! Findings that turn out to be parts of another: each leaves a tombstone, and what was done about it counts for the
//! other.
//!
//! The tombstones are written before the other finding is taken up, each over the version that was read. From then on no
//! worker can page or contain in the name of a part: one that holds it makes this delivery wait, and one that has only
//! read it fails at its first write. So what the tombstones hold is final when it is inherited.

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};

use crate::entry::{Entry, Gone};
use crate::form::{revision, supersedes};
use crate::ports::Version;
use crate::respond::{RespondError, Responder};

/// The parts of a finding that this delivery had to look at.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// How many tombstones were written.
    pub(crate) buried: usize,
    /// What the ledger holds about those that had come.
    pub(crate) heard: Vec<Entry>,
}

impl Responder<'_> {
    /// Whether nothing is to be done about the finding in this form. Of two findings that supersede each other, the one
    /// that knows more stays: one that was superseded rises again if it says that it supersedes the other, in a form with
    /// a larger revision than the other has.
    pub(crate) async fn is_gone(&self, told: &Finding, known: &Entry) -> Result<bool, RespondError> {
        let by = match &known.gone {
            None => return Ok(false),
            Some(Gone::Withdrawn { .. }) => return Ok(true),
            Some(Gone::Superseded { by }) if !supersedes(told).contains(by) => return Ok(true),
            Some(Gone::Superseded { by }) => by,
        };
        let other = self.entry(by).await?;
        Ok(other.is_none_or(|other| revision(told) <= revision(&other.item.finding)))
    }

    /// Writes a tombstone for everything that `finding` supersedes, unless its own entry, `known`, says that this was done
    /// before.
    pub(crate) async fn bury(
        &self,
        finding: &Finding,
        known: Option<&Entry>,
        now: Timestamp,
    ) -> Result<Parts, RespondError> {
        let before = known.filter(|known| known.gone.is_none()).map_or(&[][..], |known| supersedes(&known.finding));
        let mut parts = Parts::default();
        for id in supersedes(finding).iter().filter(|id| **id != finding.id && !before.contains(id)) {
            if let Some(heard) = self.bury_one(id, finding, now, &mut parts.buried).await? {
                parts.heard.push(heard);
            }
        }
        Ok(parts)
    }

    async fn bury_one(
        &self,
        id: &FindingId,
        heir: &Finding,
        now: Timestamp,
        buried: &mut usize,
    ) -> Result<Option<Entry>, RespondError> {
        let gone = Gone::Superseded { by: heir.id.clone() };
        let (entry, version) = match self.entry(id).await? {
            None => (Entry::unheard(id.clone(), Some(heir), gone, now), Version(0)),
            Some(known) if matches!(known.item.gone, Some(Gone::Withdrawn { .. })) => return Ok(None),
            Some(known) if known.item.gone.is_some() => return Ok(Some(known.item).filter(|known| !known.unheard)),
            Some(known) if known.item.is_held(now) => return Err(RespondError::Busy(id.clone())),
            Some(known) => (Entry { gone: Some(gone), ..known.item }, known.version),
        };
        self.put(&entry, version, now).await?;
        *buried += 1;
        Ok(Some(entry).filter(|entry| !entry.unheard))
    }
}

/// The entry that says what was done about `form`: its own, or that of a part about which more was done.
pub(crate) fn strongest(own: Option<Entry>, parts: Vec<Entry>, form: &Finding) -> Option<Entry> {
    let ids: Vec<FindingId> = parts.iter().map(|part| part.finding.id.clone()).collect();
    // What a part inherited from a part of its own stands in its entry, and may have gone on there.
    let inherited = |part: &Entry| matches!(&part.gone, Some(Gone::Superseded { by, .. }) if ids.contains(by));
    let parts = parts.into_iter().filter(|part| !inherited(part));
    let (mut best, mut told) = (None::<Entry>, None::<Entry>);
    for next in own.into_iter().chain(parts) {
        if next.as_earlier().paged && told.as_ref().is_none_or(|told| next.rank(form) > told.rank(form)) {
            told = Some(next.clone());
        }
        if best.as_ref().is_none_or(|best| next.rank(form) > best.rank(form)) {
            best = Some(next);
        }
    }
    let mut best = best?;
    // What on-call was told of a part counts, though more was begun about another one.
    if let Some(told) = told.filter(|_| !best.as_earlier().paged) {
        best.earlier = Some(told.as_earlier());
    }
    Some(best)
}
