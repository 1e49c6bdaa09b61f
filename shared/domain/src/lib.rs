#![doc = include_str!("../README.md")]

mod account;
mod actor;
mod alarm;
mod arn;
mod asset;
mod chain;
mod evidence;
mod finding;
mod pattern;
mod scale;

pub use account::{AccountId, AccountIdError};
pub use actor::{Actor, ActorKind, Principal, Session};
pub use alarm::{AlarmSubject, AssetAlarm, PipelineAlarm, asset_dimension};
pub use arn::{AliasArn, ArnError, KeyArn, PolicyArn, RoleArn, UserArn};
pub use asset::{Asset, AssetKind, SecretRef};
pub use chain::error_chain;
pub use evidence::{Action, Evidence, Network, Origin, Outcome, Source};
pub use finding::{Burst, Finding, FindingId, RuleRef, sha256_hex};
pub use pattern::{ArnPattern, PatternError};
pub use scale::{Severity, Tier, UnknownWord};
