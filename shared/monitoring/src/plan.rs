//! What is to be changed, so that what is there becomes what should be.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alarm::{Alarm, MetricFilter};
use crate::change::Change;
use crate::cis;
use crate::differ::{Difference, differences};
use crate::found::{Desired, Found, FoundAlarm};
use crate::place::{Place, STACK_TAG};

/// CloudWatch API Reference, *DeleteAlarms*, `AlarmNames`.
const MOST_DELETED: usize = 100;

/// How many that ring are deleted in a call: each is silenced first, and must not ring again before it is gone.
const MOST_RINGING: usize = 10;

/// Something that is in the way, and is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What: `alarm gatehouse/denied/payroll`.
    pub what: String,
    /// Why it is left alone, and what to do.
    pub why: String,
    /// Whether something that is desired is not made because of it.
    #[serde(default)]
    pub wanted: bool,
}

/// What is to be changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The changes, in an order in which each can be made.
    pub changes: Vec<Change>,
    /// How many alarms, metric filters and dashboards are as they should be.
    pub unchanged: usize,
    /// What is in the way.
    pub conflicts: Vec<Conflict>,
    /// In what those differ that are brought up to date, by name.
    pub differences: BTreeMap<String, Vec<Difference>>,
}

/// What is to be changed, so that what is found becomes what is desired. Only alarms that have both the stack's tag and one
/// of its names are changed or deleted; whatever has one without the other is a conflict.
pub fn plan(desired: &Desired, found: &Found, place: &Place) -> Plan {
    let mut plan = Plan::default();
    let mut alarms = Alarms::compare(desired, found, place, &mut plan);
    // A metric alarm cannot be deleted while a composite one names it, nor can a composite one be made before those that
    // it names: composite ones go first, then what none names, then whatever is new, then what an older rule named.
    alarms.delete_composites(&mut plan);
    alarms.delete_metric_alarms(false, &mut plan);
    dashboard(desired, found, place, &mut plan);
    filters(desired, found, place, &mut plan);
    plan.changes.append(&mut alarms.puts);
    alarms.delete_metric_alarms(true, &mut plan);
    // Last, since CloudWatch learns anew for an alarm that is still there (CloudWatch User Guide, *Using CloudWatch anomaly
    // detection*).
    alarms.delete_detectors(desired, found, place, &mut plan);
    plan
}

/// What is to be deleted, so that nothing of the stack's is left.
pub fn removal(found: &Found, place: &Place) -> Plan {
    plan(&Desired::default(), found, place)
}

struct Alarms<'a> {
    /// What is to be made or brought up to date, in the order of what is desired.
    puts: Vec<Change>,
    /// What is to be deleted.
    doomed: Vec<&'a FoundAlarm>,
    /// The names of these.
    doomed_names: BTreeSet<&'a str>,
    /// What the composite alarms that stay name, as they are found; absent when that cannot be told of one of ours.
    named: Option<BTreeSet<&'a str>>,
}

