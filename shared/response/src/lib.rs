#![doc = include_str!("../README.md")]

mod decide;
mod entry;
mod form;
mod guard;
pub mod memory;
mod notice;
mod plan;
mod ports;
mod release;
mod respond;
mod state;
mod supersede;
mod take_up;
mod withdraw;
mod work;

pub use decide::{Decision, Deployment, decide};
pub use entry::{Containment, Earlier, Entry, Gone, PageMark, PageState, Quarantine, QuarantineState};
pub use guard::{Refusal, Target, target};
pub use notice::Notice;
pub use plan::{Identity, Plan, Step, plan};
pub use ports::{
    Detached, Ledger, LedgerError, LiftQuarantine, Pager, PortError, PortErrorKind, QuarantinePort, ReadIdentity,
    Version, Versioned,
};
pub use release::{ReleaseError, ReleaseReport, Releaser};
pub use respond::{Report, RespondError, Responder};
pub use withdraw::Withdrawal;
