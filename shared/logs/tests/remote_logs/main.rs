//! Logs that have to be fetched, from a bucket and a history in memory.

#![cfg(test)]

mod bucket;
mod history;
mod memory;
