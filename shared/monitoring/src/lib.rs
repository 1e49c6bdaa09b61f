#![doc = include_str!("../README.md")]

mod alarm;
mod apply;
mod asset;
mod change;
mod cis;
pub mod cost;
pub mod dashboard;
mod decided;
mod description;
mod desired;
mod differ;
mod found;
pub mod memory;
mod pipeline;
mod place;
mod plan;
mod ports;
mod report;
pub mod rotation;

pub use alarm::{Alarm, Comparison, Condition, MetricFilter, MetricRef, MissingData};
pub use apply::{Applied, Done, Failure, apply};
pub use change::Change;
pub use cis::{CONTROLS, Control};
pub use decided::count_decided;
pub use desired::desired;
pub use differ::{Difference, differences};
pub use found::{Desired, Found, FoundAlarm, FoundDashboard};
pub use place::{Place, STACK_TAG};
pub use plan::{Conflict, Plan, plan, removal};
pub use ports::{ChangeMonitoring, Pause, ReadMonitoring};
pub use report::{Group, Item, PlanReport};

#[cfg(test)]
mod tests;
