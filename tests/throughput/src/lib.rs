#![doc = include_str!("../README.md")]

mod alone;
mod bars;
mod bench;
mod child;
mod contestant;
mod data;
mod figures;
mod files;
mod floor;
mod machine;
mod parse;
mod phases;
mod records;
mod rules;
mod table;

pub use alone::{Alone, pipeline};
pub use bars::{Bar, Limit};
pub use bench::Bench;
pub use child::{Command, Used, used};
pub use contestant::{Contestant, rounds};
pub use data::{Data, scenario};
pub use figures::{Times, approximate, megabytes, rate, thousands};
pub use files::{LogFiles, log_files};
pub use floor::{Decompressed, decompress};
pub use machine::Machine;
pub use parse::{Parsed, parse};
pub use phases::{Phases, Step, phases, shares};
pub use records::{About, about, write_lines};
pub use rules::{Exported, Known, export};
pub use table::{Row, table};
