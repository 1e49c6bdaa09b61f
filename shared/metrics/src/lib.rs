#![doc = include_str!("../README.md")]

mod calls;
mod catalogue;
mod emf;
mod groups;
mod heartbeat;
mod measure;
mod meter;
mod seen;
mod series;
mod values;

pub use calls::{looks, used};
pub use catalogue::{METRICS, Metric, NAMESPACE, Statistic};
pub use emf::Metrics;
pub use groups::Group;
pub use heartbeat::{HEARTBEAT_KEY, Heartbeat, heartbeat_secret};
pub use measure::{ACTOR, Known, measure};
pub use meter::{Apart, Meter};
pub use seen::Seen;
pub use series::{Day, HOUR, Point, Series, SeriesError, SeriesName, SeriesSet, Watched, Window, hour_of, hours_in};
pub use values::{OTHER, Scope, Values};
