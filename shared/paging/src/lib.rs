#![doc = include_str!("../README.md")]

mod alarm;
mod answer;
mod burst;
mod chat;
mod email;
mod extended;
mod facts;
mod finding;
mod generic;
mod headline;
mod kind;
mod limits;
mod outcome;
mod page;
mod released;
mod sms;
mod story;
mod surroundings;
mod switch;
mod tampered;
mod text;
mod undo;
mod withdrawn;

pub use page::{Page, render};
pub use undo::{approve_command, reject_command, release_command};

/// What a page needs to know beside the notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageContext {
    /// The stack's name, which the commands on the page name.
    pub stack: String,
    /// Where the runbook is, without an anchor: a path in the repository, or the address where a team keeps its copy.
    pub runbook: String,
}

impl PageContext {
    /// The stack's own runbook.
    pub fn new(stack: impl Into<String>) -> Self {
        Self { stack: stack.into(), runbook: "docs/runbook.md".to_owned() }
    }

    /// With a runbook elsewhere; an empty text changes nothing.
    pub fn with_runbook(mut self, runbook: impl Into<String>) -> Self {
        let runbook = runbook.into();
        if !runbook.trim().is_empty() {
            self.runbook = runbook;
        }
        self
    }
}
