#![doc = include_str!("../README.md")]

mod alarms;
mod config;
mod error;
mod iam;
mod inventory;
mod invoke;
mod ledger;
mod objects;
mod queue;
mod sns;

pub use alarms::{Alarm, alarms_of_stack};
pub use aws_config::SdkConfig;
pub use config::{caller_arn, load};
pub use iam::{IamQuarantine, IamReader, IamRelease};
pub use inventory::read_inventory;
pub use invoke::invoke;
pub use ledger::DynamoLedger;
pub use objects::{Location, LocationError, Objects};
pub use queue::Queue;
pub use sns::SnsPager;
