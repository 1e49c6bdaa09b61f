//! From the rules to what is left of them for one source and one name.

use std::collections::HashMap;

use portcullis_domain::Outcome;
use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledMatcher, CompiledRule, Event, EventValue};
use rsigma_parser::{ConditionExpr, Quantifier};

use super::{Ask, Question, Route, Routed, Test, holds};
use crate::route::Outcome as RuleOutcome;
use crate::sighting::SERVICES;

/// What is known of a record before it is parsed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'k> {
    /// `eventSource`.
    pub(crate) source: Option<&'k str>,
    /// `eventName`.
    pub(crate) name: Option<&'k str>,
    /// Whether it has neither `errorCode` nor `errorMessage`; else nothing is known of what came of the call.
    pub(crate) succeeded: bool,
}

/// The fields that say what was seen before.
const HISTORY: [&str; 6] = [
    "portcullis.first_seen",
    "portcullis.learning",
    "portcullis.rate.level",
    "portcullis.asset.first_use",
    "portcullis.origin.first_seen",
    "portcullis.origin.first_use",
];

/// Whether the field says what was seen before.
pub(crate) fn is_history(field: &str) -> bool {
    HISTORY.contains(&field)
}

impl Known<'_> {
    fn service(&self) -> &str {
        let source = self.source.unwrap_or_default();
        source.split_once(".amazonaws.com").map_or(source, |(service, _)| service)
    }

    /// Whether everything is known of the field.
    fn tells(&self, field: &str) -> bool {
        matches!(field, "eventSource" | "eventName") || (field == "portcullis.outcome" && self.succeeded)
    }

    /// Whether no record from this source with this name ever has the field.
    fn lacks(&self, field: &str) -> bool {
        let of_assets = field == "portcullis.actor.authorized" || field.starts_with("portcullis.asset.");
        match field {
            // Only records of these name keys and secrets: see `Access::assets`.
            _ if of_assets && !matches!(self.service(), "kms" | "secretsmanager") => true,
            // Nothing is remembered of others: see `sightings`.
            _ if is_history(field) => !SERVICES.contains(&self.service()),
            "errorCode" | "errorMessage" => self.succeeded,
            "portcullis.trail.lost" => self.name != Some("PutEventSelectors"),
            _ => false,
        }
    }
}

impl Event for Known<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let text = match path {
            "eventSource" => self.source,
            "eventName" => self.name,
            "portcullis.outcome" => self.succeeded.then_some(Outcome::Success.as_str()),
            _ => None,
        };
        text.map(|text| EventValue::Str(text.into()))
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn all_string_values(&self) -> Vec<std::borrow::Cow<'_, str>> {
        Vec::new()
    }

    fn visit_string_values(&self, _: &mut dyn FnMut(&str)) {}

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// What a part of a rule comes to.
enum Part {
    Known(bool),
    Open(Test),
}

/// Works out a route.
struct Builder<'k> {
    known: Known<'k>,
    route: Route,
    places: HashMap<String, usize>,
}

impl Route {
    /// What is left of `rules` for such calls; `outcome` tells what comes of a rule.
    pub(crate) fn build<'r>(
        known: Known<'_>,
        rules: impl Iterator<Item = &'r CompiledRule>,
        outcome: &dyn Fn(&str) -> RuleOutcome,
    ) -> Self {
        let mut builder = Builder { known, route: Self::default(), places: HashMap::new() };
        for rule in rules {
            let Some(id) = &rule.id else { continue };
            let test = match builder.rule(rule) {
                Part::Known(false) => continue,
                Part::Known(true) => Test::Always,
                Part::Open(test) => test,
            };
            builder.route.rules.push(Routed { id: id.clone(), test, outcome: outcome(id) });
        }
        let mut route = builder.route;
        route.rules.sort_by(|a, b| a.id.cmp(&b.id));
        route
    }
}

