#![doc = include_str!("../README.md")]

mod actors;
mod assets;
mod exemptions;
mod glob;
mod hours;
mod inventory;
mod judge;
mod networks;
mod parse;
mod problem;
mod reader;
mod response_table;
mod selector;
mod settings;
mod topic;

pub use actors::{AuthorizedActor, PathPattern};
pub use assets::AssetEntry;
pub use exemptions::{Exempted, Exemption, RuleName, RuleOverride};
pub use glob::Glob;
pub use hours::{ChangeWindow, WorkingHours};
pub use inventory::{Inventory, TaggedResource};
pub use judge::{Judgement, Subject};
pub use networks::{AuditStores, NamedNetwork};
pub use parse::parse;
pub use problem::{Problem, Problems};
pub use response_table::{Response, ResponseTable};
pub use selector::Selector;
pub use settings::{Mode, PagingSettings, QuarantineSettings, Settings};
pub use topic::{TopicArn, TopicArnError};
