#![doc = include_str!("../README.md")]

mod burst;
mod faulty;
mod finding;
mod turns;

pub use burst::{BURST_RULE, burst, group_id};
pub use faulty::{Faults, Faulty};
pub use finding::{ROLE, finding, finding_by, role, secret};
pub use turns::{Task, take_turns};
