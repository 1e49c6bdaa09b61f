#![doc = include_str!("../README.md")]

mod active;
mod attr;
mod calendar;
mod change;
mod entry;
mod history;
mod item;
mod key;
mod knowledge;
mod memory;
mod rate;
mod recent;
mod sighting;
mod store;

pub use active::{ActiveRoles, ActiveStore, Added, MAX_ACTIVE, MemoryActive, active_days};
pub use attr::{Attr, Value};
pub use calendar::{Bucket, Day};
pub use change::{Change, Op};
pub use entry::{KEPT_BUCKETS, KEPT_DAYS, MAX_OPS, MAX_PENDING, MAX_PLACES, TOUCHED_DAYS};
pub use history::{History, RateLevel};
pub use item::{DayUse, Item};
pub use key::Key;
pub use knowledge::{CAPACITY, Knowledge, LEARNING};
pub use memory::MemoryKnowledge;
pub use rate::{FACTOR, FLOOR, LEARNED_DAYS, PEAK_DAYS, QUIET, SHARES};
pub use recent::REMEMBERED;
pub use sighting::Sighting;
pub use store::{KnowledgeStore, StoreError};
