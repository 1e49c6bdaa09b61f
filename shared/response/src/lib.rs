#![doc = include_str!("../README.md")]

mod decide;
mod entry;
mod guard;
pub mod memory;
mod notice;
mod plan;
mod ports;
mod release;
mod respond;

pub use decide::{Decision, Deployment, decide};
pub use entry::{Containment, Entry, PageMark, PageState, Quarantine, QuarantineState};
pub use guard::{Refusal, Target, target};
pub use notice::Notice;
pub use plan::{Identity, Plan, Step, plan};
pub use ports::{
    Detached, Ledger, LedgerError, LiftQuarantine, Pager, PortError, PortErrorKind, QuarantinePort, ReadIdentity,
    Version, Versioned,
};
pub use release::{ReleaseError, ReleaseReport, Releaser};
pub use respond::{Report, RespondError, Responder};
