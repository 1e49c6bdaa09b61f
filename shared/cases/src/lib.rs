#![doc = include_str!("../README.md")]

mod bases;
mod case;
mod expand;
mod judge;
mod merge;

pub use bases::{bases, settings};
pub use case::{Case, Cases, Equivalent};
pub use judge::{Judge, Verdict};
pub use merge::{merge, set};