impl<'a> Alarms<'a> {
    fn compare(desired: &Desired, found: &'a Found, place: &Place, plan: &mut Plan) -> Self {
        let wanted: BTreeSet<&str> = desired.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
        let (ours, mut foreign) = sort(&wanted, found, place, plan);
        let unwanted = |alarm: &&&FoundAlarm| !wanted.contains(alarm.name.as_str());
        let mut doomed: Vec<&FoundAlarm> = ours.values().filter(unwanted).copied().collect();
        let mut puts = Vec::new();
        for alarm in &desired.alarms {
            if foreign.contains(&alarm.name) {
                continue;
            }
            if let Some(child) = alarm.children().into_iter().find(|child| foreign.contains(*child)) {
                let why = format!("it is about `{child}`, which somebody else made: rename or delete that one");
                plan.conflicts.push(Conflict { what: format!("alarm {}", alarm.name), why, wanted: true });
                foreign.insert(alarm.name.clone());
                continue;
            }
            let put = |new| Change::PutAlarm { alarm: Box::new(alarm.clone()), new };
            match ours.get(alarm.name.as_str()) {
                None => puts.push(put(true)),
                // CloudWatch does not turn one kind into the other.
                Some(there) if there.composite != alarm.is_composite() => {
                    doomed.push(*there);
                    puts.push(put(true));
                }
                Some(there) => {
                    let differences = differences(there.alarm.as_ref(), alarm);
                    if differences.is_empty() {
                        plan.unchanged += 1;
                    } else {
                        plan.differences.insert(alarm.name.clone(), differences);
                        puts.push(put(false));
                    }
                }
            }
        }
        let doomed_names: BTreeSet<&str> = doomed.iter().map(|alarm| alarm.name.as_str()).collect();
        let staying =
            found.alarms.iter().filter(|alarm| alarm.composite && !doomed_names.contains(alarm.name.as_str()));
        let unknown = staying.clone().any(|alarm| alarm.ours && alarm.alarm.is_none());
        let named = staying.filter_map(|alarm| alarm.alarm.as_ref()).flat_map(Alarm::children).collect();
        Self { puts, doomed, doomed_names, named: (!unknown).then_some(named) }
    }

    fn delete_composites(&self, plan: &mut Plan) {
        for alarm in self.doomed.iter().filter(|alarm| alarm.composite) {
            plan.changes.extend(silence(alarm));
            plan.changes.push(Change::DeleteAlarms(vec![alarm.name.clone()]));
        }
    }

    /// Deletes those that a composite one names which stays, or the others.
    fn delete_metric_alarms(&self, named: bool, plan: &mut Plan) {
        let chosen = self.doomed.iter().filter(|alarm| !alarm.composite && self.is_named(&alarm.name) == named);
        let (ringing, quiet): (Vec<&FoundAlarm>, Vec<&FoundAlarm>) = chosen.partition(|alarm| alarm.rings);
        for batch in ringing.chunks(MOST_RINGING).chain(quiet.chunks(MOST_DELETED)) {
            plan.changes.extend(batch.iter().filter_map(|alarm| silence(alarm)));
            plan.changes.push(Change::DeleteAlarms(batch.iter().map(|alarm| alarm.name.clone()).collect()));
        }
    }

    /// Whether a composite alarm that stays names it as it is now.
    fn is_named(&self, name: &str) -> bool {
        self.named.as_ref().is_none_or(|named| named.contains(name))
    }

    fn delete_detectors(&self, desired: &Desired, found: &Found, place: &Place, plan: &mut Plan) {
        let stays = |alarm: &&FoundAlarm| !self.doomed_names.contains(alarm.name.as_str());
        let staying = found.alarms.iter().filter(stays).filter_map(|alarm| alarm.detector.as_ref());
        let needed = desired.alarms.iter().filter_map(Alarm::detector).chain(staying);
        let needed: BTreeSet<String> = needed.map(ToString::to_string).collect();
        let doomed = self.doomed.iter().filter_map(|alarm| alarm.detector.as_ref());
        // An alarm of ours that somebody changed may have been about a metric that is not.
        let ours = doomed.filter(|metric| metric.is_of(&place.stack) && !needed.contains(&metric.to_string()));
        let ours: BTreeMap<String, _> = ours.map(|metric| (metric.to_string(), metric)).collect();
        plan.changes.extend(ours.into_values().map(|metric| Change::DeleteDetector(metric.clone())));
    }
}

