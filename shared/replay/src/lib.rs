#![doc = include_str!("../README.md")]

mod decide;
mod engine;
pub mod form;
pub mod names;
#[doc(hidden)]
pub mod plain;
mod reading;
mod watch;

pub use decide::{Replay, decide};
pub use engine::read;
pub use reading::{Hour, Plan, Progress, Reading, Span};
pub use watch::{Seen, Watcher, is_watched};
