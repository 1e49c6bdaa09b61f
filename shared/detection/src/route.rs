//! Which rules could match a call, worked out once for each `eventSource` and `eventName` from the rules' own conditions.
//!
//! Most conditions ask for a source or a name first. What a rule still asks for once these are known is kept; a rule that
//! cannot match any more is not looked at for such calls, and a call that no rule can match need not be parsed. Nothing is
//! assumed of a record but what [`Known`] says.

mod build;
mod test;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rsigma_eval::{CompiledDetectionItem, CompiledMatcher, CompiledRule, Event, EventValue};

pub(crate) use build::{Known, is_history};
pub(crate) use test::{HistoryEvent, Memo};

/// How many sources, and how many names of one source, are remembered: AWS has fewer; more are made up.
const MOST: usize = 2_048;

/// The routes that were worked out so far.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    by_source: RwLock<HashMap<Box<str>, ByName>>,
}

type ByName = HashMap<Box<str>, Pair>;

/// The routes of calls that succeeded, and of those of which that is not known.
#[derive(Debug, Default)]
struct Pair {
    succeeded: Option<Arc<Route>>,
    any: Option<Arc<Route>>,
}

impl Pair {
    const fn of(&self, succeeded: bool) -> Option<&Arc<Route>> {
        if succeeded { self.succeeded.as_ref() } else { self.any.as_ref() }
    }
}

/// What is left to ask of a call from one source with one name.
#[derive(Debug, Default)]
pub(crate) struct Route {
    /// What is asked, each question once.
    asks: Vec<Ask>,
    /// The rules that could match, by id.
    pub(crate) rules: Vec<Routed>,
    /// Whether some question can only be answered with the whole record and its history at hand.
    pub(crate) needs_record: bool,
}

/// A rule that could match.
#[derive(Debug)]
pub(crate) struct Routed {
    /// The rule's id.
    pub(crate) id: String,
    /// What it still asks for.
    test: Test,
    /// What comes of it.
    pub(crate) outcome: Outcome,
}

/// What comes of a detection rule that matched.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Whether it makes findings.
    pub(crate) finds: bool,
    /// The correlations that count it, by id, with its place in each.
    pub(crate) counts: Vec<(String, u16)>,
    /// Whether what they count depends on what was seen before.
    pub(crate) counts_history: bool,
}

/// One question.
#[derive(Debug)]
struct Ask {
    question: Question,
    /// Whether the answer depends on what was seen before.
    late: bool,
}

#[derive(Debug)]
enum Question {
    /// A field, or words anywhere.
    Item(CompiledDetectionItem),
    /// What is not taken apart here, as a rule of its own.
    Whole(Box<CompiledRule>),
}

/// What a rule still asks for.
#[derive(Debug)]
enum Test {
    /// A question, by its place in [`Route::asks`].
    Ask(usize),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    AtLeast(usize, Vec<Test>),
    /// What is known already.
    Always,
}

impl Routes {
    /// The route for a source, a name and whether the call is known to have succeeded, worked out by `build` the first time.
    pub(crate) fn route(&self, source: &str, name: &str, succeeded: bool, build: impl FnOnce() -> Route) -> Arc<Route> {
        let known = self.by_source.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(source).and_then(|names| names.get(name)).and_then(|pair| pair.of(succeeded));
        if let Some(route) = found {
            return Arc::clone(route);
        }
        drop(known);
        let route = Arc::new(build());
        let mut known = self.by_source.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(source) {
            known.clear();
        }
        let names = known.entry(source.into()).or_default();
        if names.len() >= MOST {
            names.clear();
        }
        let pair = names.entry(name.into()).or_default();
        let place = if succeeded { &mut pair.succeeded } else { &mut pair.any };
        Arc::clone(place.insert(route))
    }
}

/// Whether a question holds of an event: what the engine's own evaluation of a detection item comes to.
fn holds(item: &CompiledDetectionItem, event: &impl Event) -> bool {
    let value = item.field.as_deref().map(|field| event.get_field(field));
    match (item.exists, value) {
        (Some(expected), Some(value)) => value.is_some_and(|value| !matches!(value, EventValue::Null)) == expected,
        (Some(expected), None) => !expected,
        (None, Some(Some(value))) => item.matcher.matches(&value, event),
        (None, Some(None)) => matches!(item.matcher, CompiledMatcher::Null),
        (None, None) => item.matcher.matches_keyword(event),
    }
}
