//! What is left of the rules, asked of one record: each question at most once.

use std::borrow::Cow;

use portcullis_knowledge::History;
use rsigma_eval::{Event, EventValue, evaluate_rule};

use super::{Question, Route, Routed, Test, holds};

/// The answers so far, in step with the questions of a route.
#[derive(Clone, Debug)]
pub(crate) struct Memo(Box<[Option<bool>]>);

impl Route {
    /// No answers yet.
    pub(crate) fn memo(&self) -> Memo {
        Memo(vec![None; self.asks.len()].into_boxed_slice())
    }

    /// Whether the rule matches. Absent while that depends on what was seen before, and `with_history` says that the event
    /// does not tell of it.
    pub(crate) fn matches(
        &self,
        rule: &Routed,
        event: &impl Event,
        memo: &mut Memo,
        with_history: bool,
    ) -> Option<bool> {
        let matches = Look { route: self, event, memo, with_history }.at(&rule.test);
        // What its correlations count cannot be told yet.
        matches.filter(|matches| !(*matches && rule.outcome.counts_history && !with_history))
    }
}

struct Look<'l, E> {
    route: &'l Route,
    event: &'l E,
    memo: &'l mut Memo,
    with_history: bool,
}

impl<E: Event> Look<'_, E> {
    /// Three-valued: where the answer is open, everything that it can depend on but history has been asked.
    fn at(&mut self, test: &Test) -> Option<bool> {
        match test {
            Test::Always => Some(true),
            Test::Ask(place) => self.ask(*place),
            Test::Not(inner) => self.at(inner).map(|holds| !holds),
            Test::All(tests) => self.until(tests, false),
            Test::Any(tests) => self.until(tests, true),
            Test::AtLeast(count, tests) => {
                let (mut held, mut open) = (0, 0);
                for test in tests {
                    match self.at(test) {
                        Some(holds) => held += usize::from(holds),
                        None => open += 1,
                    }
                    if held >= *count {
                        return Some(true);
                    }
                }
                if held + open < *count { Some(false) } else { None }
            }
        }
    }

    /// The value that decides, as soon as one test has it.
    fn until(&mut self, tests: &[Test], decides: bool) -> Option<bool> {
        let mut open = false;
        for test in tests {
            match self.at(test) {
                Some(holds) if holds == decides => return Some(decides),
                Some(_) => {}
                None => open = true,
            }
        }
        if open { None } else { Some(!decides) }
    }

    fn ask(&mut self, place: usize) -> Option<bool> {
        let (ask, memo) = self.route.asks.get(place).zip(self.memo.0.get_mut(place))?;
        if memo.is_none() && (self.with_history || !ask.late) {
            *memo = Some(match &ask.question {
                Question::Item(item) => holds(item, self.event),
                Question::Whole(rule) => evaluate_rule(rule, self.event).is_some(),
            });
        }
        *memo
    }
}

/// What was seen before, as the only fields of an event.
pub(crate) struct HistoryEvent<'h>(pub(crate) &'h History);

impl HistoryEvent<'_> {
    /// The field under its name without `portcullis.`.
    pub(crate) fn field(history: History, field: &str) -> Option<EventValue<'static>> {
        match field {
            "first_seen" => history.first_seen.map(EventValue::Bool),
            "learning" => history.learning.map(EventValue::Bool),
            "rate.level" => history.rate.map(|level| EventValue::Str(Cow::Borrowed(level.as_str()))),
            "asset.first_use" => history.asset_first_use.map(EventValue::Bool),
            "origin.first_seen" => history.origin_first_seen.map(EventValue::Bool),
            "origin.first_use" => history.origin_first_use.map(EventValue::Bool),
            _ => None,
        }
    }
}

impl Event for HistoryEvent<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        Self::field(*self.0, path.strip_prefix("portcullis.")?)
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn visit_string_values(&self, _: &mut dyn FnMut(&str)) {}

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}
