#![doc = include_str!("../README.md")]

mod alarm;
mod answer;
mod event;
mod handler;
mod key;
mod page;
mod post;
mod sns;
mod text;
mod translate;

pub use answer::{Verdict, judge};
pub use event::{Alert, Event, Severity};
pub use handler::PagerDuty;
pub use key::{Keys, ReadKey, RoutingKey, RoutingKeyError};
pub use post::{BackOff, Posted, Poster};
pub use sns::{Message, messages};
pub use translate::{Translation, translate};
