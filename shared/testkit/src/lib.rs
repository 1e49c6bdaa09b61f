#![doc = include_str!("../README.md")]

mod faulty;
mod finding;

pub use faulty::{Faults, Faulty};
pub use finding::{ROLE, finding, finding_by, role, secret};
