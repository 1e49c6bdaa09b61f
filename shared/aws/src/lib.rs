#![doc = include_str!("../README.md")]

mod accounts;
mod active;
mod config;
mod error;
mod evidence;
#[cfg(feature = "monitoring")]
mod heartbeat;
#[cfg(feature = "https")]
mod https;
mod iam;
mod inventory;
mod ledger;
#[cfg(feature = "operator")]
mod logs;
#[cfg(any(feature = "monitoring", feature = "operator"))]
mod metric_data;
#[cfg(feature = "monitoring")]
mod monitoring;
mod objects;
#[cfg(feature = "operator")]
mod operator;
mod queue;
mod records;
#[cfg(feature = "monitoring")]
mod rotations;
#[cfg(feature = "pagerduty")]
mod secret;
mod sightings;
mod sns;
mod switch;
#[cfg(any(feature = "monitoring", feature = "operator"))]
mod times;
mod windows;

pub use accounts::{Accounts, MemberRole};
pub use active::DynamoActive;
pub use aws_config::SdkConfig;
pub use config::load;
pub use evidence::{EventBus, EvidenceBucket};
#[cfg(feature = "monitoring")]
pub use heartbeat::Heartbeat;
#[cfg(feature = "https")]
pub use https::{Answer, Https, HttpsUrl, HttpsUrlError};
pub use iam::{IamContain, IamLift, IamReader, IamSimulator};
pub use inventory::{read_inventory, read_principal_tags};
pub use ledger::DynamoLedger;
#[cfg(feature = "operator")]
pub use logs::{LiveHistory, LogBucket, WallClock};
#[cfg(any(feature = "monitoring", feature = "operator"))]
pub use metric_data::{Query, metric_data};
#[cfg(feature = "monitoring")]
pub use monitoring::CloudWatch;
pub use objects::{Location, LocationError, Objects};
#[cfg(feature = "operator")]
pub use operator::{Alarm, alarms_of_stack, caller_arn, invoke};
pub use queue::Queue;
pub use records::EventHistory;
#[cfg(feature = "monitoring")]
pub use rotations::RotationReader;
#[cfg(feature = "pagerduty")]
pub use secret::{Secret, SecretText};
pub use sightings::DynamoSightings;
pub use sns::SnsPager;
pub use switch::StopObject;
pub use windows::DynamoWindows;
