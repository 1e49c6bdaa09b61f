#![doc = include_str!("../README.md")]

mod assets;
mod glob;
mod inventory;
mod judge;
mod parse;
mod problem;
mod reader;
mod response_table;
mod selector;
mod settings;

pub use assets::{AssetEntry, AuthorizedActor};
pub use glob::Glob;
pub use inventory::{Inventory, TaggedResource};
pub use judge::Judgement;
pub use parse::parse;
pub use problem::{Problem, Problems};
pub use response_table::{Response, ResponseTable};
pub use selector::Selector;
pub use settings::{Mode, PagingSettings, QuarantineSettings, Settings, TopicArn, TopicArnError};
