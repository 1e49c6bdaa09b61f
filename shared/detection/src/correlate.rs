//! Sigma's correlation rules, compiled to what windows understand.

mod condition;

use std::collections::HashMap;

use portcullis_windows::{Correlation, Input, Test, Threshold};
use rsigma_parser::{ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, WindowMode};

use crate::rule::Rule;
use condition::{counted_field, seen, threshold};

/// A correlation rule that is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Correlated {
    /// What people and findings need.
    pub(crate) rule: Rule,
    /// What is counted.
    pub(crate) correlation: Correlation,
    /// What its windows are named by: the names of `group-by`.
    pub(crate) group_by: Vec<String>,
    /// The detection rules it rests on, by [`Event::leaf`](portcullis_windows::Event::leaf).
    pub(crate) leaves: Vec<Leaf>,
}

/// One detection rule that a correlation rests on, and what of its events the correlation looks at.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// The detection rule's name.
    pub(crate) rule: String,
    /// The field behind each name of the outermost `group-by`.
    pub(crate) group_by: Vec<String>,
    /// The field behind each name that inner correlations group by; absent where this rule is not grouped by it.
    pub(crate) inner: Vec<Option<String>>,
    /// The field whose values are counted.
    pub(crate) value: Option<String>,
}

impl Leaf {
    /// Every field that the correlation looks at in its events.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.group_by.iter().chain(self.inner.iter().flatten()).chain(&self.value).map(String::as_str)
    }
}

/// The longest `timespan`: a week. What is slower than that is for a review, not for a page.
const LONGEST_SECONDS: u64 = 7 * 24 * 60 * 60;

/// How many different fields the correlations below one may group by: their values are kept with each event of a window, whose
/// size is limited.
pub(crate) const MOST_INNER: usize = 5;

/// Everything that a correlation can refer to.
pub(crate) struct Known<'k> {
    /// Whether there is a detection rule of this name.
    pub(crate) is_rule: &'k dyn Fn(&str) -> bool,
    /// The correlation of this name.
    pub(crate) correlations: &'k HashMap<&'k str, &'k CorrelationRule>,
}

/// Compiles a correlation and those it rests on; says what cannot work.
pub(crate) fn compile<'k>(rule: &'k CorrelationRule, file: &str, known: &'k Known<'k>) -> Result<Correlated, String> {
    let own = Rule::of_correlation(rule, file)?;
    if rule.group_by.is_empty() {
        return Err("`group-by` is missing: without it everybody's events would be counted together".to_owned());
    }
    let mut compiler = Compiler { known, inner_names: Vec::new(), leaves: Vec::new(), path: Vec::new() };
    compiler.collect_inner_names(rule, &[])?;
    let inner = compiler.inner_names.len();
    if inner > MOST_INNER {
        return Err(format!(
            "the correlations below group by {inner} different fields; at most {MOST_INNER} can be kept"
        ));
    }
    let correlation = compiler.correlation(rule, None)?;
    let outer: Vec<String> = rule.group_by.clone();
    let leaves = compiler.leaves.iter().map(|leaf| leaf.resolve(&outer, &compiler.inner_names)).collect();
    Ok(Correlated { rule: own, correlation, group_by: outer, leaves })
}

struct Compiler<'k> {
    known: &'k Known<'k>,
    /// The names that inner correlations group by, each once.
    inner_names: Vec<String>,
    leaves: Vec<Unresolved<'k>>,
    /// The correlations on the way here, from the outermost.
    path: Vec<&'k CorrelationRule>,
}

/// A detection rule with the correlations above it, whose aliases say what its fields are called.
struct Unresolved<'k> {
    rule: String,
    above: Vec<&'k CorrelationRule>,
    value: Option<String>,
}

impl Unresolved<'_> {
    fn field(&self, name: &str) -> String {
        let mut aliased = self.above.iter().rev().flat_map(|above| &above.aliases).filter(|alias| alias.alias == name);
        aliased.find_map(|alias| alias.mapping.get(&self.rule)).map_or_else(|| name.to_owned(), Clone::clone)
    }

    fn resolve(&self, outer: &[String], inner: &[String]) -> Leaf {
        let grouped = |name: &String| self.above.iter().skip(1).any(|above| above.group_by.contains(name));
        Leaf {
            rule: self.rule.clone(),
            group_by: outer.iter().map(|name| self.field(name)).collect(),
            inner: inner.iter().map(|name| grouped(name).then(|| self.field(name))).collect(),
            value: self.value.as_ref().map(|value| self.field(value)),
        }
    }
}

