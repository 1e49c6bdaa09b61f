//! Which rules somebody may set off, and which rules are changed without touching their files.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use portcullis_domain::Actor;

use crate::actors::any_includes;
use crate::{AuthorizedActor, Inventory, Settings};

/// An exemption that ends within so many days is told of beforehand.
const NOTICE_DAYS: i32 = 14;

/// A rule as the settings name it: its permanent id. Whether there is such a rule, only the rules can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    /// The id: `secrets-read-in-batch`.
    pub id: String,
    /// The line of the file on which it stands, from 1.
    pub line: usize,
}

/// An entry of `exemptions:`: who may set off which rules, why, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemption {
    /// What people call it; no two entries share a name.
    pub name: String,
    /// Who may.
    pub actors: Vec<AuthorizedActor>,
    /// Which rules.
    pub rules: Vec<RuleName>,
    /// Why, for people.
    pub reason: String,
    /// The last day, UTC, on which it holds.
    pub until: Date,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

/// An entry of `rules:`: what is different here about a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOverride {
    /// The rule.
    pub rule: RuleName,
    /// Whether its findings are recorded only; absent for what the rule says.
    pub shadow: Option<bool>,
    /// How many events a correlation takes, 1 to 120; absent for what the rule says.
    pub threshold: Option<u64>,
    /// Who may set it off, for as long as this is said.
    pub exempt: Vec<AuthorizedActor>,
}

/// What in the settings lets an actor set off a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exempted<'a> {
    /// An entry of `exemptions`.
    Entry(&'a Exemption),
    /// The list `exempt` of an entry of `rules`.
    Rule(&'a RuleOverride),
}

impl Exemption {
    /// Whether it holds at `at`: through the end of its last day, UTC.
    pub fn holds(&self, at: Timestamp) -> bool {
        utc_date(at) <= self.until
    }

    /// What is to be said of its end at `at`, where it is over or near.
    fn notice(&self, at: Timestamp) -> Option<String> {
        let Self { name, until, line, .. } = self;
        let days = utc_date(at).until((Unit::Day, *until)).ok()?.get_days();
        let (what, todo) = match days {
            ..0 => (format!("ended on {until} and no longer holds"), "remove it, or extend it if it is still needed"),
            0 => (format!("ends today, {until}"), "extend it if it is still needed"),
            1 => (format!("ends tomorrow, {until}"), "extend it if it is still needed"),
            2..=NOTICE_DAYS => (format!("ends in {days} days, on {until}"), "extend it if it is still needed"),
            _ => return None,
        };
        Some(format!("line {line}: exemption `{name}` {what}; {todo}"))
    }
}

/// What lets the actor, and where that stands: "exemption `terraform`, line 12".
impl fmt::Display for Exempted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => write!(f, "exemption `{}`, line {}", entry.name, entry.line),
            Self::Rule(entry) => write!(f, "`exempt` of rule `{}`, line {}", entry.rule.id, entry.rule.line),
        }
    }
}

impl Settings {
    /// What lets `actor` set off the rule at `at`: the first exemption that holds, else the `exempt` list of the rule's
    /// own entry, which needs no end.
    pub fn exemption(&self, rule: &str, actor: &Actor, inventory: &Inventory, at: Timestamp) -> Option<Exempted<'_>> {
        let holds = |entry: &&Exemption| {
            entry.holds(at)
                && entry.rules.iter().any(|name| name.id == rule)
                && any_includes(&entry.actors, actor, inventory)
        };
        let entry = self.exemptions.iter().find(holds).map(Exempted::Entry);
        let exempt = |entry: &&RuleOverride| any_includes(&entry.exempt, actor, inventory);
        entry.or_else(|| self.override_of(rule).filter(exempt).map(Exempted::Rule))
    }

    /// What is different here about the rule with this id.
    pub fn override_of(&self, rule: &str) -> Option<&RuleOverride> {
        self.rules.iter().find(|entry| entry.rule.id == rule)
    }

    /// The exemptions that are over at `at` or end within 14 days, one sentence each, with the line.
    pub fn expired(&self, at: Timestamp) -> Vec<String> {
        self.exemptions.iter().filter_map(|entry| entry.notice(at)).collect()
    }

    /// Every rule that the settings name, as often as they do. One that no rule file has is an exemption or an override
    /// of nothing.
    pub fn rule_names(&self) -> impl Iterator<Item = &RuleName> {
        let exempted = self.exemptions.iter().flat_map(|entry| &entry.rules);
        exempted.chain(self.rules.iter().map(|entry| &entry.rule))
    }
}

fn utc_date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

#[cfg(test)]
mod tests;
