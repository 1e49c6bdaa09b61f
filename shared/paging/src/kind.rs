//! The kinds of pages: the word that the subject begins with, and what programs know it by.

use portcullis_response::Level;

/// What a page is, first of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The actor is in quarantine.
    Contained,
    /// The actor is locked out.
    LockedOut,
    /// The actor was contained before this.
    Already(Level),
    /// The actor was to be contained, and that failed.
    NotContained,
    /// A guard forbids to contain the actor.
    NotTouched,
    /// The settings ask for a page and no more.
    Paged,
    /// On-call is asked.
    Asked,
    /// On-call approved; what that leads to comes later.
    Approved,
    /// On-call rejected.
    Rejected,
    /// Nobody answered, and nothing is done.
    Unanswered,
    /// A containment was undone in part.
    Tampered {
        /// Whether it is back.
        put_back: bool,
    },
    /// A containment was lifted.
    Released,
    /// A containment's end was moved.
    Extended,
    /// The ground for a containment is gone.
    Withdrawn,
    /// The kill switch was thrown.
    Stopped,
    /// It was thrown back.
    Resumed,
    /// An alarm rings.
    Alarm,
    /// An alarm rings again so soon that nobody is woken.
    AlarmAgain,
    /// Nothing rings any more.
    AlarmOver,
}

impl Kind {
    /// That of a containment.
    pub(crate) const fn of_level(level: Level) -> Self {
        match level {
            Level::Lockout => Self::LockedOut,
            Level::Quarantine => Self::Contained,
        }
    }

    /// The word in the subject; of answers without the name of who gave it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Contained => "CONTAINED",
            Self::LockedOut => "LOCKED OUT",
            Self::Already(Level::Quarantine) => "IN QUARANTINE",
            Self::Already(Level::Lockout) => "IN LOCKOUT",
            Self::NotContained => "NOT CONTAINED",
            Self::NotTouched => "NOT TOUCHED",
            Self::Paged => "PAGE",
            Self::Asked => "ASKED",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Unanswered => "NOBODY ANSWERED",
            Self::Tampered { .. } => "TAMPERED",
            Self::Released => "RELEASED",
            Self::Extended => "EXTENDED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Stopped => "STOPPED",
            Self::Resumed => "RESUMED",
            Self::Alarm | Self::AlarmAgain => "ALARM",
            Self::AlarmOver => "OK",
        }
    }

    /// The section of the runbook; alarms have one for each kind.
    pub(crate) const fn anchor(self) -> &'static str {
        match self {
            Self::Contained => "contained",
            Self::LockedOut => "locked-out",
            Self::Already(_) => "in-quarantine",
            Self::NotContained => "not-contained",
            Self::NotTouched | Self::Paged | Self::Rejected | Self::Unanswered => "not-touched",
            Self::Asked | Self::Approved => "asked",
            Self::Tampered { .. } => "tampered",
            Self::Released => "released",
            Self::Extended => "extended",
            Self::Withdrawn => "withdrawn",
            Self::Stopped | Self::Resumed => "switch-everything-off",
            Self::Alarm | Self::AlarmAgain | Self::AlarmOver => "alarms",
        }
    }

    /// `kind` of the JSON page and of the message's attributes.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Contained
            | Self::LockedOut
            | Self::Already(_)
            | Self::NotContained
            | Self::NotTouched
            | Self::Paged => "finding",
            Self::Asked | Self::Approved | Self::Rejected | Self::Unanswered => "ask",
            Self::Tampered { .. } => "tampered",
            Self::Released => "released",
            Self::Extended => "extended",
            Self::Withdrawn => "withdrawn",
            Self::Stopped | Self::Resumed => "switch",
            Self::Alarm | Self::AlarmAgain | Self::AlarmOver => "alarm",
        }
    }

    /// `outcome` of the JSON page and of the message's attributes.
    pub(crate) const fn outcome(self) -> &'static str {
        match self {
            Self::Contained | Self::LockedOut => "contained",
            Self::Already(_) => "already-contained",
            Self::NotContained => "failed",
            Self::NotTouched => "refused",
            Self::Paged => "page",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Unanswered => "unanswered",
            Self::Tampered { put_back: true } => "put-back",
            Self::Tampered { put_back: false } => "left",
            Self::Released => "released",
            Self::Extended => "extended",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Resumed => "resumed",
            Self::Alarm => "ringing",
            Self::AlarmAgain => "repeated",
            Self::AlarmOver => "ok",
        }
    }

    /// Whether the subject begins with how bad it is; what only tells that something ended does not.
    pub(crate) const fn tells_severity(self) -> bool {
        !matches!(self, Self::Released | Self::Extended | Self::Withdrawn | Self::Resumed | Self::AlarmOver)
    }
}

/// What was done to who is contained.
pub(crate) const fn done_to(level: Level) -> &'static str {
    match level {
        Level::Lockout => "locked out of keys and secrets",
        Level::Quarantine => "put in quarantine",
    }
}

/// Where who is contained is.
pub(crate) const fn state_of(level: Level) -> &'static str {
    match level {
        Level::Lockout => "locked out of keys and secrets",
        Level::Quarantine => "in quarantine",
    }
}

/// Where who was contained no longer is.
pub(crate) const fn out_of(level: Level) -> &'static str {
    match level {
        Level::Lockout => "no longer locked out",
        Level::Quarantine => "out of quarantine",
    }
}
