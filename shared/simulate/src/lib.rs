#![doc = include_str!("../README.md")]

mod activity;
mod attack;
mod budget;
mod clock;
mod delivery;
mod ids;
mod organization;
mod record;
mod rng;
mod scenario;
mod settings;
mod simulation;
mod stage;
mod truth;

pub use attack::{Attack, UnknownAttack};
pub use delivery::LogFile;
pub use scenario::{Scenario, ScenarioError};
pub use simulation::Simulation;
pub use truth::{AttackTruth, Truth};
