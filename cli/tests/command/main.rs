//! The command itself, run as people run it: files in, text and exit code out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod bad_input;
mod check;
mod record;
mod replay;
mod without_credentials;
mod workplace;
