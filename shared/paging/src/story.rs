//! All that a page tells, made once from a notice. Every form of the page is a rendering of this, so no two of them can
//! tell different things. Whatever came from a log is clean here already.

use jiff::Timestamp;
use portcullis_domain::{RuleRef, Severity};
use portcullis_response::{About, Action, Gone, Notice, Quarantine, Target};

use crate::facts::Facts;
use crate::kind::Kind;
use crate::surroundings::Around;
use crate::text::{clean, one_line, shorten};
use crate::undo::{Undo, status_command};
use crate::{PageContext, alarm, extended, finding, released, switch, tampered, withdrawn};

/// All that a page tells.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    /// What it does to the incident.
    pub(crate) action: Action,
    /// The incident's key.
    pub(crate) incident: String,
    /// What it is, first of all.
    pub(crate) kind: Kind,
    /// The words that the subject begins with.
    pub(crate) words: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// The actor, as a person says it.
    pub(crate) who: String,
    /// What the subject ends with.
    pub(crate) topic: String,
    /// What happened, in one sentence, two at most.
    pub(crate) headline: String,
    /// Further sentences.
    pub(crate) remarks: Vec<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// The stack.
    pub(crate) stack: String,
    /// The account, where it is one.
    pub(crate) account: Option<String>,
    /// The Region, where it is one.
    pub(crate) region: Option<String>,
    /// The actor, for programs.
    pub(crate) actor: Person,
    /// The rule's title, where the page is about what was found.
    pub(crate) what: Option<String>,
    /// What happened.
    pub(crate) facts: Facts,
    /// Circumstances by label: when, by whom, why.
    pub(crate) details: Vec<(&'static str, String)>,
    /// What on-call is asked.
    pub(crate) question: Option<Question>,
    /// Commands to look with, before anything else.
    pub(crate) first: Vec<String>,
    /// What was done, and how it was verified.
    pub(crate) done: Vec<String>,
    /// What was not, and why.
    pub(crate) not_done: Vec<String>,
    /// What was seen of the actor's work.
    pub(crate) around: Around,
    /// When the containment lifts itself.
    pub(crate) ends: Option<Timestamp>,
    /// The way back; absent where the page is about the way back.
    pub(crate) undo: Option<Undo>,
    /// What a containment was for, where the page is about its end.
    pub(crate) was_for: Option<String>,
    /// The rule that fired, where it is known here.
    pub(crate) rule: Option<RuleRef>,
    /// The finding's id; empty where the page is about none.
    pub(crate) finding: String,
    /// The finding that it goes on from.
    pub(crate) continues: Option<String>,
    /// Where the runbook speaks of such pages.
    pub(crate) runbook: String,
    /// The command that lists who is contained.
    pub(crate) status: String,
}

/// The actor, for programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) session: Option<String>,
    pub(crate) source_identity: Option<String>,
    pub(crate) access_key: Option<String>,
}

/// What on-call is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// What would be changed, as a diff.
    pub(crate) plan: Vec<String>,
    /// Until when an answer is heard, and what follows when none is given.
    pub(crate) until: String,
    /// The command that says yes.
    pub(crate) approve: String,
    /// The command that says no.
    pub(crate) reject: String,
    /// Until when, for programs.
    pub(crate) ends: Timestamp,
}

impl Story {
    /// What a notice tells.
    pub(crate) fn tell(notice: Notice<'_>, context: &PageContext) -> Self {
        match notice.about {
            About::Finding(entry) => match &entry.gone {
                Some(Gone::Withdrawn { at, quarantine: Some(quarantine), .. }) => {
                    withdrawn::tell(entry, *at, quarantine, notice, context)
                }
                _ => finding::tell(entry, notice, context),
            },
            About::Released(quarantine) => released::tell(quarantine, notice, context),
            About::Extended(quarantine) => extended::tell(quarantine, notice, context),
            About::Tampered(quarantine) => tampered::tell(quarantine, notice, context),
            About::Alarm(ringing) => alarm::tell(ringing, notice, context),
            About::Switch(thrown) => switch::tell(thrown, notice, context),
        }
    }

    /// One about a containment, with what is the same whatever is told of it.
    pub(crate) fn of_quarantine(
        kind: Kind,
        quarantine: &Quarantine,
        notice: Notice<'_>,
        context: &PageContext,
    ) -> Self {
        let target = &quarantine.target;
        let facts = Facts { who: vec![clean(target.arn())], ..Facts::default() };
        Self {
            action: notice.action,
            incident: one_line(notice.incident),
            kind,
            words: kind.word().to_owned(),
            severity: Severity::Informational,
            who: name_of(target),
            topic: String::new(),
            headline: String::new(),
            remarks: Vec::new(),
            at: quarantine.since,
            stack: one_line(&context.stack),
            account: Some(target.account().to_string()),
            region: None,
            actor: Person { kind: target.kind().to_owned(), name: clean(target.arn()), ..Person::default() },
            what: None,
            facts,
            details: Vec::new(),
            question: None,
            first: Vec::new(),
            done: Vec::new(),
            not_done: Vec::new(),
            around: Around::default(),
            ends: None,
            undo: None,
            was_for: Some(one_line(&quarantine.why)),
            rule: None,
            finding: quarantine.finding.to_string(),
            continues: None,
            runbook: runbook(context, kind.anchor()),
            status: status_command(context),
        }
    }

    /// One line of fewer than 100 characters (SNS API Reference, *Publish*, `Subject`).
    pub(crate) fn subject(&self) -> String {
        let severity = self.severity.as_str().to_uppercase();
        let begin = if self.kind.tells_severity() {
            format!("[{severity}] {}", self.words)
        } else {
            format!("[{}]", self.words)
        };
        shorten(&one_line(&format!("{begin} {}: {}", self.who, self.topic)), 99)
    }

    /// The line that comes before all others: nobody was woken for this.
    pub(crate) fn lead(&self) -> Option<String> {
        let updates = self.action == Action::Update;
        updates.then(|| format!("This brings incident {} up to date; nobody is woken for it.", self.incident))
    }

    /// The incident, and what becomes of it with this.
    pub(crate) fn incident_line(&self) -> String {
        match self.action {
            Action::Trigger => self.incident.clone(),
            Action::Update => format!("{}, brought up to date", self.incident),
            Action::Resolve => format!("{}, over with this", self.incident),
        }
    }
}

/// Where the runbook speaks of something.
pub(crate) fn runbook(context: &PageContext, anchor: &str) -> String {
    let base: String = context.runbook.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    format!("{base}#{anchor}")
}

/// A name a person says.
pub(crate) fn name_of(target: &Target) -> String {
    one_line(&format!("{} {}", target.kind(), target.name()))
}

/// Who did something at a keyboard, as a person says it: the last part of an ARN.
pub(crate) fn short_person(by: &str) -> String {
    let last = by.rsplit('/').find(|part| !part.is_empty()).unwrap_or(by);
    shorten(&one_line(last), 24)
}
