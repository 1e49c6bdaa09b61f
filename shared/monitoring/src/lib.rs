#![doc = include_str!("../README.md")]

mod alarm;
mod change;
mod found;
mod place;
mod ports;

pub use alarm::{Alarm, Comparison, Condition, MetricFilter, MetricRef, MissingData};
pub use change::Change;
pub use found::{Desired, Found, FoundAlarm, FoundDashboard};
pub use place::{Place, STACK_TAG};
pub use ports::{ChangeMonitoring, Pause, ReadMonitoring};
