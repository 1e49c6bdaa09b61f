#![doc = include_str!("../README.md")]

mod bucket;
mod burst;
mod condition;
mod correlation;
mod event;
mod memory;
mod slide;
mod store;
mod windows;

pub use bucket::Bucket;
pub use burst::{Burst, bursts};
pub use condition::{Comparison, LARGEST_THRESHOLD, Seen, Threshold, ThresholdError};
pub use correlation::{Correlation, Input, Test};
pub use event::{Anchor, Event, WindowKey};
pub use memory::{MemoryWindows, Span};
pub use store::{StoreError, WindowStore};
pub use windows::{LARGEST_BUCKET, Taken, Told, take};
