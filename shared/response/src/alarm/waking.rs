//! Waking: the incident that is opened for it, the end of all that were opened, and what somebody is to be woken for later.

use std::cmp::Reverse;
use std::mem::take;

use jiff::Timestamp;
use portcullis_domain::{Severity, sha256_hex};
use portcullis_settings::Settings;

use super::change::AlarmChange;
use super::incident::{AlarmIncident, Earlier, Own, Unwoken, listed};
use super::notice::{AlarmNotice, Ringing, Telling};
use super::step::{entry, is_paged, notice};
use crate::incident::Action;

impl AlarmIncident {
    /// Opens an incident for the change, and gives its key.
    ///
    /// Each waking has a key of its own: PagerDuty adds what comes under the key of an alert that is open to that alert, and
    /// wakes nobody (PagerDuty, *Events API v2 Overview*, deduplication). The one that was open stays so until nothing rings.
    pub(super) fn open_for(&mut self, change: &AlarmChange, now: Timestamp) -> String {
        let (id, severity) = (incident_id(change), change.severity());
        if let Some(own) = self.own.take().filter(|own| own.open) {
            self.earlier.push(Earlier { id: own.id, severity: own.severity, rang: own.rang });
        }
        let mut rang = self.told_to_ring();
        rang.insert(change.name.clone(), change.at);
        // What is worse than this wakes again, though something as bad rang an hour ago.
        self.own = Some(Own { id: id.clone(), severity, woken_at: now, again: 0, open: true, rang });
        // The page lists whatever rings, and so wakes for all of it that is no worse.
        self.unwoken.retain(|_, unwoken| unwoken.change.severity() > severity);
        id
    }

    /// Ends whatever somebody was woken for and that is open, the oldest first.
    pub(super) fn end(&mut self, notice: impl Fn(Severity, Vec<Ringing>, Telling) -> AlarmNotice) -> bool {
        let Some(own) = self.own.as_mut().filter(|own| own.open) else { return false };
        own.open = false;
        let last = Earlier { id: own.id.clone(), severity: own.severity, rang: own.rang.clone() };
        for open in take(&mut self.earlier).into_iter().chain([last]) {
            let over = notice(open.severity, listed(&open.rang), Telling::Over);
            self.owe(Action::Resolve, open.id, over);
        }
        true
    }

    /// What somebody is to be woken for though nothing more was heard, as far as no finding stands for it: nobody was woken
    /// for it, since somebody had just been for something as bad, or for a finding; it rings still, and by now the former is
    /// no reason any more. The worst, and of those the one that rings longest: a finding that stands for it stands for all.
    pub(super) fn overdue(&self, settings: &Settings, now: Timestamp) -> Option<&Unwoken> {
        let held = |change: &AlarmChange| self.own.as_ref().is_some_and(|own| own.holds(change, settings, now));
        let paged = self
            .unwoken
            .values()
            .filter(|Unwoken { change, .. }| is_paged(change, entry(change, settings), settings) && !held(change));
        paged.max_by_key(|unwoken| (unwoken.change.severity(), Reverse(unwoken.change.at)))
    }

    /// Wakes somebody for what is overdue.
    pub(super) fn wake(&mut self, unwoken: &Unwoken, settings: &Settings, now: Timestamp) {
        let Unwoken { change, finding } = unwoken;
        let telling = match (finding, &self.own) {
            (Some(finding), _) => Telling::Uncovered { finding: finding.clone() },
            (None, Some(own)) => Telling::Still { woken_at: own.woken_at, times: own.again },
            (None, None) => Telling::Rings,
        };
        let id = self.open_for(change, now);
        let notice = notice(change, entry(change, settings), change.severity(), listed(&self.firing), telling);
        self.owe(Action::Trigger, id, notice);
    }
}

impl Own {
    /// Whether somebody was woken so lately, and for something as bad, that nobody is for the change.
    pub(super) fn holds(&self, change: &AlarmChange, settings: &Settings, now: Timestamp) -> bool {
        change.severity() <= self.severity && now < self.woken_at + settings.paging.repeat_after
    }
}

/// The key of the incident that the change opens. No change wakes twice.
fn incident_id(change: &AlarmChange) -> String {
    let hash = sha256_hex(&format!("alarm {} {}", change.name, change.at));
    format!("I-{}", hash.get(..16).unwrap_or(&hash))
}
