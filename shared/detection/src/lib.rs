#![doc = include_str!("../README.md")]

mod body;
mod context;
mod correlate;
mod counted;
mod derived;
mod entries;
mod event;
mod fields;
mod geo;
mod inspect;
mod lint;
mod locate;
pub mod memory;
mod pack;
mod pipeline;
mod prepare;
mod route;
mod rule;
mod ruleset;
mod sighting;
mod trail;
mod windowed;

pub use context::Context;
pub use derived::{actor_name, contained_target, origin_id};
pub use event::RuleEvent;
pub use fields::PORTCULLIS_FIELDS;
pub use geo::{Geo, GeoError};
pub use inspect::{Counting, Place};
pub use lint::record_members;
pub use pack::built_in;
pub use pipeline::{Delivery, Examination, Memory, Pipeline, Tally};
pub use prepare::Prepared;
pub use rule::Rule;
pub use ruleset::{RuleFile, RuleProblem, RuleSet};
