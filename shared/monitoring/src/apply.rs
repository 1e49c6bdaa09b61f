//! Carries a plan out, at a pace that CloudWatch takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use portcullis_response::{PortError, PortErrorKind};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::place::Place;
use crate::plan::Plan;
use crate::ports::{ChangeMonitoring, Pause};

/// From one call to the next of the same API. CloudWatch takes three PutMetricAlarm calls a second from an account in a
/// Region unless its quota was raised (CloudWatch User Guide, *CloudWatch service quotas*); no other call that is made
/// here has less.
const GAP: SignedDuration = SignedDuration::from_millis(334);

/// What is waited after each failure that may pass.
const WAITS: [SignedDuration; 4] = [
    SignedDuration::from_secs(1),
    SignedDuration::from_secs(2),
    SignedDuration::from_secs(4),
    SignedDuration::from_secs(8),
];

/// What is kept of the time, to end the last call and to say what was done.
const TO_END: SignedDuration = SignedDuration::from_secs(3);

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// How much was done.
    pub done: Done,
    /// What could not be done. It is planned again next time.
    pub failed: Vec<Failure>,
    /// How many alarms, metric filters and dashboards time did not suffice for.
    pub left: usize,
}

/// How many alarms, metric filters, dashboards and anomaly models were dealt with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// So many are new.
    pub created: usize,
    /// So many are gone.
    pub deleted: usize,
    /// So many alarms rang, and were told to be over before they were deleted.
    pub silenced: usize,
    /// So many were brought up to date.
    pub updated: usize,
}

/// Something that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was answered.
    pub error: String,
    /// Which call on what: `PutMetricAlarm gatehouse/denied/payroll`.
    pub what: String,
}

/// Makes the changes of `plan`, in their order: at most three a second by the same API; each that fails in a way that may
/// pass again after 1, 2, 4 and 8 seconds. Goes on with the others after a failure, but does not make a composite alarm
/// when one that it names could not be made. Stops when time is nearly over; what is left is planned again next time.
pub async fn apply(plan: &Plan, place: &Place, world: &dyn ChangeMonitoring, pause: &dyn Pause) -> Applied {
    let (last, failed) = (BTreeMap::new(), BTreeSet::new());
    let mut work = Work { place, world, pause, last, failed, applied: Applied::default() };
    for (at, change) in plan.changes.iter().enumerate() {
        if let Err(TimeOver { dealt_with }) = work.change(change).await {
            let all: usize = plan.changes.iter().skip(at).map(names).sum();
            work.applied.left = all.saturating_sub(dealt_with);
            break;
        }
    }
    work.applied
}

/// There is no time to go on.
struct TimeOver {
    /// How much of the change was dealt with all the same.
    dealt_with: usize,
}

struct Work<'a> {
    place: &'a Place,
    world: &'a dyn ChangeMonitoring,
    pause: &'a dyn Pause,
    /// The time that was left at the last call of each API.
    last: BTreeMap<&'static str, SignedDuration>,
    /// The alarms that could not be made.
    failed: BTreeSet<String>,
    applied: Applied,
}

impl Work<'_> {
    async fn change(&mut self, change: &Change) -> Result<(), TimeOver> {
        if let Some(child) = self.failed_child(change) {
            self.fail(change, format!("not tried, since it is about `{child}`, which could not be made"));
            return Ok(());
        }
        match (self.call(change).await?, change) {
            (Ok(()), _) => self.applied.done.count(change),
            // One that cannot be deleted, as one that somebody else's composite alarm names, must not keep the others.
            (Err(error), Change::DeleteAlarms(names)) if error.kind != PortErrorKind::Retryable && names.len() > 1 => {
                self.one_by_one(names).await?;
            }
            (Err(error), change) => self.fail(change, error.chain()),
        }
        Ok(())
    }

    async fn one_by_one(&mut self, names: &[String]) -> Result<(), TimeOver> {
        for (dealt_with, name) in names.iter().enumerate() {
            let one = Change::DeleteAlarms(vec![name.clone()]);
            match self.call(&one).await.map_err(|_| TimeOver { dealt_with })? {
                Ok(()) => self.applied.done.count(&one),
                Err(error) => self.fail(&one, error.chain()),
            }
        }
        Ok(())
    }

    /// The alarm that `change` would make needs one that could not be made.
    fn failed_child(&self, change: &Change) -> Option<String> {
        let Change::PutAlarm { alarm, .. } = change else { return None };
        alarm.children().into_iter().find(|child| self.failed.contains(*child)).map(str::to_owned)
    }

    fn fail(&mut self, change: &Change, error: String) {
        if let Change::PutAlarm { alarm, .. } = change {
            self.failed.insert(alarm.name.clone());
        }
        let what = format!("{} {}", change.api(), change.names().join(", "));
        self.applied.failed.push(Failure { error, what });
    }

    /// Calls until it is done, refused, or failed too often.
    async fn call(&mut self, change: &Change) -> Result<Result<(), PortError>, TimeOver> {
        let mut waits = WAITS.iter();
        loop {
            self.pace(change.api()).await?;
            match self.world.change(self.place, change).await {
                Err(error) if error.kind == PortErrorKind::Retryable => match waits.next() {
                    Some(wait) => self.wait(*wait).await?,
                    None => return Ok(Err(error)),
                },
                result => return Ok(result),
            }
        }
    }

    /// Waits until the API may be called again.
    async fn pace(&mut self, api: &'static str) -> Result<(), TimeOver> {
        // What is left is the only clock there is.
        let since = self.last.get(api).map(|last| last.saturating_sub(self.pause.left()));
        let wait = since.map(|since| GAP.saturating_sub(since)).filter(SignedDuration::is_positive);
        self.wait(wait.unwrap_or_default()).await?;
        self.last.insert(api, self.pause.left());
        Ok(())
    }

    async fn wait(&self, time: SignedDuration) -> Result<(), TimeOver> {
        if self.pause.left().saturating_sub(time) <= TO_END {
            return Err(TimeOver { dealt_with: 0 });
        }
        if time.is_positive() {
            self.pause.pause(time).await;
        }
        Ok(())
    }
}

/// How many things a change is about.
fn names(change: &Change) -> usize {
    match change {
        Change::DeleteAlarms(names) => names.len(),
        _ => 1,
    }
}

impl Done {
    fn count(&mut self, change: &Change) {
        let counter = match change {
            Change::PutAlarm { new: true, .. }
            | Change::PutFilter { new: true, .. }
            | Change::PutDashboard { new: true, .. } => &mut self.created,
            Change::PutAlarm { .. } | Change::PutFilter { .. } | Change::PutDashboard { .. } => &mut self.updated,
            Change::Silence { .. } => &mut self.silenced,
            Change::DeleteAlarms(_)
            | Change::DeleteDetector(_)
            | Change::DeleteFilter { .. }
            | Change::DeleteDashboard(_) => &mut self.deleted,
        };
        *counter += names(change);
    }
}

#[cfg(test)]
mod tests;
