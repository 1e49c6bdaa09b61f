#![doc = include_str!("../README.md")]

mod event;
mod fields;
mod locate;
mod pack;
mod pipeline;
mod rule;
mod ruleset;
mod trail;

pub use event::RuleEvent;
pub use fields::PORTCULLIS_FIELDS;
pub use pack::built_in;
pub use pipeline::{Examination, Pipeline, Tally};
pub use rule::Rule;
pub use ruleset::{RuleFile, RuleProblem, RuleSet};
