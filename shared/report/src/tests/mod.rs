//! The report as a whole: what it says, and that it stays text whatever is in a log.

mod content;
mod contrast;
mod dom;
mod injection;
mod records;
