//! What a correlation counts, in words.

use rsigma_parser::{ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType};

use crate::Documents;
use crate::words::{list, or};
use crate::wrap::{code, wrap};

/// Nesting deeper than this is not spelled out; the rules have two levels.
const DEEPEST: usize = 4;

/// What the rule goes by: `record`, or Sigma's word for the kind of correlation.
pub fn kind(id: &str, documents: &Documents) -> &'static str {
    documents.correlations.get(id).map_or("record", |rule| rule.correlation_type.as_str())
}

/// What the rule looks at: a sentence, and a list of what it is about.
pub(crate) fn looks_at(id: &str, documents: &Documents) -> String {
    if let Some(rule) = documents.correlations.get(id) {
        let each = match rule.correlation_type {
            CorrelationType::EventCount => ", each of which meets:",
            _ => ", in records that meet:",
        };
        return match rule.rules.as_slice() {
            [only] if documents.rules.contains_key(only) => {
                format!("{}\n{}", wrap(&format!("{}{each}", sentence(rule)), "", ""), base(only, documents, 0))
            }
            _ => format!("{}\n{}", wrap(&format!("{}:", sentence(rule)), "", ""), parts(rule, documents, 0)),
        };
    }
    let list = base(id, documents, 0);
    format!("One record is enough. All of this must hold:\n\n{list}")
}

/// The conditions of a detection rule.
fn base(id: &str, documents: &Documents, indent: usize) -> String {
    documents.rules.get(id).map(|rule| list(&rule.detection, indent)).unwrap_or_default()
}

/// The rules that a correlation is about, each with its conditions.
fn parts(rule: &CorrelationRule, documents: &Documents, indent: usize) -> String {
    let ordered = rule.correlation_type == CorrelationType::TemporalOrdered;
    let mut text = String::new();
    for (place, name) in rule.rules.iter().enumerate() {
        let mark = if ordered { format!("{}. ", place + 1) } else { "- ".to_owned() };
        let (margin, inner) = (" ".repeat(indent), indent + mark.len());
        let mut tell = |what: &str| text.push_str(&wrap(what, &format!("{margin}{mark}"), &" ".repeat(inner)));
        match documents.correlations.get(name) {
            Some(below) if inner < 3 * DEEPEST => {
                tell(&format!("**{name}**: {}:", lower_first(&sentence(below))));
                text.push_str(&parts(below, documents, inner));
            }
            _ => {
                tell(&format!("**{name}**{}:", title(name, documents)));
                text.push_str(&base(name, documents, inner));
            }
        }
    }
    text
}

/// What a rule is called for people, where its name does not say the same.
fn title(name: &str, documents: &Documents) -> String {
    let title = documents.rules.get(name).map(|rule| rule.title.as_str()).unwrap_or_default();
    if title.is_empty() || title.to_lowercase() == name.replace('-', " ") {
        return String::new();
    }
    format!(", {}", lower_first(title))
}

/// "At least 10 different `portcullis.asset.name` by the same `portcullis.actor.name` within 10 minutes"
fn sentence(rule: &CorrelationRule) -> String {
    let what = match (rule.correlation_type, &rule.condition) {
        (CorrelationType::EventCount, CorrelationCondition::Threshold { predicates, .. }) => {
            format!("{} records", bounds(predicates))
        }
        (CorrelationType::ValueCount, CorrelationCondition::Threshold { predicates, field, .. }) => {
            let field = field.iter().flatten().map(|field| code(field)).collect::<Vec<_>>();
            format!(
                "{} different {}",
                bounds(predicates),
                if field.is_empty() { "findings".to_owned() } else { or(&field) }
            )
        }
        (CorrelationType::TemporalOrdered, _) => "These, in this order,".to_owned(),
        (CorrelationType::Temporal, CorrelationCondition::Extended(expression)) => temporal(expression),
        (CorrelationType::Temporal, CorrelationCondition::Threshold { predicates, .. }) => {
            match predicates.as_slice() {
                [(ConditionOperator::Gte, 1)] => "All of these, in any order,".to_owned(),
                _ => format!("{} of these, in any order,", bounds(predicates)),
            }
        }
        (kind, _) => format!("A correlation of type {}", kind.as_str()),
    };
    format!("{what} {}{} within {}", same(&rule.group_by), aliases(rule), duration(rule.timespan.seconds))
}

