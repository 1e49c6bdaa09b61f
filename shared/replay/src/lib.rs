#![doc = include_str!("../README.md")]

mod decide;
mod plain;
mod reading;
mod watch;

pub use decide::{Replay, decide};
pub use plain::read;
pub use reading::{Hour, Plan, Progress, Reading, Span};
pub use watch::{Seen, Watcher};
