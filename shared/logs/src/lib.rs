#![doc = include_str!("../README.md")]

mod coverage;
mod input;
mod name;

pub use coverage::{Coverage, CoverageBuilder, FileFacts};
pub use input::{Input, Unread};
pub use name::LogFileName;
