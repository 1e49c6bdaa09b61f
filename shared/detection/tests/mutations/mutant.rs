//! One rule with one part less, or one number off.

use serde_json::Value;

use crate::cases::Rule;
use crate::{correlation, selection};

/// A rule file that differs from the rule's in one place.
pub(crate) struct Mutant {
    /// Names it for `equivalent` in the cases; stays the same as long as the part does.
    pub(crate) id: String,
    /// What is different, as the end of "nothing notices that …".
    pub(crate) what: String,
    /// What it does to the rule.
    pub(crate) effect: Effect,
    /// Whether what differs is a correlation.
    pub(crate) of_a_correlation: bool,
    /// Its documents.
    pub(crate) documents: Vec<Value>,
}

/// Whether the mutant fires on less or on more than the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// On less: a positive case can notice.
    Narrower,
    /// On more: a negative case can notice.
    Wider,
    /// Sometimes less, sometimes more.
    Either,
}

impl Effect {
    /// The effect on something that is negated.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Narrower => Self::Wider,
            Self::Wider => Self::Narrower,
            Self::Either => Self::Either,
        }
    }
}

/// A change of one document.
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) effect: Effect,
    pub(crate) document: Value,
}

/// Every mutant of a rule, of its base rules too.
pub(crate) fn mutants_of(rule: &Rule) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for (index, document) in rule.documents.iter().enumerate() {
        let of_a_correlation = document["correlation"].is_object();
        let changes = if of_a_correlation { correlation::changes(document) } else { selection::changes(document) };
        let name = document["name"].as_str().unwrap_or_default();
        let of_a_base = name != rule.name();
        for Change { id, what, effect, document } in changes {
            let mut documents = rule.documents.clone();
            documents[index] = document;
            let id = if of_a_base { format!("{name}: {id}") } else { id };
            let what = if of_a_base { format!("in {name} {what}") } else { what };
            // Two parts may look the same.
            let same = mutants.iter().filter(|other| other.id.split(" #").next() == Some(&id)).count();
            let id = if same == 0 { id } else { format!("{id} #{}", same + 1) };
            mutants.push(Mutant { id, what, effect, of_a_correlation, documents });
        }
    }
    mutants
}
