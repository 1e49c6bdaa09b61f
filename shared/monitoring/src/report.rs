//! A plan, as people and programs read it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::differ::Difference;
use crate::plan::{Conflict, Plan};

/// So many of each group are shown to people.
const SHOWN: usize = 5;

/// So many conflicts are shown: somebody has to look at each.
const CONFLICTS_SHOWN: usize = 20;

/// A value that is shown is cut to so many characters.
const LONGEST: usize = 60;

/// A plan: what is in the way, what is changed, grouped. People see the first of each group; the JSON has all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// What is in the way, and left alone.
    pub conflicts: Vec<Conflict>,
    /// What is changed, by what is done to what, in the order in which that begins.
    pub groups: Vec<Group>,
    /// How many are as they should be.
    pub unchanged: usize,
}

/// What is changed in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// `create`, `update`, `delete` or `silence`.
    pub action: String,
    /// How many.
    pub count: usize,
    /// Each of them.
    pub items: Vec<Item>,
    /// `alarm`, `metric filter`, `dashboard` or `anomaly model`.
    pub kind: String,
}

/// One of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// In what it differs, where it is brought up to date and that can be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Its name.
    pub name: String,
}

impl Plan {
    /// The plan, as it is told.
    pub fn report(&self) -> PlanReport {
        let mut groups: Vec<Group> = Vec::new();
        for change in &self.changes {
            let (action, kind) = sort(change);
            let item = |name: String| {
                let updated = action == "update";
                let differences = self.differences.get(&name).filter(|_| updated).cloned().unwrap_or_default();
                Item { differences, name }
            };
            let items = change.names().into_iter().map(item);
            match groups.iter_mut().find(|group| group.action == action && group.kind == kind) {
                Some(group) => group.items.extend(items),
                None => groups.push(Group {
                    action: action.to_owned(),
                    count: 0,
                    items: items.collect(),
                    kind: kind.to_owned(),
                }),
            }
        }
        for group in &mut groups {
            group.count = group.items.len();
        }
        PlanReport { conflicts: self.conflicts.clone(), groups, unchanged: self.unchanged }
    }
}

/// What is done to what.
fn sort(change: &Change) -> (&'static str, &'static str) {
    let put = |new: bool| if new { "create" } else { "update" };
    match change {
        Change::PutAlarm { new, .. } => (put(*new), "alarm"),
        Change::Silence { .. } => ("silence", "alarm"),
        Change::DeleteAlarms(_) => ("delete", "alarm"),
        Change::DeleteDetector(_) => ("delete", "anomaly model"),
        Change::PutFilter { new, .. } => (put(*new), "metric filter"),
        Change::DeleteFilter { .. } => ("delete", "metric filter"),
        Change::PutDashboard { new, .. } => (put(*new), "dashboard"),
        Change::DeleteDashboard(_) => ("delete", "dashboard"),
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report().fmt(f)
    }
}

/// Conflicts first, then each group with its count and the first few of it. Does not end in a line break.
impl fmt::Display for PlanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.conflicts.is_empty() {
            writeln!(f, "{}, left alone", counted(self.conflicts.len(), "conflict"))?;
            for conflict in self.conflicts.iter().take(CONFLICTS_SHOWN) {
                writeln!(f, "  {}: {}", conflict.what, conflict.why)?;
            }
            and_more(f, self.conflicts.len(), CONFLICTS_SHOWN)?;
        }
        for group in &self.groups {
            writeln!(f, "{} {}", group.action, counted(group.count, &group.kind))?;
            for item in group.items.iter().take(SHOWN) {
                writeln!(f, "  {}", item.name)?;
                for difference in &item.differences {
                    let Difference { field, found, wanted } = difference;
                    writeln!(f, "    {field} {} → {}", shown(found), shown(wanted))?;
                }
            }
            and_more(f, group.items.len(), SHOWN)?;
        }
        let changes: usize = self.groups.iter().map(|group| group.count).sum();
        let changes = if changes == 0 { "no changes".to_owned() } else { counted(changes, "change") };
        write!(f, "{changes}, {} unchanged", thousands(self.unchanged))
    }
}

fn and_more(f: &mut fmt::Formatter<'_>, count: usize, shown: usize) -> fmt::Result {
    match count.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(f, "  and {} more", thousands(more)),
    }
}

/// `1 alarm`, `3,000 alarms`.
fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == head % 3 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn shown(value: &str) -> String {
    if value.is_empty() {
        return "none".to_owned();
    }
    let mut text: String = value.chars().take(LONGEST).collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
