#![doc = include_str!("../README.md")]

mod batch;
mod configuration;
mod environment;
mod error;
mod evidence;

pub use batch::{Message, reply, split};
pub use configuration::{Configuration, Sources, Surroundings, written_settings};
pub use environment::{Environment, EnvironmentError, start_logging};
pub use error::FunctionError;
pub use evidence::{Evidence, EvidencePlaces};
pub use portcullis_metrics::{Metric, Metrics};
