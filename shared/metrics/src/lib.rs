#![doc = include_str!("../README.md")]

mod catalogue;
mod emf;

pub use catalogue::{METRICS, Metric, NAMESPACE, Statistic};
pub use emf::Metrics;
