//! What a detection rule looks at, in words.

use rsigma_parser::{
    ArrayQuantifier, ConditionExpr, Detection, DetectionItem, Detections, Modifier, Quantifier, SelectorPattern,
    SigmaValue,
};

use crate::wrap::{code, wrap};

/// The condition as a list, indented by `indent`: a line for each selection, one list for each "any of".
pub(crate) fn list(detections: &Detections, indent: usize) -> String {
    let mut text = String::new();
    for condition in &detections.conditions {
        match condition {
            ConditionExpr::And(parts) => parts.iter().for_each(|part| line(part, detections, indent, "", &mut text)),
            other => line(other, detections, indent, "", &mut text),
        }
    }
    text
}

/// One operand of a condition and everything below it. `before` is "not " below a negation.
fn line(expression: &ConditionExpr, detections: &Detections, indent: usize, before: &str, text: &mut String) {
    let (heading, parts): (&str, &[ConditionExpr]) = match (expression, before) {
        (ConditionExpr::Identifier(name), _) => return selection(name, detections, indent, before, text),
        (ConditionExpr::Not(inner), "") => return line(inner, detections, indent, "not ", text),
        (ConditionExpr::Not(inner), _) => return line(inner, detections, indent, "", text),
        (ConditionExpr::Selector { quantifier, pattern }, _) => {
            return selector(quantifier, pattern, detections, indent, before, text);
        }
        (ConditionExpr::And(parts), "") => ("all of these:", parts),
        (ConditionExpr::And(parts), _) => ("not all of these together:", parts),
        (ConditionExpr::Or(parts), "") => ("any of these:", parts),
        (ConditionExpr::Or(parts), _) => ("none of these:", parts),
    };
    bullet(heading, indent, text);
    for part in parts {
        line(part, detections, indent + 2, "", text);
    }
}

fn selector(
    quantifier: &Quantifier,
    pattern: &SelectorPattern,
    detections: &Detections,
    indent: usize,
    before: &str,
    text: &mut String,
) {
    let prefix = match pattern {
        SelectorPattern::Them => "",
        SelectorPattern::Pattern(pattern) => pattern.trim_end_matches('*'),
    };
    let many = match quantifier {
        Quantifier::Any => "any of these:".to_owned(),
        Quantifier::All => "all of these:".to_owned(),
        Quantifier::Count(count) => format!("at least {count} of these:"),
    };
    bullet(&format!("{before}{many}"), indent, text);
    let mut names: Vec<&String> = detections.named.keys().filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    for name in names {
        selection(name, detections, indent + 2, "", text);
    }
}

fn selection(name: &str, detections: &Detections, indent: usize, before: &str, text: &mut String) {
    let told = detections.named.get(name).map(detection).unwrap_or_default();
    bullet(&format!("{before}**{name}**: {told}"), indent, text);
}

fn bullet(what: &str, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    text.push_str(&wrap(what, &format!("{margin}- "), &format!("{margin}  ")));
}

