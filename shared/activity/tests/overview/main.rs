//! The overview of records in CloudTrail's own shape: what is counted, handovers of keys, bounds.

#![cfg(test)]

mod bounds;
mod calls;
mod counts;
mod handovers;
