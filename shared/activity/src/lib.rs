#![doc = include_str!("../README.md")]

mod builder;
mod overview;
pub mod who;

pub use builder::{Limits, OverviewBuilder};
pub use overview::{ActorHours, Handover, HandoverUse, Overview, Point, Slice, Use};
