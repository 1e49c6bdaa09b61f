#![doc = include_str!("../README.md")]

mod burst;
mod finding;
mod released;
mod text;
mod withdrawn;

use portcullis_response::{Gone, Notice};

/// What a page needs to know beside the notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageContext {
    /// The stack's name, which the commands on the page name.
    pub stack: String,
}

/// A page as email text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// One line of fewer than 100 characters, without control characters (SNS API Reference, *Publish*, `Subject`).
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Renders a notice.
pub fn render(notice: Notice<'_>, context: &PageContext) -> Page {
    match notice {
        Notice::Finding(entry) => match &entry.gone {
            Some(Gone::Withdrawn { at, quarantine: Some(quarantine), .. }) => {
                withdrawn::render(entry, *at, quarantine, context)
            }
            _ => finding::render(entry, context),
        },
        Notice::Released { quarantine, detached } => released::render(quarantine, detached, context),
    }
}

/// The command that lifts a quarantine.
pub fn release_command(arn: &str, context: &PageContext) -> String {
    format!("portcullis release {arn} --stack {} --reason \"...\"", text::one_line(&context.stack))
}
