//! The adapters against mocked clients: what they ask, what they make of each answer. No network but the machine's own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod accounts;
mod active;
mod changes;
mod evidence;
#[cfg(feature = "monitoring")]
mod heartbeat;
mod history;
mod iam_apply;
mod iam_read;
mod iam_simulate;
mod iam_undo;
mod ledger_chain;
mod ledger_read;
mod ledger_write;
#[cfg(feature = "monitoring")]
mod monitoring;
mod principal;
mod recorded;
#[cfg(feature = "monitoring")]
mod rotations;
mod samples;
mod server;
mod shown;
mod sightings;
#[cfg(feature = "https")]
mod signed_address;
mod sns;
mod switch;
mod table;
mod windows;
mod wire;
