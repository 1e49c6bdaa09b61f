#![doc = include_str!("../README.md")]

mod overview;

pub use overview::{ActorHours, Handover, HandoverUse, Overview, Point, Slice, Use};
