#![doc = include_str!("../README.md")]

mod config;
mod error;
mod iam;
mod inventory;
mod ledger;
mod objects;
#[cfg(feature = "operator")]
mod operator;
mod queue;
mod sns;

pub use aws_config::SdkConfig;
pub use config::load;
pub use iam::{IamQuarantine, IamReader, IamRelease};
pub use inventory::read_inventory;
pub use ledger::DynamoLedger;
pub use objects::{Location, LocationError, Objects};
#[cfg(feature = "operator")]
pub use operator::{Alarm, alarms_of_stack, caller_arn, invoke};
pub use queue::Queue;
pub use sns::SnsPager;
