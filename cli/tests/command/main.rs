//! The command itself, run as people run it: files in, text and exit code out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod bad_input;
mod check;
mod check_in_vain;
mod cost;
mod metrics;
mod record;
mod replay;
mod replay_over_time;
mod rules_explain;
mod rules_explain_records;
mod rules_list;
mod rules_test;
mod without_credentials;
mod workplace;
