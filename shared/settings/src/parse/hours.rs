//! The entries of `hours:` and `changes:`.

use std::collections::BTreeSet;

use jiff::civil::Weekday;

use super::LONGEST_REASON;
use super::actors::{actors, some_actors};
use super::entries::{Entry, at_least_one, entries, line_of_text, required};
use super::times::{date, end_of_day, moment, time_of_day, zone};
use crate::reader::{Node, Report, did_you_mean};
use crate::{ChangeWindow, DuringChange, WorkingHours};

const HOURS: &[&str] = &["name", "zone", "days", "from", "to", "holidays", "actors"];
const CHANGES: &[&str] = &["name", "from", "to", "actors", "reason", "containment"];

const DAYS: &[Weekday] = &[
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Working hours that were read, before it is known which of them the assets name.
#[derive(Default)]
pub(super) struct ReadHours<'y> {
    entries: Vec<(Node<'y>, WorkingHours)>,
    /// The names given, those of entries with problems included: to name such a one is no further problem.
    names: Vec<&'y str>,
    /// The names by which assets choose their hours.
    chosen: BTreeSet<String>,
}

impl<'y> ReadHours<'y> {
    pub(super) fn of(node: &Node<'y>, report: &mut Report) -> Self {
        let mut names = Vec::new();
        let entries = entries(node, report, HOURS, |entry, report| {
            names.extend(entry.map.get("name").and_then(Node::as_text));
            Some((entry.node.clone(), hours(entry, report)?))
        });
        Self { entries, names, chosen: BTreeSet::new() }
    }

    /// The name here, which must be that of an entry.
    pub(super) fn choose(&mut self, node: &Node<'_>, report: &mut Report) -> Option<String> {
        let expected = "the name of an entry of `hours`";
        let name = node.text(report, expected)?;
        if !self.names.contains(&name) {
            let help =
                did_you_mean(name, &self.names).unwrap_or_else(|| "give `hours` an entry of this name".to_owned());
            report.add(node, node.mismatch(expected), Some(help));
            return None;
        }
        self.chosen.insert(name.to_owned());
        Some(name.to_owned())
    }

    /// The hours, of which each must be able to apply: to an asset that names them, to the actors that they name, or to
    /// everybody else.
    pub(super) fn usable(self, report: &mut Report) -> Vec<WorkingHours> {
        let mut everybodys: Option<usize> = None;
        for (node, hours) in &self.entries {
            let why = match (&hours.actors, everybodys) {
                (Some(actors), _) if actors.is_empty() => "they are nobody's".to_owned(),
                (Some(_), _) => continue,
                (None, Some(line)) => format!("those on line {line} are everybody's already"),
                (None, None) => {
                    everybodys = Some(hours.line);
                    continue;
                }
            };
            if !self.chosen.contains(&hours.name) {
                let help = "name whose hours they are in `actors`, or name them in the `hours` of an asset".to_owned();
                report.add(node, format!("these hours never apply: {why}"), Some(help));
            }
        }
        self.entries.into_iter().map(|(_, hours)| hours).collect()
    }
}

fn hours(entry: &Entry<'_>, report: &mut Report) -> Option<WorkingHours> {
    let Entry { node, map, name } = entry;
    let zone = required(map, "zone", node, report).and_then(|node| zone(node, report));
    let days = required(map, "days", node, report).map(|node| at_least_one(node, report, "day of the week", weekday));
    let from = required(map, "from", node, report).and_then(|node| time_of_day(node, report));
    let to = required(map, "to", node, report).and_then(|node| {
        let to = end_of_day(node, report)?;
        // Midnight to midnight is a whole day; any other pair of equals would be a guess.
        let is_whole_day = node.as_text() == Some("24:00");
        if from == Some(to) && !is_whole_day {
            let help = "for the whole day write from: \"00:00\", to: \"24:00\"".to_owned();
            report.add(node, format!("{}: they begin then too", node.mismatch("another time")), Some(help));
        }
        Some(to)
    });
    let holidays: BTreeSet<_> = map
        .get("holidays")
        .map(|node| node.list(report, "a list of dates"))
        .into_iter()
        .flatten()
        .filter_map(|node| date(&node, report))
        .collect();
    let actors = map.get("actors").map(|node| actors(node, report));
    Some(WorkingHours {
        name: name.clone()?,
        zone: zone?,
        days: days?,
        from: from?,
        to: to?,
        holidays,
        actors: match actors {
            None => None,
            Some(actors) => Some(actors?),
        },
        line: node.line(),
    })
}

fn weekday(node: &Node<'_>, report: &mut Report) -> Option<Weekday> {
    node.word(report, DAYS, |day| match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    })
}

pub(super) fn changes(node: &Node<'_>, report: &mut Report) -> Vec<ChangeWindow> {
    entries(node, report, CHANGES, change)
}

fn change(entry: &Entry<'_>, report: &mut Report) -> Option<ChangeWindow> {
    let Entry { node, map, name } = entry;
    let from = required(map, "from", node, report).and_then(|node| moment(node, report));
    let to = required(map, "to", node, report).and_then(|node| {
        let to = moment(node, report)?;
        if from.is_some_and(|from| to <= from) {
            report.add(node, node.mismatch("a moment after `from`"), None);
        }
        Some(to)
    });
    let actors = map.get("actors").map(|node| some_actors(node, report));
    let reason =
        map.get("reason").and_then(|node| line_of_text(node, report, "the reason for the change", LONGEST_REASON));
    let containment =
        map.get("containment").and_then(|node| node.word(report, DuringChange::ALL, DuringChange::as_str));
    Some(ChangeWindow {
        name: name.clone()?,
        from: from?,
        to: to?,
        actors,
        reason,
        containment: containment.unwrap_or_default(),
        line: node.line(),
    })
}