/// A selection in one line.
fn detection(detection: &Detection) -> String {
    match detection {
        Detection::AllOf(items) => and(&items.iter().map(item).collect::<Vec<_>>()),
        Detection::AnyOf(parts) => format!("one of: {}", parts.iter().map(grouped).collect::<Vec<_>>().join(", or ")),
        Detection::And(parts) => and(&parts.iter().map(grouped).collect::<Vec<_>>()),
        Detection::Keywords(values) => {
            format!("somewhere in the record {}", or(&values.iter().map(value).collect::<Vec<_>>()))
        }
        Detection::ArrayMatch { field, quantifier, body } => {
            let members = match quantifier {
                ArrayQuantifier::Any => "some member",
                ArrayQuantifier::All | ArrayQuantifier::AllOrEmpty => "every member",
                ArrayQuantifier::None => "no member",
            };
            format!("{members} of {} has {}", code(field), grouped(body))
        }
        Detection::Conditional { named, condition } => {
            let mut names: Vec<&String> = named.keys().collect();
            names.sort();
            let each =
                names.iter().filter_map(|name| named.get(*name).map(|part| format!("**{name}**: {}", grouped(part))));
            format!("{} where {}", code(&condition.to_string()), each.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A part of a longer sentence, in brackets where it has parts of its own.
fn grouped(part: &Detection) -> String {
    match part {
        Detection::AllOf(items) if items.len() == 1 => detection(part),
        _ => format!("({})", detection(part)),
    }
}

/// A field and what it must be.
fn item(item: &DetectionItem) -> String {
    let field = item.field.name.as_deref().map_or_else(|| "it".to_owned(), code);
    let has = |modifier| item.field.has_modifier(modifier);
    let values: Vec<String> = item.values.iter().map(value).collect();
    let values = if has(Modifier::All) { every(&values) } else { or(&values) };
    let first = item.values.first();
    let said = match first {
        Some(SigmaValue::Bool(true)) if has(Modifier::Exists) => return format!("{field} is there"),
        Some(SigmaValue::Bool(false)) if has(Modifier::Exists) => return format!("{field} is absent"),
        Some(SigmaValue::Null) if item.values.len() == 1 => return format!("{field} is empty or absent"),
        _ if has(Modifier::Contains) => "contains",
        _ if has(Modifier::StartsWith) => "begins with",
        _ if has(Modifier::EndsWith) => "ends with",
        _ if has(Modifier::Re) && has(Modifier::IgnoreCase) => "matches, in upper or lower case,",
        _ if has(Modifier::Re) => "matches",
        _ if has(Modifier::Cidr) => "is an address in",
        _ if has(Modifier::FieldRef) => "is the same as",
        _ if has(Modifier::Gt) => "is more than",
        _ if has(Modifier::Gte) => "is at least",
        _ if has(Modifier::Lt) => "is less than",
        _ if has(Modifier::Lte) => "is at most",
        _ if has(Modifier::Neq) => "is not",
        _ if has(Modifier::Cased) => "is exactly",
        _ => "is",
    };
    format!("{field} {said} {values}")
}

fn value(value: &SigmaValue) -> String {
    match value {
        SigmaValue::String(text) => code(&text.original),
        SigmaValue::Integer(number) => code(&number.to_string()),
        SigmaValue::Float(number) => code(&number.to_string()),
        SigmaValue::Bool(truth) => truth.to_string(),
        SigmaValue::Null => "nothing".to_owned(),
    }
}

/// "a", "a; and b", "a; b; and c"
fn and(parts: &[String]) -> String {
    joined(parts, "; ", "; and ", "; and ")
}

/// "a", "a and b", "a, b and c"
fn every(parts: &[String]) -> String {
    joined(parts, ", ", " and ", " and ")
}

/// "a", "a or b", "a, b or c"
pub(crate) fn or(parts: &[String]) -> String {
    joined(parts, ", ", " or ", " or ")
}

fn joined(parts: &[String], between: &str, of_two: &str, last: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first}{of_two}{second}"),
        [most @ .., end] => format!("{}{last}{end}", most.join(between)),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use rsigma_parser::parse_sigma_yaml;

    use super::list;

    fn told(detection: &str) -> String {
        let yaml = format!("title: T\nname: t\nlogsource: {{product: aws}}\nlevel: low\ndetection:\n{detection}");
        let parsed = parse_sigma_yaml(&yaml).unwrap();
        assert_eq!(parsed.errors, [""; 0], "{yaml}");
        list(&parsed.rules[0].detection, 0)
    }

    #[test]
    fn every_way_to_compare_has_a_word() {
        let detection = r"
  every:
    a: x
    b: [x, y, null]
    c|contains|all: [x, y]
    d|startswith: x
    e|endswith: [x, y]
    f|re: '^a`b$'
    g|re|i: x
    h|cidr: 192.0.2.0/24
    i|exists: true
    j|exists: false
    k: null
    l|gt: 1
    m|gte: 1
    n|lt: 1
    o|lte: 1
    p: false
    q|cased: X
    r|fieldref: s
  condition: every
";
        assert_snapshot!(told(detection), @"
        - **every**: `a` is `x`; `b` is `x`, `y` or nothing; `c` contains `x` and `y`; `d` begins with `x`; `e` ends with `x`
          or `y`; `f` matches ``^a`b$``; `g` matches, in upper or lower case, `x`; `h` is an address in `192.0.2.0/24`; `i` is
          there; `j` is absent; `k` is empty or absent; `l` is more than `1`; `m` is at least `1`; `n` is less than `1`; `o`
          is at most `1`; `p` is false; `q` is exactly `X`; and `r` is the same as `s`
        ");
    }

    #[test]
    fn nesting_is_kept() {
        let detection = r"
  a: {x: 1}
  b_1: {x: 2}
  b_2: {x: 3}
  c: [{x: 4}, {y: 5, z: 6}]
  d: [word, other]
  condition: a and not (b_1 or not b_2) and 1 of b_* and not (c and d) and (a or b_1 and b_2) and not not a
";
        assert_snapshot!(told(detection), @"
        - **a**: `x` is `1`
        - none of these:
          - **b_1**: `x` is `2`
          - not **b_2**: `x` is `3`
        - any of these:
          - **b_1**: `x` is `2`
          - **b_2**: `x` is `3`
        - not all of these together:
          - **c**: one of: `x` is `4`, or (`y` is `5`; and `z` is `6`)
          - **d**: somewhere in the record `word` or `other`
        - any of these:
          - **a**: `x` is `1`
          - all of these:
            - **b_1**: `x` is `2`
            - **b_2**: `x` is `3`
        - **a**: `x` is `1`
        ");
    }
}