fn temporal(expression: &ConditionExpr) -> String {
    format!("In any order {}", code(expression.to_string().trim_matches(['(', ')'])))
}

/// "by the same `portcullis.actor.name` with the same `awsRegion`"
fn same(group_by: &[String]) -> String {
    let each = group_by.iter().map(|field| {
        let who = field.starts_with("portcullis.actor.") || field.starts_with("userIdentity.");
        format!("{} the same {}", if who { "by" } else { "with" }, code(field))
    });
    each.collect::<Vec<_>>().join(" and ")
}

/// What an alias stands for in each rule.
fn aliases(rule: &CorrelationRule) -> String {
    let mut aliases: Vec<_> = rule.aliases.iter().collect();
    aliases.sort_by(|a, b| a.alias.cmp(&b.alias));
    let told = aliases.iter().map(|alias| {
        let fields = rule.rules.iter().filter_map(|name| alias.mapping.get(name)).map(|field| code(field));
        format!(" ({} is {})", code(&alias.alias), or(&fields.collect::<Vec<_>>()))
    });
    told.collect()
}

/// "At least 3 and at most 9"
fn bounds(predicates: &[(ConditionOperator, u64)]) -> String {
    let mut each: Vec<(u8, String)> = predicates
        .iter()
        .map(|(operator, bound)| {
            let (place, word) = match operator {
                ConditionOperator::Gte => (0, "at least"),
                ConditionOperator::Gt => (0, "more than"),
                ConditionOperator::Eq => (1, "exactly"),
                ConditionOperator::Neq => (1, "any number but"),
                ConditionOperator::Lte => (2, "at most"),
                ConditionOperator::Lt => (2, "fewer than"),
            };
            (place, format!("{word} {bound}"))
        })
        .collect();
    each.sort();
    let told: Vec<String> = each.into_iter().map(|(_, told)| told).collect();
    upper_first(&told.join(" and "))
}

