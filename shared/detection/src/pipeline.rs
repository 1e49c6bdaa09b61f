//! From records to findings: the one path that the function, `replay` and the tests share.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_cloudtrail::{Access, RecordError};
use portcullis_domain::{Finding, FindingId};
use portcullis_knowledge::{History, Knowledge, KnowledgeStore, Sighting};
use portcullis_settings::{Inventory, Judgement, Settings};
use portcullis_windows::WindowStore;

use crate::context::Context;
use crate::counted::{Windows, count};
use crate::entries::Entries;
use crate::prepare::Prepared;
use crate::ruleset::RuleSet;
use crate::sighting::SERVICES;

/// Rules, settings and inventory: everything that a record is examined with, save what was seen before. What follows from them is
/// kept, so that they are not to be changed once it is made.
#[derive(Debug)]
pub struct Pipeline {
    /// The rules, as the settings change them.
    pub rules: RuleSet,
    /// The settings.
    pub settings: Settings,
    /// What the settings' aliases and tags stand for.
    pub inventory: Inventory,
    /// What else is known.
    pub context: Context,
    /// Which entries of the settings match the assets that were met.
    pub(crate) entries: Entries,
}

/// What was seen before, and what is being counted: shared among workers.
pub struct Memory<'m> {
    /// What this worker holds of what was seen before.
    pub knowledge: &'m mut Knowledge,
    /// Where it is kept.
    pub sightings: &'m dyn KnowledgeStore,
    /// Where windows are kept.
    pub windows: &'m dyn WindowStore,
    /// How these records come.
    pub delivery: Delivery,
}

/// How records come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery {
    /// Since when an account that was never heard of is watched; absent for since its first event. Where events come as they
    /// happen, it is now: an old record that happens to come first must not end the learning before it began.
    pub watched_since: Option<Timestamp>,
    /// Whether some of them may have been examined before, by another worker: then they count for no rate, which each delivery
    /// would raise.
    pub again: bool,
}

/// What examining many records came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// What each record means, in their order; nothing for one that is not a CloudTrail record.
    pub accesses: Vec<Result<Access, RecordError>>,
    /// What the settings say of each, in step with `accesses`; absent for one that is not a CloudTrail record.
    pub judgements: Vec<Option<Judgement>>,
    /// What fired.
    pub findings: Vec<Finding>,
    /// Findings that no longer hold, since more is known: see
    /// [`Taken::withdrawn`](portcullis_windows::Taken::withdrawn).
    pub withdrawn: Vec<FindingId>,
    /// What would have fired, had the settings not exempted the actor: the rule, and why.
    pub exempted: Vec<(String, String)>,
    /// Events that matched a correlation's rule and are in no window, because their records have no time that can be read.
    pub timeless: usize,
    /// Why some of it could not be done: what was seen before, or the windows, did not answer. The findings stand, and the
    /// same records must be examined again.
    pub failed: Vec<String>,
}

/// What examining one record on its own came to.
#[derive(Debug)]
pub struct Examination {
    /// What the record means.
    pub access: Access,
    /// What the settings say of it.
    pub judgement: Judgement,
    /// The rules that fired.
    pub findings: Vec<Finding>,
}

impl Pipeline {
    /// Puts rules and settings together. What the settings say about rules that they cannot be made to do is a problem of
    /// the rule set.
    pub fn new(mut rules: RuleSet, settings: Settings, inventory: Inventory, context: Context) -> Self {
        rules.apply(&settings);
        Self { rules, settings, inventory, context, entries: Entries::default() }
    }

    /// Examines one record on its own: nothing is known of what was before, and nothing is counted.
    ///
    /// # Errors
    ///
    /// When `json` is not a CloudTrail record.
    pub fn examine_alone(&self, json: &str) -> Result<Examination, RecordError> {
        let mut prepared = self.prepare(json)?;
        let mut tally = Tally::default();
        self.finish(&mut prepared, json, History::default(), &mut tally);
        Ok(Examination { access: prepared.access, judgement: prepared.judgement, findings: tally.findings })
    }

    /// Examines records together: looks up what was seen before, lets every rule see each, and counts what
    /// correlations count, with one write for each window and batch.
    pub async fn examine<'a>(&self, records: impl IntoIterator<Item = &'a str>, memory: &mut Memory<'_>) -> Tally {
        let mut tally = Tally::default();
        let (mut prepared, mut texts): (Vec<Option<Prepared<'_>>>, Vec<&str>) = (Vec::new(), Vec::new());
        for json in records {
            let one = self.prepare(json);
            tally.accesses.push(match &one {
                Ok(one) => Ok(one.access.clone()),
                Err(error) => Err(error.clone()),
            });
            prepared.push(one.ok());
            texts.push(json);
        }
        let histories = self.remember(prepared.iter().map(Option::as_ref), memory, &mut tally).await;
        let mut windows = Windows::default();
        for ((one, json), history) in prepared.iter_mut().zip(texts).zip(&histories) {
            if let Some(one) = one {
                for entry in self.finish(one, json, *history, &mut tally) {
                    windows.put(entry);
                }
            }
        }
        tally.judgements = prepared.into_iter().map(|one| one.map(|one| one.judgement)).collect();
        count(windows, memory.windows, &mut tally).await;
        tally
    }

    /// Whether a record of a call from this source with this name has to be examined: a rule could match it, or the access
    /// ledger keeps something of it. `succeeded` says that it has neither `errorCode` nor `errorMessage`.
    pub fn is_examined(&self, source: &str, name: &str, succeeded: bool) -> bool {
        let service = source.split_once(".amazonaws.com").map_or(source, |(service, _)| service);
        SERVICES.contains(&service) || self.rules.could_match(source, name, succeeded)
    }

    /// Looks up what was known before each record, in their order. Without an answer nothing is known, and what asks for it
    /// does not match; the caller examines the records again.
    pub(crate) async fn remember<'x>(
        &self,
        prepared: impl Iterator<Item = Option<&'x Prepared<'x>>>,
        memory: &mut Memory<'_>,
        tally: &mut Tally,
    ) -> Vec<History> {
        let mut all: Vec<Sighting> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        let mut histories: Vec<History> = Vec::new();
        for one in prepared {
            for sighting in one.map(|one| one.sightings.as_slice()).unwrap_or_default() {
                let counted = sighting.counted && !memory.delivery.again;
                all.push(Sighting { counted, ..sighting.clone() });
                owners.push(histories.len());
            }
            histories.push(History::default());
        }
        if let Some(since) = memory.delivery.watched_since {
            let accounts: BTreeSet<&str> = all.iter().map(|sighting| sighting.account.as_str()).collect();
            for account in accounts {
                if let Err(error) = memory.knowledge.begin_watch(memory.sightings, account, since).await {
                    tally.failed.push(error.chain());
                    return histories;
                }
            }
        }
        match memory.knowledge.observe(memory.sightings, &all).await {
            Ok(known) => {
                for (history, owner) in known.into_iter().zip(owners) {
                    if let Some(one) = histories.get_mut(owner) {
                        *one = one.joined(history);
                    }
                }
            }
            Err(error) => tally.failed.push(error.chain()),
        }
        histories
    }
}
