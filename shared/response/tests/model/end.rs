//! In the end no call fails any more: everything is dealt with, and after the last deadline everything is as it was.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use portcullis_domain::FindingId;
use portcullis_response::{Containment, Entry, Gone, Ledger as _, PageState, QuarantineState, Walk};
use portcullis_settings::Response;
use portcullis_testkit::Subject;
use proptest::prelude::*;

use crate::jobs::Job;
use crate::watcher::{entry, quarantines};
use crate::{Run, wait};

impl Run {
    pub(crate) fn end(&mut self) -> Result<(), TestCaseError> {
        self.settle()?;
        self.check_deadlines()?;
        // The questions end, and what comes of that is dealt with.
        self.now += self.world.settings.asking.expires_after;
        self.settle()?;
        self.check_pages()?;
        self.check_deadlines()?;
        // No deadline is further away than that.
        self.now += SignedDuration::from_hours(31 * 24);
        self.settle()?;
        for (arn, known) in quarantines(&self.world) {
            let over = matches!(known.state, QuarantineState::Released { .. } | QuarantineState::Failed);
            prop_assert!(over, "{arn} is contained for good: {:?}", known.state);
        }
        self.check_chain()?;
        // What is dealt with stays so.
        let told = self.world.pager.told().len();
        for message in self.messages.clone() {
            prop_assert!(self.work(message, &Vec::new())?);
        }
        prop_assert_eq!(self.world.pager.told().len(), told, "{:?}", self.world.pager.told().last());
        Ok(())
    }

    /// Every message is delivered until it is dealt with, and the schedules run.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..8 {
            self.now += SignedDuration::from_mins(2);
            let mut done = true;
            for message in self.waiting.clone() {
                done &= self.work(message, &Vec::new())?;
            }
            done &= self.work(Job::Sweep, &Vec::new())?;
            done &= self.work(Job::WatchAll, &Vec::new())?;
            if done && self.waiting.is_empty() {
                return Ok(());
            }
        }
        Err(TestCaseError::fail(format!("never dealt with: {:?}", self.waiting)))
    }

    fn check_deadlines(&self) -> Result<(), TestCaseError> {
        for (arn, known) in quarantines(&self.world) {
            prop_assert!(!known.is_in_force() || known.until > self.now, "{arn} outlives its deadline");
            prop_assert!(!matches!(known.state, QuarantineState::Releasing { .. }), "{arn} is half released");
        }
        Ok(())
    }

    fn check_pages(&self) -> Result<(), TestCaseError> {
        let told = self.world.pager.told();
        let told: BTreeSet<FindingId> = told
            .iter()
            .filter_map(|message| match &message.about {
                Subject::Finding(entry) => Some(entry.finding.id.clone()),
                _ => None,
            })
            .collect();
        let entries = self.world.pager.told();
        let contained = entries.iter().filter_map(|message| message.entry()).filter(|entry| is_contained(entry));
        let contained: BTreeSet<FindingId> = contained.map(|entry| entry.finding.id.clone()).collect();
        let ids = |entry: &Entry| {
            let parts = entry.finding.burst.iter().flat_map(|burst| burst.supersedes.clone());
            parts.chain(entry.continues.clone()).chain([entry.finding.id.clone()]).collect::<Vec<_>>()
        };
        let was_told = |entry: &Entry| ids(entry).iter().any(|id| told.contains(id));
        for known in self.world.ledger.entries() {
            let id = &known.finding.id;
            match &known.gone {
                Some(Gone::Withdrawn { .. }) => continue,
                Some(Gone::Superseded { by }) => {
                    prop_assert!(entry(&self.world, by).is_some(), "{id} is a part of {by}, which is not there");
                    continue;
                }
                None => {}
            }
            prop_assert!(known.done, "{id} is not dealt with");
            let wanted = self.world.settings.response(known.finding.rule.severity, known.finding.tier);
            let decision = &known.decision;
            let knocks = decision.refusals.iter().any(|refusal| refusal.name() == "already-contained");
            prop_assert!(decision.response >= wanted.min(Response::Page) || knocks, "{id}: {decision:?}");
            if decision.response < Response::Page {
                continue;
            }
            match &known.page {
                PageState::None => prop_assert!(false, "{id} was never paged"),
                PageState::Repeat { of } => {
                    let of = entry(&self.world, of).unwrap();
                    prop_assert!(was_told(&of), "{id} repeats {}, which was never told", of.finding.id);
                }
                _ => prop_assert!(was_told(&known), "{id} was never told"),
            }
            // What was done is told as done.
            let done = decision.response.contains() && is_contained(&known);
            prop_assert!(!done || ids(&known).iter().any(|id| contained.contains(id)), "{id}: nobody knows of it");
            if let Some(ask) = &known.ask {
                prop_assert!(ask.is_answered() && ask.taken_up, "{id} waits for an answer for good");
            }
        }
        Ok(())
    }

    fn check_chain(&self) -> Result<(), TestCaseError> {
        let mut walks = std::collections::BTreeMap::<String, Walk>::new();
        for link in self.world.ledger.chained() {
            let flaws = walks.entry(link.account.clone()).or_default().step(&link);
            prop_assert!(flaws.is_empty(), "{flaws:?}");
        }
        let compare = |account: &str, item: &str, body: &str| {
            let walk = walks.get(account);
            prop_assert!(walk.is_some(), "{item} has no chain");
            prop_assert_eq!(walk.and_then(|walk| walk.compare(item, body)), None);
            Ok(())
        };
        for entry in self.world.ledger.entries() {
            compare(&entry.account(), &entry.item(), &serde_json::to_string(&entry).unwrap())?;
        }
        for known in wait(self.world.ledger.quarantines()).unwrap() {
            let known = known.unwrap().item;
            compare(known.target.account().as_str(), &known.item(), &serde_json::to_string(&known).unwrap())?;
        }
        Ok(())
    }
}

fn is_contained(entry: &Entry) -> bool {
    matches!(entry.containment, Some(Containment::Contained { .. }))
}
