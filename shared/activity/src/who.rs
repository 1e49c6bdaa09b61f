//! Who used a key or a secret, or what somebody used: one subject, counted in bounded memory while records pass.
//!
//! A use is what the metrics count as one ([`portcullis_metrics::used`]); calls that only look are counted apart, and so are
//! records that tell of a use again. Each delivery of an event counts once. The most that is kept are 10,000 rows, and of each row
//! the commonest values of at most 32; what finds no room is counted and told.

mod answer;
mod class;
mod form;
mod matching;
mod names;
mod near;
mod parse;
mod part;
mod pointed;
mod recent;
mod row;
mod sentence;
mod subject;
mod top;

use std::net::IpAddr;

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, Source};
use portcullis_settings::{Judgement, Settings};

pub use answer::{Answer, Part, ReadAs};
pub use class::{Counts, Totals};
pub use form::{csv, ndjson, table};
pub use parse::SubjectError;
pub use part::Meant;
pub use recent::Recent;
pub use row::Row;
pub use subject::{ActorReading, AssetReading, Subject};
pub use top::{Common, Several};

use near::Near;
use part::Side;
use pointed::Pointed;

/// Where an address is: the code of a country.
pub type Country<'c> = &'c dyn Fn(IpAddr) -> Option<String>;

/// Counts what concerns one subject while records pass.
pub struct Who<'c> {
    subject: Subject,
    country: Country<'c>,
    pointed: Pointed,
    used: Side,
    using: Side,
    near: Near,
    duplicates: u64,
    is_found: bool,
}

/// What was read, beside what was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Read {
    /// How many records.
    pub records: u64,
    /// The times of the first and the last of them.
    pub reach: Option<(Timestamp, Timestamp)>,
}

impl<'c> Who<'c> {
    /// One that has seen nothing. `settings` give the names to propose when nothing is found, `country` where addresses are.
    pub fn new(subject: Subject, settings: &Settings, country: Country<'c>) -> Self {
        let mut near = Near::default();
        settings.assets.iter().for_each(|entry| near.keep("entry", &entry.name));
        Self {
            country,
            pointed: Pointed::default(),
            used: Side::new(subject.assets.len()),
            using: Side::new(subject.actors.len()),
            near,
            duplicates: 0,
            is_found: false,
            subject,
        }
    }

    /// Counts a record, if it is about the subject. `again` says that the same event was seen before.
    pub fn see(&mut self, access: &Access, judgement: &Judgement, again: bool) {
        if !is_about_assets(access) {
            return;
        }
        self.pointed.see(&self.subject.assets, access);
        let touched = self.touched(access);
        let by: Vec<usize> = places(&self.subject.actors, |reading| reading.is(access));
        if touched.is_empty() && by.is_empty() {
            if !self.is_found {
                self.near.see(access);
            }
            return;
        }
        if !std::mem::replace(&mut self.is_found, true) {
            // Nothing needs to be proposed any more.
            self.near = Near::default();
        }
        if again {
            self.duplicates += 1;
            return;
        }
        let country = match access.origin.source {
            Source::Ip(ip) => (self.country)(ip),
            _ => None,
        };
        if !touched.is_empty() {
            let readings = self.read_as(access);
            raise(&mut self.used.readings, &readings);
            self.used.used(access, &touched, judgement, country.as_deref());
        }
        if !by.is_empty() {
            raise(&mut self.using.readings, &by);
            self.using.using(access, judgement, country.as_deref());
        }
    }

    /// The assets of the record that are asked for.
    fn touched<'a>(&self, access: &'a Access) -> Vec<&'a Asset> {
        let readings = &self.subject.assets;
        let is_for_parameter = readings.iter().any(|reading| reading.means_parameter(access));
        let is_meant = |asset: &&Asset| {
            is_for_parameter || self.pointed.means(asset) || readings.iter().any(|reading| reading.means(asset))
        };
        access.assets.iter().filter(is_meant).collect()
    }

    /// Which readings the record is found by, of those as an asset.
    fn read_as(&self, access: &Access) -> Vec<usize> {
        places(&self.subject.assets, |reading| {
            let is_alias = matches!(reading, AssetReading::Alias(_) | AssetReading::AliasName(_));
            let means = |asset| reading.means(asset) || (is_alias && self.pointed.means(asset));
            reading.means_parameter(access) || access.assets.iter().any(means)
        })
    }

    /// The answer, after the last record.
    pub fn finish(self, read: Read) -> Answer {
        Answer::of(self, read)
    }
}

/// Whether the record is about keys, secrets or parameters.
fn is_about_assets(access: &Access) -> bool {
    match access.action.service.as_str() {
        "kms" | "secretsmanager" => true,
        "ssm" => access.action.name.contains("Parameter"),
        _ => false,
    }
}

fn places<T>(readings: &[T], fits: impl Fn(&T) -> bool) -> Vec<usize> {
    readings.iter().enumerate().filter(|(_, reading)| fits(reading)).map(|(place, _)| place).collect()
}

fn raise(counts: &mut [u64], places: &[usize]) {
    for place in places {
        if let Some(count) = counts.get_mut(*place) {
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests;