impl<'k> Compiler<'k> {
    /// `above` leads here from the outermost correlation.
    fn collect_inner_names(&mut self, rule: &'k CorrelationRule, above: &[&'k CorrelationRule]) -> Result<(), String> {
        let above = [above, &[rule]].concat();
        for inner in rule.rules.iter().filter_map(|name| self.known.correlations.get(name.as_str())) {
            if above.iter().any(|above| above.name == inner.name) {
                return Err(format!("`{}` and `{}` refer to each other", name_of(inner), name_of(rule)));
            }
            for name in &inner.group_by {
                if !self.inner_names.contains(name) {
                    self.inner_names.push(name.clone());
                }
            }
            self.collect_inner_names(inner, &above)?;
        }
        Ok(())
    }

    fn correlation(&mut self, rule: &'k CorrelationRule, outer: Option<&[String]>) -> Result<Correlation, String> {
        if rule.window != WindowMode::Sliding {
            return Err(format!("`window: {}` is not supported; windows slide", rule.window.as_str()));
        }
        if !(1..=LONGEST_SECONDS).contains(&rule.timespan.seconds) {
            return Err(format!("`timespan: {}` must be from a second to seven days", rule.timespan.original));
        }
        if let Some(missing) = outer.into_iter().flatten().find(|name| !rule.group_by.contains(name)) {
            return Err(format!(
                "`{}` must group by '{missing}' as the correlation above it does, or its events would belong to no group",
                name_of(rule)
            ));
        }
        if rule.rules.is_empty() {
            return Err("`rules` is empty: a correlation needs the names of the rules it is about".to_owned());
        }
        if self.path.iter().any(|above| above.name == rule.name) {
            return Err(format!("`{}` refers to itself", name_of(rule)));
        }
        self.path.push(rule);
        let test = self.test(rule)?;
        let mut inputs = Vec::new();
        for name in &rule.rules {
            inputs.push(self.input(rule, name)?);
        }
        self.path.pop();
        let places = rule.group_by.iter().filter_map(|name| self.inner_names.iter().position(|inner| inner == name));
        Ok(Correlation {
            name: rule.name.clone().unwrap_or_default(),
            test,
            inputs,
            group_by: if outer.is_some() { places.collect() } else { Vec::new() },
            timespan: i64::try_from(rule.timespan.seconds * 1000).unwrap_or(i64::MAX),
        })
    }

    fn input(&mut self, rule: &'k CorrelationRule, name: &str) -> Result<Input, String> {
        if let Some(inner) = self.known.correlations.get(name) {
            let group_by = rule.group_by.clone();
            return self.correlation(inner, Some(&group_by)).map(Input::Correlation);
        }
        if !(self.known.is_rule)(name) {
            return Err(format!("`rules` names '{name}', and no rule that loads has this name"));
        }
        let leaf = u16::try_from(self.leaves.len()).map_err(|_| "too many rules".to_owned())?;
        self.leaves.push(Unresolved { rule: name.to_owned(), above: self.path.clone(), value: counted_field(rule)? });
        Ok(Input::Rule { name: name.to_owned(), leaf })
    }

    fn test(&self, rule: &CorrelationRule) -> Result<Test, String> {
        match (rule.correlation_type, &rule.condition) {
            (CorrelationType::EventCount, CorrelationCondition::Threshold { predicates, .. }) => {
                Ok(Test::EventCount(threshold(predicates)?))
            }
            (CorrelationType::ValueCount, CorrelationCondition::Threshold { predicates, field, .. }) => {
                let of_rules = rule.rules.iter().any(|name| !self.known.correlations.contains_key(name.as_str()));
                if of_rules && field.is_none() {
                    return Err("value_count needs `condition.field`: the field whose values are counted".to_owned());
                }
                Ok(Test::ValueCount(threshold(predicates)?))
            }
            (CorrelationType::Temporal, condition) => Ok(Test::Temporal(seen(condition, &rule.rules)?)),
            (CorrelationType::TemporalOrdered, CorrelationCondition::Threshold { predicates, .. }) => {
                let all = rule.rules.len() as u64;
                match predicates.as_slice() {
                    [(ConditionOperator::Gte, count)] if [1, all].contains(count) => Ok(Test::TemporalOrdered),
                    _ => Err("temporal_ordered takes no `condition`: all rules, in their order".to_owned()),
                }
            }
            (kind, _) => Err(format!("a correlation of type {} with this condition is not supported", kind.as_str())),
        }
    }
}

fn name_of(rule: &CorrelationRule) -> &str {
    rule.name.as_deref().unwrap_or(&rule.title)
}

impl Correlated {
    /// Every field that it looks at.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.leaves.iter().flat_map(Leaf::fields)
    }

    /// Sets the lower bound of what it counts: its own, or else that of the one correlation beneath it that counts.
    ///
    /// # Errors
    ///
    /// When it counts nothing, or more than one thing, or cannot count so far.
    pub(crate) fn set_threshold(&mut self, bound: u64) -> Result<(), String> {
        let mut counting = Vec::new();
        thresholds(&mut self.correlation, &mut counting);
        match counting.as_mut_slice() {
            [] => Err("counts nothing, so it has no threshold".to_owned()),
            [own] | [own, ..] if own.1 => set(own.0, bound),
            [(inner, _)] => set(inner, bound),
            _ => Err("counts several things, so one threshold cannot be meant".to_owned()),
        }
    }
}

fn set(threshold: &mut Threshold, bound: u64) -> Result<(), String> {
    *threshold = threshold.with_bound(bound).map_err(|error| error.to_string())?;
    Ok(())
}

/// The thresholds of a correlation and those beneath it; with each, whether it is the outermost's.
fn thresholds<'c>(correlation: &'c mut Correlation, found: &mut Vec<(&'c mut Threshold, bool)>) {
    fn walk<'c>(correlation: &'c mut Correlation, outermost: bool, found: &mut Vec<(&'c mut Threshold, bool)>) {
        if let Test::EventCount(threshold) | Test::ValueCount(threshold) = &mut correlation.test {
            found.push((threshold, outermost));
        }
        for input in &mut correlation.inputs {
            if let Input::Correlation(inner) = input {
                walk(inner, false, found);
            }
        }
    }
    walk(correlation, true, found);
}
