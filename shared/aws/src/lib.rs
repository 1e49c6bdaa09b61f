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
mod sightings;
mod sns;
mod windows;

pub use aws_config::SdkConfig;
pub use config::load;
pub use iam::{IamQuarantine, IamReader, IamRelease};
pub use inventory::{read_inventory, read_principal_tags};
pub use ledger::DynamoLedger;
pub use objects::{Location, LocationError, Objects};
#[cfg(feature = "operator")]
pub use operator::{Alarm, alarms_of_stack, caller_arn, invoke};
pub use queue::Queue;
pub use sightings::DynamoSightings;
pub use sns::SnsPager;
pub use windows::DynamoWindows;