/// "10 minutes"
pub(crate) fn duration(seconds: u64) -> String {
    let (number, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// The number that `threshold` in the settings replaces: the correlation's own lower bound, or that of the one below it
/// that counts. Nothing where there is none, or more than one.
pub fn lower_bound(id: &str, documents: &Documents) -> Option<u64> {
    let rule = documents.correlations.get(id)?;
    own_bound(rule).or_else(|| {
        let mut below = Vec::new();
        collect(rule, documents, DEEPEST, &mut below);
        match below.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    })
}

fn collect(rule: &CorrelationRule, documents: &Documents, depth: usize, found: &mut Vec<u64>) {
    if depth == 0 {
        return;
    }
    for inner in rule.rules.iter().filter_map(|name| documents.correlations.get(name)) {
        found.extend(own_bound(inner));
        collect(inner, documents, depth - 1, found);
    }
}

fn own_bound(rule: &CorrelationRule) -> Option<u64> {
    let counts = matches!(rule.correlation_type, CorrelationType::EventCount | CorrelationType::ValueCount);
    let CorrelationCondition::Threshold { predicates, .. } = &rule.condition else { return None };
    let lower =
        |(operator, _): &&(ConditionOperator, u64)| matches!(operator, ConditionOperator::Gte | ConditionOperator::Gt);
    let bound = predicates.iter().find(lower).or(predicates.first()).map(|(_, bound)| *bound);
    bound.filter(|_| counts)
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `Secrets listed` → `secrets listed`, but `KMS key` as it is.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use rsigma_parser::parse_sigma_yaml;

    use super::{duration, kind, looks_at, lower_bound, lower_first};
    use crate::Documents;

    /// Two base rules, `one` and `two`, and these correlations.
    fn documents(correlations: &str) -> Documents {
        let base = |name: &str| {
            format!(
                "title: The base {name}\nname: {name}\nlogsource: {{product: aws}}\nlevel: low\ndetection:\n  \
                 a: {{eventName: {name}}}\n  condition: a\n---\n"
            )
        };
        let parsed =
            parse_sigma_yaml(format!("{}{}{correlations}", base("one"), base("two")).trim_end_matches("---\n"))
                .unwrap();
        assert_eq!(parsed.errors, [""; 0]);
        Documents {
            rules: parsed.rules.into_iter().map(|rule| (rule.name.clone().unwrap(), rule)).collect(),
            correlations: parsed.correlations.into_iter().map(|rule| (rule.name.clone().unwrap(), rule)).collect(),
        }
    }

    fn correlation(name: &str, members: &str) -> String {
        format!(
            "title: {name}\nname: {name}\nlevel: low\ncorrelation: {{group-by: [g], timespan: 10m, {members}}}\n---\n"
        )
    }

    #[test]
    fn every_kind_of_correlation_has_a_sentence() {
        let all = documents(
            &[
                correlation("count", "type: event_count, rules: [one], condition: {gt: 3, lte: 9}"),
                correlation("values", "type: value_count, rules: [one, two], condition: {field: f, gte: 2}"),
                correlation("all", "type: temporal, rules: [one, two]"),
                correlation("some", "type: temporal, rules: [one, two, count], condition: {gte: 2}"),
                correlation("order", "type: temporal_ordered, rules: [one, values]"),
            ]
            .concat(),
        );
        let told = ["count", "values", "all", "some", "order", "one"];
        let told = told
            .map(|id| format!("({}, threshold {:?}) {}", kind(id, &all), lower_bound(id, &all), looks_at(id, &all)));
        assert_snapshot!(told.join("\n"), @"
        (event_count, threshold Some(3)) More than 3 and at most 9 records with the same `g` within 10 minutes, each of which meets:

        - **a**: `eventName` is `one`

        (value_count, threshold Some(2)) At least 2 different `f` with the same `g` within 10 minutes:

        - **one**, the base one:
          - **a**: `eventName` is `one`
        - **two**, the base two:
          - **a**: `eventName` is `two`

        (temporal, threshold None) All of these, in any order, with the same `g` within 10 minutes:

        - **one**, the base one:
          - **a**: `eventName` is `one`
        - **two**, the base two:
          - **a**: `eventName` is `two`

        (temporal, threshold Some(3)) At least 2 of these, in any order, with the same `g` within 10 minutes:

        - **one**, the base one:
          - **a**: `eventName` is `one`
        - **two**, the base two:
          - **a**: `eventName` is `two`
        - **count**: more than 3 and at most 9 records with the same `g` within 10 minutes:
          - **one**, the base one:
            - **a**: `eventName` is `one`

        (temporal_ordered, threshold Some(2)) These, in this order, with the same `g` within 10 minutes:

        1. **one**, the base one:
           - **a**: `eventName` is `one`
        2. **values**: at least 2 different `f` with the same `g` within 10 minutes:
           - **one**, the base one:
             - **a**: `eventName` is `one`
           - **two**, the base two:
             - **a**: `eventName` is `two`

        (record, threshold None) One record is enough. All of this must hold:

        - **a**: `eventName` is `one`
        ");
    }

    #[test]
    fn durations_in_the_largest_unit_that_fits() {
        let told: Vec<String> = [1, 90, 60, 600, 3_600, 5_400, 86_400, 604_800].into_iter().map(duration).collect();
        assert_eq!(
            told,
            ["1 second", "90 seconds", "1 minute", "10 minutes", "1 hour", "90 minutes", "1 day", "7 days"]
        );
    }

    #[test]
    fn abbreviations_stay_in_capitals() {
        assert_eq!(lower_first("An alias deleted"), "an alias deleted");
        assert_eq!(lower_first("KMS key used"), "KMS key used");
        assert_eq!(lower_first("A key"), "a key");
        assert_eq!(lower_first(""), "");
    }
}
