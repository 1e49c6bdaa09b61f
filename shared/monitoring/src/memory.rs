//! CloudWatch in memory, with its quotas: for tests of whatever reconciles.

mod time;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::SignedDuration;
use portcullis_response::{PortError, PortErrorKind};

pub use self::time::MemoryTime;
pub use self::world::{MemoryAlarm, MemoryDashboard, MemoryState};
use crate::change::Change;
use crate::found::{Found, FoundAlarm, FoundDashboard};
use crate::place::Place;
use crate::ports::{ChangeMonitoring, ReadMonitoring};

/// CloudWatch in memory. What is read and changed is what CloudWatch would let through: a change of what does not exist,
/// or that another alarm needs, is refused, and so is a call over the quota.
#[derive(Debug)]
pub struct MemoryMonitoring {
    state: Mutex<MemoryState>,
    time: Arc<MemoryTime>,
    /// Calls a second that each API takes.
    quota: usize,
    /// Every how many calls one is throttled whatever the quota; none when zero.
    throttled: usize,
    /// How long a call takes.
    takes: SignedDuration,
}

impl MemoryMonitoring {
    /// Nothing is there; each API takes three calls a second, of `takes` each.
    pub fn new(time: Arc<MemoryTime>, takes: SignedDuration) -> Self {
        Self { state: Mutex::default(), time, quota: 3, throttled: 0, takes }
    }

    /// The same, and every so manieth call is throttled too.
    #[must_use]
    pub fn throttling(self, throttled: usize) -> Self {
        Self { throttled, ..self }
    }

    /// What is there, to look at or to change by hand.
    pub fn state(&self) -> MutexGuard<'_, MemoryState> {
        // A panic while holding the lock cannot leave half a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ReadMonitoring for MemoryMonitoring {
    async fn read(&self, place: &Place) -> Result<Found, PortError> {
        let state = self.state();
        let (names, filters) = (format!("{}/", place.stack), format!("{}-", place.stack));
        let ours = |stack: &Option<String>| stack.as_ref() == Some(&place.stack);
        let alarms = state.alarms.iter().filter(|(name, alarm)| name.starts_with(&names) || ours(&alarm.stack));
        let alarm = |(name, there): (&String, &MemoryAlarm)| FoundAlarm {
            name: name.clone(),
            ours: ours(&there.stack),
            composite: there.alarm.is_composite(),
            rings: there.rings,
            alarm: Some(there.alarm.clone()),
            detector: there.alarm.detector().cloned(),
        };
        let in_group = |log_group: &String| place.trail_log_group.as_ref() == Some(log_group);
        let filters = state.filters.iter().filter(|((group, name), _)| in_group(group) && name.starts_with(&filters));
        let dashboard = |there: &MemoryDashboard| FoundDashboard { ours: ours(&there.stack), body: there.body.clone() };
        Ok(Found {
            alarms: alarms.map(alarm).collect(),
            filters: filters.map(|(_, filter)| filter.clone()).collect(),
            dashboard: state.dashboards.get(&place.stack).map(dashboard),
        })
    }
}

#[async_trait]
impl ChangeMonitoring for MemoryMonitoring {
    async fn change(&self, place: &Place, change: &Change) -> Result<(), PortError> {
        let now = self.time.spend(self.takes);
        let mut state = self.state();
        let error = |what: &str, kind| PortError {
            what: format!("{} {}: {what}", change.api(), change.names().join(", ")),
            kind,
            source: None,
        };
        let calls: &mut BTreeMap<_, Vec<SignedDuration>> = &mut state.calls;
        let calls = calls.entry(change.api()).or_default();
        let last_second = calls.iter().rev().take_while(|call| now - **call < SignedDuration::from_secs(1)).count();
        calls.push(now);
        let throttled = self.throttled > 0 && calls.len().is_multiple_of(self.throttled);
        if throttled || last_second >= self.quota {
            return Err(error("Throttling: Rate exceeded", PortErrorKind::Retryable));
        }
        state.change(place, change).map_err(|what| error(&what, PortErrorKind::Refused))
    }
}
