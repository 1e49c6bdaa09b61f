//! What on-call is told.

use jiff::Timestamp;
use portcullis_domain::FindingId;

use crate::alarm::AlarmNotice;
use crate::entry::Entry;
use crate::incident::{Action, incident_id};
use crate::quarantine::Quarantine;

/// Something to tell on-call.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'n> {
    /// What it does to the incident.
    pub action: Action,
    /// The incident's key, the same in every message about it.
    pub incident: &'n str,
    /// What it is about.
    pub about: About<'n>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'n> {
    /// A finding, with what was decided, asked and done so far; or that it was withdrawn, while somebody is contained for it.
    Finding(&'n Entry),
    /// A containment was lifted; its state says by whom and what was found.
    Released(&'n Quarantine),
    /// A containment's end was moved.
    Extended(&'n Quarantine),
    /// Somebody undid a part of a containment; its `tampering` says what, and whether it was put back.
    Tampered(&'n Quarantine),
    /// The kill switch was thrown.
    Switch(&'n Thrown),
    /// An alarm rings, or rings no more.
    Alarm(&'n AlarmNotice),
}

/// A throw of the kill switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// Whether it is on now: nobody is contained.
    pub stopped: bool,
    /// When.
    pub at: Timestamp,
    /// By whom, as they named themselves.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Thrown {
    /// The incident that begins when the switch is thrown, and ends when it is thrown back.
    pub fn incident(account: &str) -> String {
        incident_id(&FindingId::of_event("kill-switch", account, ""))
    }
}
