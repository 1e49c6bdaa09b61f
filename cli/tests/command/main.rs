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
mod damaged_folder;
#[cfg(unix)]
mod interrupted;
mod metrics;
#[cfg(unix)]
mod out_of_reach;
mod record;
mod replay;
mod replay_over_time;
mod replay_whatever_order;
mod rules_explain;
mod rules_explain_records;
mod rules_list;
mod rules_test;
mod standard_input;
mod without_credentials;
mod workplace;
