//! Errors for people: the whole chain on one line.

use std::error::Error;

/// An error and everything beneath it, separated by colons. Each `Display` says one level only, so nothing is told
/// twice.
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
