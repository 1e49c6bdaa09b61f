//! Everything counted of one side: who used it, or what was used.

use std::collections::HashMap;

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, AssetKind};
use portcullis_settings::Judgement;

use super::class::{Class, Totals, class, class_of_none};
use super::names::{self, Named, join_secrets};
use super::recent::{Last, Recent};
use super::row::{Row, Tally};

/// How many rows are kept apart.
pub(super) const ROWS: usize = 10_000;

/// How many assets that a subject means are told apart.
const MEANT: usize = 1_000;

/// One side as it is counted.
#[derive(Debug)]
pub(super) struct Side {
    rows: HashMap<String, (Named, Tally)>,
    meant: HashMap<String, (Named, u64)>,
    last: Last,
    pub(super) totals: Totals,
    /// How often something is in no row, for want of room.
    pub(super) beyond: u64,
    /// How often a record is in one more row than the first.
    pub(super) repeated: u64,
    /// Records without a time.
    pub(super) untimed: u64,
    /// How many records each reading brought.
    pub(super) readings: Vec<u64>,
}

/// Something that a subject means.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Meant {
    /// The whole name: an ARN where one was told.
    pub name: String,
    /// The short one.
    pub label: String,
    /// The account it belongs to, where that is told.
    pub account: Option<String>,
    /// Its Region, where that is told.
    pub region: Option<String>,
    /// How many records tell of it.
    pub records: u64,
}

impl Side {
    pub(super) fn new(readings: usize) -> Self {
        Self {
            rows: HashMap::new(),
            meant: HashMap::new(),
            last: Last::default(),
            totals: Totals::default(),
            beyond: 0,
            repeated: 0,
            untimed: 0,
            readings: vec![0; readings],
        }
    }

    /// Counts a record by who made it; `touched` are those of its assets that are asked for.
    pub(super) fn used(&mut self, access: &Access, touched: &[&Asset], judgement: &Judgement, country: Option<&str>) {
        let Some(class) = touched.iter().map(|asset| class(access, asset)).min() else { return };
        for named in touched.iter().map(|asset| names::asset(asset)) {
            if self.meant.len() < MEANT || self.meant.contains_key(&named.key) {
                self.meant.entry(named.key.clone()).or_insert_with(|| (named, 0)).1 += 1;
            }
        }
        self.record(class, access, touched.first().copied());
        self.add(names::actor(&access.actor), |tally| tally.add(class, access, judgement, country, None));
    }

    /// Counts a record by what it touched.
    pub(super) fn using(&mut self, access: &Access, judgement: &Judgement, country: Option<&str>) {
        let touched = own_assets(access);
        let actor = names::actor(&access.actor).label;
        let count = |side: &mut Self, named, class| {
            side.add(named, |tally| tally.add(class, access, judgement, country, Some(&actor)));
        };
        for asset in &touched {
            count(self, names::asset(asset), class(access, asset));
        }
        if touched.is_empty() {
            count(self, names::no_asset(&access.action.service), class_of_none(access));
        }
        self.repeated += touched.len().saturating_sub(1) as u64;
        let class = touched.iter().map(|asset| class(access, asset)).min();
        self.record(class.unwrap_or_else(|| class_of_none(access)), access, touched.first().copied());
    }

    fn record(&mut self, class: Class, access: &Access, asset: Option<&Asset>) {
        self.totals.add(class, access.outcome);
        self.untimed += u64::from(access.time.is_none());
        if class != Class::Beside {
            self.last.see(access, asset, class == Class::Use);
        }
    }

    fn add(&mut self, named: Named, add: impl FnOnce(&mut Tally)) {
        if self.rows.len() >= ROWS && !self.rows.contains_key(&named.key) {
            self.beyond += 1;
            return;
        }
        add(&mut self.rows.entry(named.key.clone()).or_insert_with(|| (named, Tally::new())).1);
    }

    /// The rows, those with most uses first; what the subject means, what is told of most often first; the last accesses.
    pub(super) fn finish(self) -> (Vec<Row>, Vec<Meant>, Vec<Recent>) {
        let rows = join_secrets(self.rows, Tally::join);
        let mut rows: Vec<Row> = rows.into_iter().map(|(named, tally)| tally.row(named)).collect();
        let weight = |row: &Row| (row.totals.uses.all(), row.totals.looks.all(), row.totals.denied());
        rows.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.name.cmp(&b.name)));
        let mut meant: Vec<Meant> = join_secrets(self.meant, |count, other| *count += other)
            .into_iter()
            .map(|(Named { name, label, account, region, .. }, records)| Meant {
                name,
                label,
                account,
                region,
                records,
            })
            .collect();
        meant.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.name.cmp(&b.name)));
        (rows, meant, self.last.finish())
    }
}

/// What a record is itself about: of a use of a key behind a secret, the key. That of the secret has a record of its own.
fn own_assets(access: &Access) -> Vec<&Asset> {
    let kind = if access.action.service == "kms" { AssetKind::Key } else { AssetKind::Secret };
    let own: Vec<&Asset> = access.assets.iter().filter(|asset| asset.kind() == kind).collect();
    if own.is_empty() { access.assets.iter().collect() } else { own }
}
