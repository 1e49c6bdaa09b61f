//! Steady traffic at several paces, and how many writes it makes.

use std::fmt::Write as _;

use jiff::Timestamp;
use portcullis_domain::Outcome;
use portcullis_knowledge::{Knowledge, MemoryKnowledge, Sighting, StoreError};

const DAY: i64 = 86_400;
const ACCOUNT: &str = "111122223333";

/// Steady traffic: every pair is used every so many seconds, and pairs take turns.
pub(crate) struct Traffic {
    /// How many actors.
    pub(crate) actors: i64,
    /// How many assets, each used by every actor.
    pub(crate) assets: i64,
    /// Seconds between two uses of a pair.
    pub(crate) every: i64,
    /// How many workers take batches of ten, at random.
    pub(crate) workers: usize,
}

impl Traffic {
    /// Events and writes of each day.
    pub(crate) async fn days(&self, days: i64) -> Result<Vec<(usize, usize)>, StoreError> {
        let store = MemoryKnowledge::default();
        let mut workers: Vec<_> = (0..self.workers).map(|_| Knowledge::default()).collect();
        let start = Timestamp::UNIX_EPOCH.as_second() + 20_458 * DAY;
        let mut figures = Vec::new();
        let mut random = 1_u64;
        for day in 0..days {
            let (mut events, writes) = (0, store.writes());
            let mut batch = Vec::new();
            let uses = (0..DAY / self.every).flat_map(|n| (0..self.actors * self.assets).map(move |pair| (n, pair)));
            for (n, pair) in uses {
                let second = start + day * DAY + n * self.every + pair * self.every / (self.actors * self.assets);
                batch.push(Sighting {
                    account: ACCOUNT.to_owned(),
                    actor: format!("arn:aws:iam::{ACCOUNT}:role/app-{}", pair / self.assets),
                    asset: Some(format!("prod/secret-{}", pair % self.assets)),
                    time: Timestamp::from_second(second).unwrap_or_default(),
                    event_id: format!("{day}-{n}-{pair}"),
                    outcome: Outcome::Success,
                    place: Some("office".to_owned()),
                    uses: true,
                    counted: true,
                });
                events += 1;
                if batch.len() == 10 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let free = usize::try_from(random >> 33).unwrap_or(0) % self.workers;
                    if let Some(worker) = workers.get_mut(free) {
                        worker.observe(&store, &batch).await?;
                    }
                    batch.clear();
                }
            }
            figures.push((events, store.writes() - writes));
        }
        Ok(figures)
    }
}

/// Writes per thousand events on the third day.
async fn steady(every: i64, pairs: i64, workers: usize) -> Result<usize, StoreError> {
    let traffic = Traffic { actors: pairs, assets: 1, every, workers };
    let days = traffic.days(3).await?;
    let (events, writes) = days.last().copied().unwrap_or_default();
    Ok((writes * 1000).div_ceil(events.max(1)))
}

/// The table of the README.
pub(crate) async fn table() -> Result<String, StoreError> {
    let paces = [
        ("once a day", DAY, 100),
        ("once an hour", 3600, 100),
        ("once in ten minutes", 600, 10),
        ("5 in ten minutes", 120, 2),
        ("10 in ten minutes", 60, 3),
        ("30 in ten minutes", 20, 2),
        ("100 in ten minutes", 6, 1),
        ("300 in ten minutes", 2, 1),
    ];
    let mut table = "| each pair is used | 1 worker | 4 workers |\n|---|---|---|\n".to_owned();
    for (name, every, pairs) in paces {
        let (one, four) = (steady(every, pairs, 1).await?, steady(every, pairs, 4).await?);
        writeln!(table, "| {name} | {one} | {four} |").unwrap_or_default();
    }
    Ok(table)
}
