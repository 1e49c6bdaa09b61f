//! When work is done: working hours, and changes planned outside of them.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use portcullis_domain::Actor;

use crate::actors::any_includes;
use crate::{AssetEntry, AuthorizedActor, Inventory, Settings};

/// An entry of `hours:`: the working hours of a place or a team.
///
/// The clock on the wall decides: where clocks change during a shift from 22:00 to 06:00, it lasts seven or nine hours.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkingHours {
    /// What people call them; no two entries share a name.
    pub name: String,
    /// The zone whose clocks and calendar hold.
    pub zone: TimeZone,
    /// The days on which a shift begins.
    pub days: Vec<Weekday>,
    /// When a shift begins.
    pub from: Time,
    /// When it ends, that moment excluded: on the next day when not after `from`, so that midnight ends a day.
    pub to: Time,
    /// The days on which no shift begins, whatever day of the week they are. A shift of the evening before goes on.
    pub holidays: BTreeSet<Date>,
    /// Whose they are; absent for everybody's.
    pub actors: Option<Vec<AuthorizedActor>>,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

/// An entry of `changes:`: planned work, during which no hour is off and, unless it says otherwise, nobody is contained
/// whose work it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeWindow {
    /// What people call it; no two entries share a name.
    pub name: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends, that moment excluded.
    pub to: Timestamp,
    /// Whose work it is; absent for everybody's.
    pub actors: Option<Vec<AuthorizedActor>>,
    /// Why it is done, for people.
    pub reason: Option<String>,
    /// Whether those whose work it is may be contained meanwhile.
    pub containment: DuringChange,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

/// Whether the actors of a change window may be contained while it lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DuringChange {
    /// They may not: they are paged about instead, since planned work looks like an attack.
    #[default]
    Paused,
    /// They may, as at any other time.
    Allowed,
}

impl WorkingHours {
    /// Whether `at` is a time of work.
    pub fn include(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        let (date, time) = (local.date(), local.time());
        let starts_today = self.has_shift_on(date) && self.from <= time;
        if self.from < self.to {
            return starts_today && time < self.to;
        }
        let shift_of_yesterday = time < self.to && date.yesterday().is_ok_and(|date| self.has_shift_on(date));
        starts_today || shift_of_yesterday
    }

    fn has_shift_on(&self, date: Date) -> bool {
        self.days.contains(&date.weekday()) && !self.holidays.contains(&date)
    }
}

impl ChangeWindow {
    /// Whether `at` lies in the window.
    pub fn includes(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

impl DuringChange {
    /// Every choice.
    pub const ALL: &'static [Self] = &[Self::Paused, Self::Allowed];

    /// The word used in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Allowed => "allowed",
        }
    }
}

impl fmt::Display for DuringChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Settings {
    /// The working hours of `actor`: the first that name the actor, else the first that are everybody's.
    pub fn hours_of(&self, actor: &Actor, inventory: &Inventory) -> Option<&WorkingHours> {
        let mut own = self.hours.iter().filter(|hours| hours.actors.is_some());
        own.find(|hours| is_for(hours.actors.as_deref(), actor, inventory))
            .or_else(|| self.hours.iter().find(|hours| hours.actors.is_none()))
    }

    /// The first change that `actor` is about at `at`.
    pub fn change(&self, actor: &Actor, inventory: &Inventory, at: Timestamp) -> Option<&ChangeWindow> {
        self.changes_of(actor, inventory, at).next()
    }

    /// The first change that `actor` is about at `at` during which the actor is not to be contained. One window that
    /// pauses is enough, whatever the others say; a window without `actors` pauses for everybody.
    pub fn pausing_change(&self, actor: &Actor, inventory: &Inventory, at: Timestamp) -> Option<&ChangeWindow> {
        self.changes_of(actor, inventory, at).find(|change| change.containment == DuringChange::Paused)
    }

    fn changes_of(&self, actor: &Actor, inventory: &Inventory, at: Timestamp) -> impl Iterator<Item = &ChangeWindow> {
        let open = self.changes.iter().filter(move |change| change.includes(at));
        open.filter(|change| is_for(change.actors.as_deref(), actor, inventory))
    }

    /// Whether `at` is outside the hours of any of the assets, given as the entries that match each of them; absent
    /// when no hours apply. All the hours that an asset's entries name hold for it, as all its lists of authorised
    /// actors do; those of the actor hold for the others, and for a call that touches none.
    pub(crate) fn is_off_hours(
        &self,
        touched: &[Vec<&AssetEntry>],
        actor: &Actor,
        inventory: &Inventory,
        at: Timestamp,
    ) -> Option<bool> {
        let named = |entry: &&AssetEntry| {
            let name = entry.hours.as_deref()?;
            self.hours.iter().find(|hours| hours.name == name)
        };
        let hours = touched.iter().flat_map(|entries| entries.iter().filter_map(named));
        let has_own = |entries: &Vec<&AssetEntry>| entries.iter().any(|entry| named(entry).is_some());
        let all_have_own = !touched.is_empty() && touched.iter().all(has_own);
        let usual = if all_have_own { None } else { self.hours_of(actor, inventory) };
        hours.chain(usual).map(|hours| !hours.include(at)).reduce(|off, other| off || other)
    }
}

fn is_for(actors: Option<&[AuthorizedActor]>, actor: &Actor, inventory: &Inventory) -> bool {
    actors.is_none_or(|actors| any_includes(actors, actor, inventory))
}

#[cfg(test)]
mod tests;
