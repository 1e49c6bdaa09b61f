//! Logs that have to be fetched, from a bucket and a history in memory.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod bucket;
mod history;
mod memory;
