//! What is answered.

use jiff::Timestamp;
use serde::Serialize;

use super::class::Totals;
use super::part::{Meant, ROWS, Side};
use super::recent::Recent;
use super::row::Row;
use super::sentence;
use super::{Read, Who};

/// Who used the subject, or what the subject used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The word that was asked for.
    pub asked: String,
    /// What it was looked for as, in one word each.
    pub looked_for_as: Vec<&'static str>,
    /// Whether any record tells of it.
    pub found: bool,
    /// Who used it, where it is something to use: rows are actors.
    pub used_by: Option<Part>,
    /// What it used, where it is somebody: rows are assets.
    pub used: Option<Part>,
    /// What was probably meant, where nothing was found.
    pub near: Vec<String>,
    /// How many records were read.
    pub records: u64,
    /// The time of the first of them.
    pub from: Option<Timestamp>,
    /// The time of the last of them.
    pub to: Option<Timestamp>,
    /// Records of it that were deliveries of an event seen before, and count for nothing.
    pub duplicates: u64,
    /// What people should know about it.
    pub notes: Vec<String>,
}

/// One side of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// All of it in one sentence.
    pub summary: String,
    /// What the word was read as, of what brought any record.
    pub read_as: Vec<ReadAs>,
    /// The keys and secrets that the subject means, where it is something to use.
    pub assets: Vec<Meant>,
    /// How many records, by what they tell. Rows come to the same together with `beyond`, less `repeated`.
    #[serde(flatten)]
    pub totals: Totals,
    /// Those with most uses first.
    pub rows: Vec<Row>,
    /// How often an actor or an asset had a record and no row, because there were 10,000 others.
    pub beyond: u64,
    /// How often a record is in one more row than the first: one call can touch several keys.
    pub repeated: u64,
    /// Records without a time that can be read: they are counted, and in no first and last.
    pub untimed: u64,
    /// The last accesses, the last one first.
    pub recent: Vec<Recent>,
}

/// One reading of the word, and how many records it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadAs {
    /// The kind, which can be asked for alone: `role:NAME`.
    pub kind: &'static str,
    /// What people call it.
    pub label: String,
    /// How many records. One record may be brought by several readings.
    pub records: u64,
}

impl Answer {
    pub(super) fn of(who: Who<'_>, read: Read) -> Self {
        let Who { subject, pointed, used, using, near, duplicates, is_found, .. } = who;
        let assets = subject.assets.iter().map(|reading| (reading.kind(), reading.label()));
        let actors = subject.actors.iter().map(|reading| (reading.kind(), reading.label()));
        let mut answer = Self {
            looked_for_as: subject.kinds(),
            found: is_found,
            near: if is_found { Vec::new() } else { near.nearest(&subject.word) },
            records: read.records,
            from: read.reach.map(|(first, _)| first),
            to: read.reach.map(|(_, last)| last),
            duplicates,
            notes: Vec::new(),
            used_by: part(used, assets),
            used: part(using, actors),
            asked: subject.word.clone(),
        };
        let period = sentence::period(read.reach);
        if let Some(part) = &mut answer.used_by {
            part.summary = sentence::used_by(part, &answer.asked, &period);
        }
        if let Some(part) = &mut answer.used {
            part.summary = sentence::uses(part, &answer.asked, &period);
        }
        answer.notes = sentence::notes(&answer, &subject, pointed.learnt(), ROWS);
        answer
    }

    /// The sides that have something to tell.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.used_by.iter().chain(&self.used)
    }
}

/// One side; none where nothing was found for it.
fn part(side: Side, readings: impl Iterator<Item = (&'static str, String)>) -> Option<Part> {
    let (totals, beyond, repeated, untimed) = (side.totals, side.beyond, side.repeated, side.untimed);
    if totals.all() == 0 {
        return None;
    }
    let read_as = readings
        .zip(&side.readings)
        .filter(|(_, records)| **records > 0)
        .map(|((kind, label), records)| ReadAs { kind, label, records: *records })
        .collect();
    let (rows, assets, recent) = side.finish();
    Some(Part { summary: String::new(), read_as, assets, totals, rows, beyond, repeated, untimed, recent })
}
