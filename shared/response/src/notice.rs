//! What on-call is told.

use crate::entry::{Entry, Quarantine};
use crate::ports::Detached;

/// Something to tell on-call.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'n> {
    /// A finding, with what was decided and done so far; or that it was withdrawn, while somebody is in quarantine for it.
    Finding(&'n Entry),
    /// A quarantine was lifted.
    Released {
        /// The quarantine, its state released.
        quarantine: &'n Quarantine,
        /// What was found when it was lifted.
        detached: Detached,
    },
}