/// The alarms that are ours, and the names of those that are not; each of these is a conflict.
fn sort<'a>(
    wanted: &BTreeSet<&str>,
    found: &'a Found,
    place: &Place,
    plan: &mut Plan,
) -> (BTreeMap<&'a str, &'a FoundAlarm>, BTreeSet<String>) {
    let (prefix, tag) = (format!("{}/", place.stack), format!("{STACK_TAG}={}", place.stack));
    let (mut ours, mut foreign) = (BTreeMap::new(), BTreeSet::new());
    for alarm in &found.alarms {
        let wanted = wanted.contains(alarm.name.as_str());
        let why = match (alarm.ours, alarm.name.starts_with(&prefix)) {
            (true, true) => {
                ours.insert(alarm.name.as_str(), alarm);
                continue;
            }
            (false, false) => continue,
            (false, true) => somebody_elses(&tag, wanted),
            (true, false) => format!("it has the tag {tag}, but no name of the stack's: take the tag off"),
        };
        plan.conflicts.push(Conflict { what: format!("alarm {}", alarm.name), why, wanted });
        foreign.insert(alarm.name.clone());
    }
    (ours, foreign)
}

fn somebody_elses(tag: &str, wanted: bool) -> String {
    let then = if wanted { "; until then there is none of ours" } else { "" };
    format!("somebody else made it: it has no tag {tag}; rename or delete it{then}")
}

fn silence(alarm: &FoundAlarm) -> Option<Change> {
    let reason = "it is no longer wanted, and is deleted".to_owned();
    alarm.rings.then(|| Change::Silence { name: alarm.name.clone(), reason })
}

fn filters(desired: &Desired, found: &Found, place: &Place, plan: &mut Plan) {
    let ours = found.filters.iter().filter(|filter| cis::is_ours(&filter.name, &place.stack));
    let ours: BTreeMap<&str, &MetricFilter> = ours.map(|filter| (filter.name.as_str(), filter)).collect();
    for filter in &desired.filters {
        let there = ours.get(filter.name.as_str());
        if there == Some(&filter) {
            plan.unchanged += 1;
            continue;
        }
        if let Some(there) = there {
            plan.differences.insert(filter.name.clone(), of_filters(there, filter));
        }
        plan.changes.push(Change::PutFilter { filter: filter.clone(), new: there.is_none() });
    }
    let wanted = |name: &str| desired.filters.iter().any(|filter| filter.name == name);
    let unwanted = ours.values().filter(|filter| !wanted(&filter.name));
    let delete = |filter: &&MetricFilter| Change::DeleteFilter {
        log_group: filter.log_group.clone(),
        name: filter.name.clone(),
    };
    plan.changes.extend(unwanted.map(delete));
}

fn of_filters(found: &MetricFilter, wanted: &MetricFilter) -> Vec<Difference> {
    let fields = [
        ("log group", &found.log_group, &wanted.log_group),
        ("pattern", &found.pattern, &wanted.pattern),
        ("namespace", &found.namespace, &wanted.namespace),
        ("metric", &found.metric, &wanted.metric),
    ];
    let differing = fields.into_iter().filter(|(_, found, wanted)| found != wanted);
    let difference = |(field, found, wanted): (&str, &String, &String)| Difference {
        field: field.to_owned(),
        found: found.clone(),
        wanted: wanted.clone(),
    };
    differing.map(difference).collect()
}

fn dashboard(desired: &Desired, found: &Found, place: &Place, plan: &mut Plan) {
    let name = &place.stack;
    match (&desired.dashboard, &found.dashboard) {
        (_, Some(there)) if !there.ours => {
            let wanted = desired.dashboard.is_some();
            let why = somebody_elses(&format!("{STACK_TAG}={name}"), wanted);
            plan.conflicts.push(Conflict { what: format!("dashboard {name}"), why, wanted });
        }
        (Some(body), Some(there)) if same_json(body, &there.body) => plan.unchanged += 1,
        (Some(body), there) => {
            let new = there.is_none();
            plan.changes.push(Change::PutDashboard { name: name.clone(), body: body.clone(), new });
        }
        (None, Some(_)) => plan.changes.push(Change::DeleteDashboard(name.clone())),
        (None, None) => {}
    }
}

/// CloudWatch may give a body back with other blanks or keys in another order.
fn same_json(one: &str, other: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || matches!((parse(one), parse(other)), (Some(one), Some(other)) if one == other)
}

#[cfg(test)]
mod tests;
