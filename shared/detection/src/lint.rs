//! Rules that load and can never fire as their author meant: fields that no record has, values that no field has,
//! conditions that contradict each other.
//!
//! What is said here is a doubt, not an error: AWS adds members to records without notice.

mod conflict;
mod fields;
mod place;
mod values;
mod vocabulary;

use rsigma_parser::fieldpath::unescape_brackets;
use rsigma_parser::{Detection, DetectionItem, SigmaRule};

use crate::ruleset::{RuleFile, RuleProblem};
pub use vocabulary::record_members;

/// What is doubtful about a part of a rule.
struct Doubt {
    /// The field that it is about.
    field: String,
    /// The value that it is about, as it is written.
    value: Option<String>,
    /// What is wrong, and what to do.
    message: String,
}

/// The doubts about a detection rule.
pub(crate) fn of_detection(file: &RuleFile, id: &str, rule: &SigmaRule) -> Vec<RuleProblem> {
    let mut doubts = Vec::new();
    for detection in rule.detection.named.values() {
        for part in parts(detection) {
            let found = fields::doubt(&part.field, part.item);
            match (found, part.item) {
                (Some(doubt), _) => doubts.push(doubt),
                (None, Some(item)) => doubts.extend(values::doubts(&part.field, item, rule)),
                (None, None) => {}
            }
        }
    }
    doubts.extend(conflict::doubts(&rule.detection));
    told(file, id, doubts)
}

/// The doubts about the fields that a correlation groups by or counts.
pub(crate) fn of_correlation<'f>(file: &RuleFile, id: &str, names: impl Iterator<Item = &'f str>) -> Vec<RuleProblem> {
    told(file, id, names.filter_map(|field| fields::doubt(field, None)).collect())
}

/// Each once, in the order of the file.
fn told(file: &RuleFile, id: &str, doubts: Vec<Doubt>) -> Vec<RuleProblem> {
    let mut problems: Vec<RuleProblem> = doubts
        .into_iter()
        .map(|Doubt { field, value, message }| RuleProblem {
            file: file.name.clone(),
            line: place::line(&file.yaml, id, &field, value.as_deref()),
            message: format!("{id}: {message}"),
        })
        .collect();
    problems.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
    problems.dedup();
    problems
}

/// A field that a detection asks about.
struct Part<'d> {
    /// Its whole path.
    field: String,
    /// What is asked; absent for the list that a block of a list's elements is about.
    item: Option<&'d DetectionItem>,
}

fn parts(detection: &Detection) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    collect(detection, "", &mut found);
    found
}

/// `above` is the list whose elements the detection is about, with a dot at its end.
fn collect<'d>(detection: &'d Detection, above: &str, found: &mut Vec<Part<'d>>) {
    match detection {
        Detection::AllOf(items) => {
            // An item without a field is about the element itself, or a word to look for anywhere.
            for item in items {
                if let Some(name) = &item.field.name {
                    let field = format!("{above}{}", unescape_brackets(name));
                    found.push(Part { field, item: Some(item) });
                }
            }
        }
        Detection::AnyOf(inner) | Detection::And(inner) => {
            for detection in inner {
                collect(detection, above, found);
            }
        }
        Detection::ArrayMatch { field, body, .. } => {
            let field = format!("{above}{field}");
            collect(body, &format!("{field}."), found);
            found.push(Part { field, item: None });
        }
        Detection::Conditional { named, .. } => {
            for detection in named.values() {
                collect(detection, above, found);
            }
        }
        Detection::Keywords(_) => {}
    }
}

/// The one of `known` that was probably meant: one that begins so, else one that differs little.
fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    let word = word.to_lowercase();
    let mut longer = known.clone().filter(|name| word.len() > 3 && name.to_lowercase().starts_with(&word));
    if let (Some(only), None) = (longer.next(), longer.next()) {
        return Some(only);
    }
    let distance = |name: &&str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let nearest = known.min_by_key(distance)?;
    (distance(&nearest) <= nearest.len().div_ceil(3).min(3)).then_some(nearest)
}
