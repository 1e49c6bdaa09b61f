//! Labels as their sources write them. Each is told by its members, not by the folder it lies in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::subject::words;

/// How a label is written. The README says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// `expected` beside `rule` and `test`: a test of one rule.
    RuleTest,
    /// `trigger_rules`: the rules that an event sets off.
    TriggeredRules,
    /// `technique`: an attack that was played.
    Detonation,
    /// `mitre`, `usedInWild`: a catalogue of calls that attackers make.
    Catalogue,
    /// `data_source` alone: a sample of an event.
    Sample,
}

/// What a label says of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It is, or is part of, an attack.
    Attack,
    /// It is harmless.
    Benign,
    /// Nothing, and why not.
    Nothing(&'static str),
}

/// One label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// How it is written.
    pub shape: Shape,
    /// What it says.
    pub stance: Stance,
    /// The attack that several records belong to.
    pub attack: Option<String>,
    /// Its own words, for a reader.
    pub text: String,
    /// The same, apart; none for a catalogue, where the call itself is the statement.
    pub words: BTreeSet<String>,
    /// The words of the description alone, without names of rules.
    pub description: BTreeSet<String>,
    /// The number of such events from which on its source would raise an alert; 1 where it does not say.
    pub threshold: u64,
}

/// Something that could not be understood, and was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, line or label.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Labels by the id of their record.
pub type Labels = BTreeMap<String, Label>;

/// Reads a `labels.json`: an object of labels by record id, such an object as a member `labels`, or a list of labels
/// with an `id` each. What is no label is listed.
pub fn read(text: &str, place: &str) -> (Labels, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut problem = |place: String, reason: &str| problems.push(Problem { place, reason: reason.to_owned() });
    let mut labels = Labels::new();
    match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        Err(error) => problem(place.to_owned(), &format!("not JSON: {error}")),
        Ok(document) => {
            let document = match document {
                Value::Object(mut whole) if matches!(whole.get("labels"), Some(Value::Object(_) | Value::Array(_))) => {
                    whole.remove("labels").unwrap_or_default()
                }
                other => other,
            };
            let entries: Vec<(Option<String>, Value)> = match document {
                Value::Object(by_id) => by_id.into_iter().map(|(id, label)| (Some(id), label)).collect(),
                Value::Array(list) => list.into_iter().map(|label| (text_of(label.get("id")), label)).collect(),
                _ => {
                    problem(place.to_owned(), "neither an object nor a list of labels");
                    Vec::new()
                }
            };
            for (number, (id, value)) in entries.into_iter().enumerate() {
                let at = id
                    .clone()
                    .map_or_else(|| format!("{place}, label {}", number + 1), |id| format!("{place}, `{id}`"));
                match (id, value.as_object().map(label)) {
                    (None, _) => problem(at, "a label without an id names no record"),
                    (_, None) => problem(at, "a label that is not an object"),
                    (_, Some(None)) => problem(
                        at,
                        "of no known shape: it has none of `expected`, `trigger_rules`, `technique`, `mitre`, `usedInWild`, `data_source`",
                    ),
                    (Some(id), Some(Some(label))) => {
                        labels.insert(id, label);
                    }
                }
            }
        }
    }
    (labels, problems)
}

/// One label by its members. The more a member says, the earlier it is looked at.
fn label(members: &Map<String, Value>) -> Option<Label> {
    let (shape, stance) = if let Some(expected) = members.get("expected") {
        (Shape::RuleTest, rule_test(expected))
    } else if let Some(rules) = members.get("trigger_rules") {
        (Shape::TriggeredRules, triggered_rules(rules))
    } else if members.contains_key("technique") {
        (Shape::Detonation, detonation(members))
    } else if members.contains_key("mitre") || members.contains_key("usedInWild") {
        (Shape::Catalogue, catalogue(members))
    } else if members.contains_key("data_source") {
        (Shape::Sample, Stance::Nothing("a sample of an event: its label says what it is, not what it means"))
    } else {
        return None;
    };
    let (name, description) = match shape {
        Shape::RuleTest => ("rule", "test"),
        Shape::TriggeredRules => ("trigger_rules", "description"),
        Shape::Detonation => ("", "technique"),
        Shape::Catalogue => ("mitre", ""),
        Shape::Sample => ("", "data_source"),
    };
    let texts = [name, description].map(|member| text_of(members.get(member)).unwrap_or_default());
    let [_, described] = &texts;
    let text = texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(": ");
    Some(Label {
        shape,
        stance,
        attack: (shape == Shape::Detonation).then(|| text.clone()),
        words: if shape == Shape::Catalogue { BTreeSet::new() } else { words(&text) },
        description: words(described),
        text,
        threshold: members.get("threshold").and_then(Value::as_u64).unwrap_or(1).max(1),
    })
}

fn rule_test(expected: &Value) -> Stance {
    match expected {
        Value::Bool(true) => Stance::Attack,
        Value::Bool(false) => Stance::Benign,
        _ => Stance::Nothing("`expected` is neither true nor false"),
    }
}

fn triggered_rules(rules: &Value) -> Stance {
    match rules {
        Value::Array(rules) if rules.is_empty() => Stance::Benign,
        Value::Array(_) => Stance::Attack,
        Value::String(rule) if !rule.is_empty() => Stance::Attack,
        _ => Stance::Nothing("no list of rules was written down for it"),
    }
}

fn detonation(members: &Map<String, Value>) -> Stance {
    let phase = text_of(members.get("phase")).unwrap_or_default().to_ascii_lowercase();
    let technique = text_of(members.get("technique")).unwrap_or_default();
    let around = ["warm", "clean", "setup", "prerequisite", "revert", "teardown", "baseline", "benign"];
    if technique.is_empty() {
        Stance::Nothing("no technique is named")
    } else if around.iter().any(|word| phase.contains(word)) {
        Stance::Nothing("made before or after the attack, to set it up or to clear it away")
    } else {
        Stance::Attack
    }
}

fn catalogue(members: &Map<String, Value>) -> Stance {
    let techniques = members.get("mitre").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let named = techniques || text_of(members.get("mitre")).is_some_and(|text| !text.is_empty());
    let seen = members.get("usedInWild").and_then(Value::as_bool).unwrap_or(false);
    if named || seen { Stance::Attack } else { Stance::Nothing("neither a technique nor a use in the wild is named") }
}

/// A text, a number, or the texts of a list.
fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().filter_map(|item| text_of(Some(item))).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        _ => None,
    }
}
