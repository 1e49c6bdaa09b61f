#![doc = include_str!("../README.md")]

mod burst;
mod faults;
mod faulty;
mod finding;
mod turns;
mod world;

pub use burst::{BURST_RULE, burst, group_id};
pub use faults::{Fault, Faults, until_death};
pub use faulty::Faulty;
pub use finding::{ROLE, finding, finding_by, role, secret};
pub use turns::{Task, take_turns};
pub use world::{Ports, RecordingPager, Subject, Told, World};
