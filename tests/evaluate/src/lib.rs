#![doc = include_str!("../README.md")]

mod engine;
mod evaluation;
mod labels;
mod noise;
mod reasons;
mod report;
mod runs;
mod score;
mod sections;
mod source;
mod subject;
mod verdict;
mod views;
mod wrong;

pub use engine::Engine;
pub use evaluation::{Attacks, Both, Evaluation, RuleCounts, RuleScore, SourceScore, evaluate};
pub use labels::{Label, Labels, Problem, Shape, Stance, read as read_labels};
pub use noise::{Findings, Noise, NoiseRow, noise};
pub use reasons::{Circumstance, Reason};
pub use report::Report;
pub use score::{Score, per_thousand, share};
pub use source::{Item, Source, folders, load, read as read_source};
pub use subject::{Subject, words};
pub use verdict::{Verdict, judge};
pub use views::{Fired, View, Views};
pub use wrong::{Beside, Wrong};
