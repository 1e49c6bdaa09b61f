#![doc = include_str!("../README.md")]

mod actors;
mod alarms;
mod assets;
mod by_tier;
mod containment;
mod exemptions;
mod glob;
mod hours;
mod inventory;
mod judge;
mod networks;
mod parse;
mod problem;
mod protection;
mod reader;
mod response_table;
mod selector;
mod settings;
mod topic;

pub use actors::{AuthorizedActor, PathPattern};
pub use alarms::{AlarmSettings, AnomalySettings, HighRateSettings, OwnRate, RotationSettings};
pub use assets::AssetEntry;
pub use containment::{AskingSettings, LimitSettings, LockoutSettings, QuarantineSettings, WhenFull};
pub use exemptions::{Exempted, Exemption, RuleName, RuleOverride};
pub use glob::Glob;
pub use hours::{ChangeWindow, DuringChange, WorkingHours};
pub use inventory::{Inventory, TaggedResource};
pub use judge::{Judgement, Subject};
pub use networks::{AuditStores, NamedNetwork};
pub use parse::parse;
pub use problem::{Problem, Problems};
pub use protection::{PROTECTED_TAG, Protection};
pub use response_table::{Response, ResponseTable};
pub use selector::Selector;
pub use settings::{Mode, PagingSettings, Settings};
pub use topic::{TopicArn, TopicArnError};
