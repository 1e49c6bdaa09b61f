//! Which mutants of a rule survive its cases.

use portcullis_cases::Case;

use crate::cases::{Judge, Rule};
use crate::mutant::{Effect, Mutant, mutants_of};

/// Everything about a rule that its cases leave open, each with what to do.
pub(crate) fn failures(rule: &Rule) -> Vec<String> {
    match Judge::new(rule.name(), rule.file(&rule.documents)) {
        Err(refused) => return vec![refused],
        Ok(mut judge) => {
            if let Some(complaint) = rule.cases.all().find_map(|case| judge.complaint(case)) {
                return vec![format!("{complaint}; mend that first, see the test `pack`")];
            }
        }
    }
    let mutants = mutants_of(rule);
    let mut failures: Vec<String> = mutants.iter().filter_map(|mutant| failure(rule, mutant)).collect();
    for entry in &rule.cases.equivalent {
        if !mutants.iter().any(|mutant| mutant.id == entry.mutant) {
            failures.push(format!("`equivalent` names \"{}\", and there is no such mutant; take it out", entry.mutant));
        }
    }
    failures
}

/// What is wrong with one mutant: that nobody notices it, that somebody does although it is said to be equivalent, or
/// that it is no rule at all.
fn failure(rule: &Rule, mutant: &Mutant) -> Option<String> {
    let declared = rule.cases.equivalent.iter().any(|entry| entry.mutant == mutant.id);
    let mut judge = match Judge::new(rule.name(), rule.file(&mutant.documents)) {
        Ok(judge) => judge,
        // Correlations have limits; what lies beyond them is no rule.
        Err(_) if mutant.of_a_correlation => return None,
        Err(refused) => return Some(format!("mutant \"{}\" does not load: {refused}", mutant.id)),
    };
    let noticed = in_turn(rule, mutant.effect).into_iter().find(|case| judge.complaint(case).is_some());
    match (noticed, declared) {
        (Some(_), false) | (None, true) => None,
        (Some(case), true) => Some(format!(
            "`equivalent` names \"{}\", but case \"{}\" tells it from the rule; take the entry out",
            mutant.id, case.name
        )),
        (None, false) => {
            let advice = match mutant.effect {
                Effect::Narrower => "add a positive case that needs it",
                Effect::Wider => "add a negative case that nothing else keeps out",
                Effect::Either => "add a case that needs it",
            };
            Some(format!("nothing notices that {}: {advice} (mutant \"{}\")", mutant.what, mutant.id))
        }
    }
}

/// The cases, those that can notice the mutant first.
fn in_turn(rule: &Rule, effect: Effect) -> Vec<&Case> {
    let (positive, negative) = (&rule.cases.positive, &rule.cases.negative);
    match effect {
        Effect::Wider => negative.iter().chain(positive).collect(),
        Effect::Narrower | Effect::Either => positive.iter().chain(negative).collect(),
    }
}
