//! What would have been done, by actor: the answer that everything else explains.

use portcullis_domain::{Finding, FindingId, Severity};
use portcullis_replay::{Replay, names};
use portcullis_response::{Ask, Containment, Entry, Level, PageState};
use portcullis_settings::Response;

/// What could have been done with somebody, from the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Quarantined,
    LockedOut,
    Asked,
    Paged,
    Spared,
    HeldBack,
}

impl Fate {
    pub(crate) const ALL: [Self; 6] =
        [Self::Quarantined, Self::LockedOut, Self::Asked, Self::Paged, Self::Spared, Self::HeldBack];

    /// In a heading.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Quarantined => "Quarantined",
            Self::LockedOut => "Locked out",
            Self::Asked => "Asked about",
            Self::Paged => "Paged about",
            Self::Spared => "Spared by a guard",
            Self::HeldBack => "Held back by the mode",
        }
    }

    /// What it means.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Quarantined => "Everything would have been denied to them.",
            Self::LockedOut => "Keys and secrets would have been denied to them, and whatever would undo that.",
            Self::Asked => "On-call would have been asked whether to contain them. In a replay nobody answers.",
            Self::Paged => "On-call would have been paged about what they did.",
            Self::Spared => "A guard would have refused to contain them, and they were contained at no other time.",
            Self::HeldBack => "The response table asks for more than the mode allows.",
        }
    }

    /// Whether it is the fate of the actor of this finding.
    fn holds(self, entry: &Entry, replay: &Replay) -> bool {
        let contained = |wanted: Level| matches!(&entry.containment, Some(Containment::Contained { level, .. }) if *level == wanted);
        match self {
            Self::Quarantined => contained(Level::Quarantine),
            Self::LockedOut => contained(Level::Lockout),
            Self::Asked => entry.ask.is_some(),
            Self::Paged => matches!(entry.page, PageState::Sent { .. }),
            Self::Spared => names::spared(replay).any(|spared| std::ptr::eq(spared, entry)),
            Self::HeldBack => entry.decision.refusals.is_empty() && is_held_back(entry),
        }
    }
}

/// Whether only the mode stood between the table and more than was decided.
fn is_held_back(entry: &Entry) -> bool {
    // Once an answer, or the want of one, was acted on, the decision is what came of it.
    entry.ask.is_none() && entry.decision.wanted > entry.decision.response && entry.decision.wanted > Response::Page
}

/// Somebody, with what they would have suffered that for.
#[derive(Debug)]
pub(crate) struct Person<'r> {
    /// What people call them.
    pub(crate) name: String,
    /// The gravest finding of them.
    pub(crate) gravest: &'r Finding,
    /// How many findings.
    pub(crate) findings: usize,
    /// The guard, in a word and a sentence, where one refused; what the table asks for, where the mode held it back.
    pub(crate) why: Option<(&'static str, String)>,
}

/// Who would have met this fate, each once, the gravest findings first.
pub(crate) fn people(replay: &Replay, fate: Fate) -> Vec<Person<'_>> {
    let mut people: Vec<Person<'_>> = Vec::new();
    for entry in replay.entries.iter().filter(|entry| fate.holds(entry, replay)) {
        let finding = &entry.finding;
        let name = names::actor(&finding.actor.principal);
        match people.iter_mut().find(|person| person.name == name) {
            Some(person) => {
                person.findings += 1;
                if finding.rule.severity > person.gravest.rule.severity {
                    person.gravest = finding;
                }
            }
            None => people.push(Person { name, gravest: finding, findings: 1, why: why(entry, fate) }),
        }
    }
    people.sort_by_key(|person| std::cmp::Reverse(person.gravest.rule.severity));
    people
}

fn why(entry: &Entry, fate: Fate) -> Option<(&'static str, String)> {
    match fate {
        Fate::Spared => entry.decision.refusals.first().map(|refusal| (refusal.name(), refusal.to_string())),
        Fate::HeldBack => Some((entry.decision.wanted.as_str(), "is what the table asks for".to_owned())),
        Fate::Quarantined | Fate::LockedOut | Fate::Asked | Fate::Paged => None,
    }
}

/// A finding, and what was decided about it unless its rule is in shadow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    pub(crate) finding: &'r Finding,
    pub(crate) entry: Option<&'r Entry>,
}

impl Row<'_> {
    /// What was decided, in short. A question that ran out stays a question: that it became a page says less.
    pub(crate) fn decision(&self) -> String {
        match self.entry {
            None => "in shadow".to_owned(),
            Some(entry) => match self.asked() {
                Some(ask) if ask.is_answered() => format!("ask ({})", ask.state.name()),
                _ => names::decision(&entry.decision),
            },
        }
    }

    /// What was decided; absent when the rule is in shadow.
    pub(crate) fn response(&self) -> Option<Response> {
        let response = self.entry?.decision.response;
        Some(if self.asked().is_some() { Response::Ask } else { response })
    }

    /// The question to on-call, unless more came of it than a page.
    fn asked(&self) -> Option<&Ask> {
        let entry = self.entry?;
        entry.ask.as_ref().filter(|_| !entry.decision.response.contains() && entry.decision.refusals.is_empty())
    }

    pub(crate) fn id(&self) -> &FindingId {
        &self.finding.id
    }

    pub(crate) const fn severity(&self) -> Severity {
        self.finding.rule.severity
    }
}

/// Every finding: the gravest first, those in shadow after the others, and then by time.
pub(crate) fn rows(replay: &Replay) -> Vec<Row<'_>> {
    let decided = replay.entries.iter().map(|entry| Row { finding: &entry.finding, entry: Some(entry) });
    let shadow = replay.in_shadow.iter().map(|finding| Row { finding, entry: None });
    let mut rows: Vec<Row<'_>> = decided.chain(shadow).collect();
    rows.sort_by_key(|row| {
        (
            std::cmp::Reverse(row.severity()),
            row.entry.is_none(),
            crate::timeline::first_of(row.finding),
            row.id().clone(),
        )
    });
    rows
}
