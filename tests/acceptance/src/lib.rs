#![doc = include_str!("../README.md")]

pub mod call;
pub mod caller;
pub mod cost;
pub mod delivery;
mod object;
pub mod random;
pub mod stream;
