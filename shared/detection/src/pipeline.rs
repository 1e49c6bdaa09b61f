//! From records to findings: the one path that the function, `replay` and the tests share.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record, RecordError};
use portcullis_domain::{Finding, FindingId};
use portcullis_knowledge::{History, Knowledge, KnowledgeStore, Sighting};
use portcullis_settings::{Exempted, Inventory, Judgement, Settings, Subject};
use portcullis_windows::WindowStore;

use crate::context::Context;
use crate::counted::{Windows, count};
use crate::event::RuleEvent;
use crate::ruleset::RuleSet;
use crate::sighting::sightings;
use crate::windowed::{Entry, entries, single};

/// Rules, settings and inventory: everything that a record is examined with, save what was seen before.
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

/// A record that could be read, and what is known about it.
struct Examined<'a> {
    /// Which one of the batch.
    place: usize,
    record: Record<'a>,
    access: Access,
    judgement: Judgement,
    history: History,
}

impl Pipeline {
    /// Puts rules and settings together. What the settings say about rules that they cannot be made to do is a problem of
    /// the rule set.
    pub fn new(mut rules: RuleSet, settings: Settings, inventory: Inventory, context: Context) -> Self {
        rules.apply(&settings);
        Self { rules, settings, inventory, context }
    }

    /// Examines one record on its own: nothing is known of what was before, and nothing is counted.
    ///
    /// # Errors
    ///
    /// When `json` is not a CloudTrail record.
    pub fn examine_alone(&self, json: &str) -> Result<Examination, RecordError> {
        let examined = self.read(0, json)?;
        let mut tally = Tally::default();
        self.fire(&examined, &mut tally);
        Ok(Examination { access: examined.access, judgement: examined.judgement, findings: tally.findings })
    }

    /// Examines records together: looks up what was seen before, lets every rule see each, and counts what
    /// correlations count, with one write for each window and batch.
    pub async fn examine<'a>(&self, records: impl IntoIterator<Item = &'a str>, memory: &mut Memory<'_>) -> Tally {
        let mut tally = Tally::default();
        let mut examined: Vec<Examined<'a>> = Vec::new();
        for (place, json) in records.into_iter().enumerate() {
            tally.accesses.push(self.read(place, json).map(|read| {
                let access = read.access.clone();
                examined.push(read);
                access
            }));
        }
        self.remember(&mut examined, memory, &mut tally).await;
        let mut windows = Windows::default();
        tally.judgements.resize_with(tally.accesses.len(), || None);
        for one in examined {
            for entry in self.fire(&one, &mut tally) {
                windows.put(entry);
            }
            if let Some(judgement) = tally.judgements.get_mut(one.place) {
                *judgement = Some(one.judgement);
            }
        }
        count(windows, memory.windows, &mut tally).await;
        tally
    }

    fn read<'a>(&self, place: usize, json: &'a str) -> Result<Examined<'a>, RecordError> {
        let record = Record::parse(json)?;
        let access = Access::of(&record);
        let subject =
            Subject { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
        let judgement = self.settings.judge(&subject, &self.inventory);
        Ok(Examined { place, record, access, judgement, history: History::default() })
    }

    /// Looks up what was known before each record. Without an answer nothing is known, and what asks for it does not
    /// match; the caller examines the records again.
    async fn remember(&self, examined: &mut [Examined<'_>], memory: &mut Memory<'_>, tally: &mut Tally) {
        let mut all: Vec<Sighting> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        for (index, one) in examined.iter().enumerate() {
            for mut sighting in sightings(&one.record, &one.access, &one.judgement, self) {
                sighting.counted &= !memory.delivery.again;
                all.push(sighting);
                owners.push(index);
            }
        }
        if let Some(since) = memory.delivery.watched_since {
            let accounts: BTreeSet<&str> = all.iter().map(|sighting| sighting.account.as_str()).collect();
            for account in accounts {
                if let Err(error) = memory.knowledge.begin_watch(memory.sightings, account, since).await {
                    return tally.failed.push(error.chain());
                }
            }
        }
        match memory.knowledge.observe(memory.sightings, &all).await {
            Ok(histories) => {
                for (history, owner) in histories.into_iter().zip(owners) {
                    if let Some(one) = examined.get_mut(owner) {
                        one.history = one.history.joined(history);
                    }
                }
            }
            Err(error) => tally.failed.push(error.chain()),
        }
    }

    /// The findings of one record, and what correlations are to count of it.
    fn fire(&self, one: &Examined<'_>, tally: &mut Tally) -> Vec<Entry<'_>> {
        let Examined { record, access, judgement, history, place: _ } = one;
        let event = RuleEvent { record, access, judgement, history, context: &self.context, settings: &self.settings };
        let matched = self.rules.matches(&event);
        for rule in matched.findings {
            if !self.is_exempt(&rule.reference.id, access, tally) {
                tally.findings.push(single(rule, record, access, judgement));
            }
        }
        let mut counted = Vec::new();
        for (correlated, place) in matched.correlated {
            if self.is_exempt(&correlated.rule.reference.id, access, tally) {
                continue;
            }
            tally.timeless += usize::from(access.time.is_none());
            counted.extend(entries(correlated, place, &event));
        }
        counted
    }

    /// Whether the settings let the actor set off the rule. An exemption that ends is none for an event without a time.
    fn is_exempt(&self, rule: &str, access: &Access, tally: &mut Tally) -> bool {
        let at = access.time.unwrap_or(jiff::Timestamp::MAX);
        let exempted = self.settings.exemption(rule, &access.actor, &self.inventory, at);
        let why = exempted.map(|exempted| match exempted {
            Exempted::Entry(entry) => entry.name.clone(),
            Exempted::Rule(_) => "the rule's own `exempt`".to_owned(),
        });
        why.is_some_and(|why| {
            tally.exempted.push((rule.to_owned(), why));
            true
        })
    }
}
