//! The adapters against mocked clients: what they ask, what they make of each answer. No network.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod active;
mod iam_attach;
mod iam_detach;
mod iam_read;
mod ledger_read;
mod ledger_write;
mod principal;
mod recorded;
mod shown;
mod sightings;
mod sns;
mod windows;
mod wire;