impl Builder<'_> {
    fn rule(&mut self, rule: &CompiledRule) -> Part {
        any(rule.conditions.iter().map(|condition| self.condition(condition, rule)))
    }

    fn condition(&mut self, condition: &ConditionExpr, rule: &CompiledRule) -> Part {
        let named = &rule.detections;
        match condition {
            ConditionExpr::Identifier(name) => {
                named.get(name).map_or(Part::Known(false), |detection| self.detection(detection, rule))
            }
            ConditionExpr::And(parts) => all(parts.iter().map(|part| self.condition(part, rule))),
            ConditionExpr::Or(parts) => any(parts.iter().map(|part| self.condition(part, rule))),
            ConditionExpr::Not(part) => match self.condition(part, rule) {
                Part::Known(holds) => Part::Known(!holds),
                Part::Open(test) => Part::Open(Test::Not(Box::new(test))),
            },
            ConditionExpr::Selector { quantifier, pattern } => {
                let mut names: Vec<&String> =
                    named.keys().filter(|name| pattern.matches_detection_name(name)).collect();
                names.sort();
                let parts = names.iter().filter_map(|name| named.get(*name)).map(|part| self.detection(part, rule));
                match quantifier {
                    Quantifier::Any => any(parts),
                    Quantifier::All => all(parts),
                    Quantifier::Count(count) => at_least(usize::try_from(*count).unwrap_or(usize::MAX), parts),
                }
            }
        }
    }

    fn detection(&mut self, detection: &CompiledDetection, rule: &CompiledRule) -> Part {
        match detection {
            // What is known is looked at first: most rules are about other calls, and are done with here.
            CompiledDetection::AllOf(items) if items.iter().any(|item| self.tells(item) == Some(false)) => {
                Part::Known(false)
            }
            CompiledDetection::AllOf(items) => all(items.iter().map(|item| self.item(item))),
            CompiledDetection::AnyOf(parts) => any(parts.iter().map(|part| self.detection(part, rule))),
            CompiledDetection::And(parts) => all(parts.iter().map(|part| self.detection(part, rule))),
            CompiledDetection::Keywords(matcher) => {
                let item = CompiledDetectionItem {
                    field: None,
                    matcher: matcher.clone(),
                    exists: None,
                    bloom_eligible: false,
                };
                self.item(&item)
            }
            CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => {
                let key = format!("whole {detection:?}");
                let late = HISTORY.iter().any(|field| key.contains(field));
                self.route.needs_record |= late;
                let whole = CompiledRule {
                    detections: HashMap::from([(WHOLE.to_owned(), detection.clone())]),
                    conditions: vec![ConditionExpr::Identifier(WHOLE.to_owned())],
                    include_event: false,
                    ..rule.clone()
                };
                self.ask(key, Ask { question: Question::Whole(Box::new(whole)), late })
            }
        }
    }

    /// Whether an item holds, where that is known.
    fn tells(&self, item: &CompiledDetectionItem) -> Option<bool> {
        let field = item.field.as_deref()?;
        let known = (self.known.tells(field) && is_self_contained(&item.matcher)) || self.known.lacks(field);
        known.then(|| holds(item, &self.known))
    }

    fn item(&mut self, item: &CompiledDetectionItem) -> Part {
        if let Some(holds) = self.tells(item) {
            return Part::Known(holds);
        }
        let alone = is_self_contained(&item.matcher);
        let late = !alone || item.field.as_deref().is_some_and(is_history);
        self.route.needs_record |= !alone;
        let key = format!("{:?} {:?} {:?}", item.field, item.exists, item.matcher);
        self.ask(key, Ask { question: Question::Item(item.clone()), late })
    }

    fn ask(&mut self, key: String, ask: Ask) -> Part {
        let Self { route, places, .. } = self;
        let place = *places.entry(key).or_insert_with(|| {
            route.asks.push(ask);
            route.asks.len() - 1
        });
        Part::Open(Test::Ask(place))
    }
}

/// The name under which what is not taken apart stands in a rule of its own.
const WHOLE: &str = "it";

/// Whether the matcher looks at nothing but its own field.
fn is_self_contained(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::FieldRef { .. } | CompiledMatcher::Expand { .. } => false,
        CompiledMatcher::Not(inner) | CompiledMatcher::TimestampPart { inner, .. } => is_self_contained(inner),
        CompiledMatcher::AnyOf(parts)
        | CompiledMatcher::AllOf(parts)
        | CompiledMatcher::CaseInsensitiveGroup { children: parts, .. } => parts.iter().all(is_self_contained),
        _ => true,
    }
}

fn all(parts: impl Iterator<Item = Part>) -> Part {
    let mut open = Vec::new();
    for part in parts {
        match part {
            Part::Known(false) => return Part::Known(false),
            Part::Known(true) => {}
            Part::Open(Test::All(tests)) => open.extend(tests),
            Part::Open(test) => open.push(test),
        }
    }
    one_or(open, true, Test::All)
}

fn any(parts: impl Iterator<Item = Part>) -> Part {
    let mut open = Vec::new();
    for part in parts {
        match part {
            Part::Known(true) => return Part::Known(true),
            Part::Known(false) => {}
            Part::Open(Test::Any(tests)) => open.extend(tests),
            Part::Open(test) => open.push(test),
        }
    }
    one_or(open, false, Test::Any)
}

fn one_or(mut open: Vec<Test>, when_none: bool, many: fn(Vec<Test>) -> Test) -> Part {
    match (open.pop(), open.is_empty()) {
        (None, _) => Part::Known(when_none),
        (Some(only), true) => Part::Open(only),
        (Some(last), false) => {
            open.push(last);
            Part::Open(many(open))
        }
    }
}

fn at_least(count: usize, parts: impl Iterator<Item = Part>) -> Part {
    let (mut held, mut open) = (0, Vec::new());
    for part in parts {
        match part {
            Part::Known(holds) => held += usize::from(holds),
            Part::Open(test) => open.push(test),
        }
    }
    match count.saturating_sub(held) {
        0 => Part::Known(true),
        missing if missing > open.len() => Part::Known(false),
        missing => Part::Open(Test::AtLeast(missing, open)),
    }
}
