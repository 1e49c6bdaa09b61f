//! How CloudTrail delivers: about every five minutes, some minutes late, not strictly in order, and some events twice.

use std::collections::VecDeque;

use crate::budget::Budget;
use crate::clock::{Moment, TICK, timestamp};
use crate::ids;
use crate::organization::{GLOBAL, HOME, ORGANIZATION, Organization};
use crate::rng::Rng;

/// A log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its path below the bucket: `AWSLogs/ORGANIZATION/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME.json.gz`.
    pub path: String,
    /// What is in it before it is compressed: `{"Records":[…]}`.
    pub text: Vec<u8>,
    /// How many records are in it.
    pub records: usize,
}

/// A file has no more records than this; there are several of the same minute then.
const LARGEST: usize = 1500;

/// The log of an account in a Region.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) account_number: usize,
    account: String,
    pub(crate) region: &'static str,
    /// How much goes on here in comparison.
    weight: u64,
    rng: Rng,
    /// How often each thing went on.
    turns: Vec<usize>,
    /// What happened these five minutes.
    fresh: Vec<Record>,
    /// What is delivered later, and in which five minutes.
    late: Vec<(i64, Record)>,
}

#[derive(Clone, Debug)]
struct Record {
    at: i64,
    json: String,
}

impl Stream {
    pub(crate) fn all(organization: &Organization, seed: u64) -> Vec<Self> {
        let accounts = organization.accounts.iter().enumerate();
        let places = accounts
            .flat_map(|(number, account)| account.regions.iter().map(move |(region, _)| (number, account, *region)));
        places
            .map(|(account_number, account, region)| Self {
                account_number,
                account: account.id.clone(),
                region,
                weight: match region {
                    HOME => 20,
                    GLOBAL => 5,
                    _ => 2,
                },
                rng: Rng::named(seed, &format!("{}{region}delivery", account.id)),
                turns: Vec::new(),
                fresh: Vec::new(),
                late: Vec::new(),
            })
            .collect()
    }

    pub(crate) fn is(&self, account: &str, region: &str) -> bool {
        self.region == region && self.account == account
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.late.is_empty()
    }

    /// How much goes on here in these five minutes. No five minutes are as the next, so that a quiet Region has some without any.
    pub(crate) fn share(&self, moment: &Moment) -> u64 {
        let unrest = Rng::named(moment.start.cast_unsigned(), &self.account).below(5) + 3;
        self.weight * moment.activity() * unrest
    }

    /// How often something went on here before.
    pub(crate) fn turn(&mut self, kind: usize) -> usize {
        if self.turns.len() <= kind {
            self.turns.resize(kind + 1, 0);
        }
        let Some(turn) = self.turns.get_mut(kind) else { return 0 };
        *turn += 1;
        *turn - 1
    }

    pub(crate) fn add(&mut self, at: i64, json: String) {
        self.fresh.push(Record { at, json });
    }

    /// Delivers what happened in five minutes, and what is late.
    pub(crate) fn deliver(&mut self, moment: &Moment, budget: &mut Budget, ready: &mut VecDeque<LogFile>) {
        let mut records = Vec::with_capacity(self.fresh.len());
        for record in std::mem::take(&mut self.fresh) {
            let later = moment.start + TICK * (1 + self.rng.seconds(3));
            if self.rng.per_mille(3) && budget.spend(is_relevant(&record.json)) {
                self.late.push((later, record.clone()));
            }
            if self.rng.per_mille(15) { self.late.push((later, record)) } else { records.push(record) }
        }
        let due = self.late.extract_if(.., |(due, _)| *due <= moment.start);
        records.extend(due.map(|(_, record)| record));
        records.sort_by_key(|record| record.at);
        // Neighbours trade places.
        for first in 0..records.len() {
            let second = first + usize::try_from(self.rng.below(6)).unwrap_or(0);
            if second < records.len() && self.rng.per_mille(400) {
                records.swap(first, second);
            }
        }
        for part in records.chunks(LARGEST) {
            ready.push_back(self.file(moment, part));
        }
    }

    fn file(&mut self, moment: &Moment, records: &[Record]) -> LogFile {
        // Some minutes after what is in it, and never before.
        let newest = records.iter().map(|record| record.at).max().unwrap_or(moment.start);
        let made = timestamp(newest.max(moment.start + TICK) + 120 + self.rng.seconds(180));
        let (account, region) = (&self.account, self.region);
        let path = format!(
            "AWSLogs/{ORGANIZATION}/{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{}.json.gz",
            made.strftime("%Y/%m/%d"),
            made.strftime("%Y%m%dT%H%MZ"),
            ids::suffix(&mut self.rng, 16)
        );
        let mut text = Vec::with_capacity(records.iter().map(|record| record.json.len() + 1).sum::<usize>() + 16);
        text.extend_from_slice(b"{\"Records\":[");
        for (number, record) in records.iter().enumerate() {
            if number > 0 {
                text.push(b',');
            }
            text.extend_from_slice(record.json.as_bytes());
        }
        text.extend_from_slice(b"]}");
        LogFile { path, text, records: records.len() }
    }
}

/// Whether a record is about keys or secrets, by its text.
fn is_relevant(json: &str) -> bool {
    [r#""eventSource":"kms."#, r#""eventSource":"secretsmanager."#].iter().any(|source| json.contains(source))
}
