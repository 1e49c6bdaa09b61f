#![doc = include_str!("../README.md")]

mod alarm;
mod answer;
mod answering;
mod apply;
mod ask;
mod chain;
mod decide;
mod entry;
mod evidence;
mod form;
mod guard;
mod incident;
mod judge;
mod limits;
pub mod memory;
mod notice;
mod plan;
mod ports;
mod quarantine;
mod refusal;
mod release;
mod respond;
mod state;
mod supersede;
mod take_up;
mod target;
mod watch;
mod withdraw;
mod work;

pub use alarm::{
    AlarmChange, AlarmIncident, AlarmNotice, AlarmOutcome, AlarmReport, AlarmState, AlarmsTold, Noted, Ringing, Telling,
};
pub use answering::{Answer, AnswerError};
pub use ask::{Answered, Ask, AskState};
pub use chain::{Flaw, GENESIS, KEPT, Link, Walk};
pub use decide::{Containable, Decision, Deployment, decide};
pub use entry::{Containment, Earlier, Entry, Gone, PageState, Surroundings};
pub use evidence::keep_evidence;
pub use guard::target;
pub use incident::{Action, Incident};
pub use limits::Places;
pub use notice::{About, Notice, Thrown};
pub use plan::{AccessKey, Identity, LastUsed, Plan, Step};
pub use ports::{
    ApplyStep, Chain, CountActive, KeepEvidence, KillSwitch, Ledger, LedgerError, LookAround, Nudge, Pager, PortError,
    PortErrorKind, ReadIdentity, Simulate, ThrowSwitch, UndoStep, Version, Versioned,
};
pub use quarantine::{Extension, Level, Quarantine, QuarantineState, Simulated, Tampering, Undone, Verification};
pub use refusal::Refusal;
pub use release::{ReleaseError, ReleaseReport, Releaser};
pub use respond::{Report, RespondError, Responder};
pub use target::Target;
pub use watch::{Look, Watch, Watched};
pub use withdraw::Withdrawal;
