//! What CloudWatch keeps, and what it lets through.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::alarm::{Alarm, MetricFilter};
use crate::change::Change;
use crate::place::Place;

/// An alarm that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryAlarm {
    /// The alarm.
    pub alarm: Alarm,
    /// The value of the tag of stacks.
    pub stack: Option<String>,
    /// Whether it rings.
    pub rings: bool,
}

/// A dashboard that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryDashboard {
    /// Its body.
    pub body: String,
    /// The value of the tag of stacks.
    pub stack: Option<String>,
}

/// What is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryState {
    /// The alarms, by name.
    pub alarms: BTreeMap<String, MemoryAlarm>,
    /// The metric filters, by log group and name.
    pub filters: BTreeMap<(String, String), MetricFilter>,
    /// The dashboards, by name.
    pub dashboards: BTreeMap<String, MemoryDashboard>,
    /// The metrics that were learned.
    pub detectors: BTreeSet<String>,
    /// The alarms that rang and were told to be over, in that order.
    pub silenced: Vec<String>,
    /// When each API was called, in the order of the calls, throttled ones too.
    pub calls: BTreeMap<&'static str, Vec<SignedDuration>>,
    /// The names of alarms that cannot be changed, for whatever reason.
    pub locked: BTreeSet<String>,
}

impl MemoryState {
    /// Makes a change, or says why not.
    pub(super) fn change(&mut self, place: &Place, change: &Change) -> Result<(), String> {
        if let Some(name) = change.names().into_iter().find(|name| self.locked.contains(name)) {
            return Err(format!("AccessDenied: {name}"));
        }
        match change {
            Change::PutAlarm { alarm, .. } => self.put(alarm, place)?,
            Change::Silence { name, .. } => {
                let there = self.alarms.get_mut(name).ok_or("ResourceNotFound")?;
                there.rings = false;
                self.silenced.push(name.clone());
            }
            Change::DeleteAlarms(names) => self.delete(names)?,
            Change::DeleteDetector(metric) => {
                self.detectors.remove(&metric.to_string());
            }
            Change::PutFilter { filter, .. } => {
                self.filters.insert((filter.log_group.clone(), filter.name.clone()), filter.clone());
            }
            Change::DeleteFilter { log_group, name } => {
                self.filters.remove(&(log_group.clone(), name.clone()));
            }
            Change::PutDashboard { name, body, .. } => {
                let dashboard = MemoryDashboard { body: body.clone(), stack: Some(place.stack.clone()) };
                self.dashboards.insert(name.clone(), dashboard);
            }
            Change::DeleteDashboard(name) => {
                self.dashboards.remove(name);
            }
        }
        Ok(())
    }

    fn put(&mut self, alarm: &Alarm, place: &Place) -> Result<(), String> {
        let there = self.alarms.get(&alarm.name);
        if there.is_some_and(|there| there.alarm.is_composite() != alarm.is_composite()) {
            return Err("ValidationError: there is an alarm of another type with this name".to_owned());
        }
        if let Some(child) = alarm.children().into_iter().find(|child| !self.alarms.contains_key(*child)) {
            return Err(format!("ValidationError: there is no alarm {child}"));
        }
        self.detectors.extend(alarm.detector().map(ToString::to_string));
        // Tags are taken only of a new alarm (CloudWatch API Reference, *PutMetricAlarm*, `Tags`).
        let stack = there.map_or_else(|| Some(place.stack.clone()), |there| there.stack.clone());
        let rings = there.is_some_and(|there| there.rings);
        self.alarms.insert(alarm.name.clone(), MemoryAlarm { alarm: alarm.clone(), stack, rings });
        Ok(())
    }

    fn delete(&mut self, names: &[String]) -> Result<(), String> {
        let composite = |name: &String| self.alarms.get(name).is_some_and(|there| there.alarm.is_composite());
        let composites = names.iter().filter(|name| composite(name)).count();
        if names.len() > 100 || composites > 1 || (composites == 1 && names.len() > 1) {
            return Err("ValidationError: too many alarms in a call".to_owned());
        }
        for name in names {
            let needs = |there: &&MemoryAlarm| there.alarm.children().contains(&name.as_str());
            if let Some(parent) = self.alarms.values().find(needs) {
                return Err(format!("ValidationError: {} depends on {name}", parent.alarm.name));
            }
        }
        self.alarms.retain(|name, _| !names.contains(name));
        Ok(())
    }
}
