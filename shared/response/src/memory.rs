//! The ports in memory: for replays, which touch nothing, and for tests.

mod iam;
mod ledger;
mod world;

pub use iam::MemoryIam;
pub use ledger::MemoryLedger;
pub use world::{MemoryPager, MemoryWorld};

use std::sync::{Mutex, MutexGuard, PoisonError};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock cannot leave half a write: every write is one insertion.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
