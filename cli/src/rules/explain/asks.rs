//! What a rule asks of a field, in words, as its author wrote it.

use rsigma_parser::{DetectionItem, Modifier, SigmaValue};

/// How many values are told one by one.
const MOST: usize = 12;

/// `one of "DisableKey", "ScheduleKeyDeletion"`; `a text that begins with "test-"`.
pub(super) fn asks(item: &DetectionItem) -> String {
    let has = |modifier| item.field.has_modifier(modifier);
    let values = &item.values;
    if has(Modifier::Exists) {
        return if is_false(values.first()) { "absence".to_owned() } else { "any value".to_owned() };
    }
    if has(Modifier::FieldRef) {
        return format!("the value of {}", list(values, has(Modifier::All)));
    }
    let number = [(Modifier::Gt, ">"), (Modifier::Gte, "≥"), (Modifier::Lt, "<"), (Modifier::Lte, "≤")];
    let told: &[Modifier] = &[
        Modifier::All,
        Modifier::Neq,
        Modifier::Contains,
        Modifier::StartsWith,
        Modifier::EndsWith,
        Modifier::Re,
        Modifier::Cidr,
        Modifier::Cased,
        Modifier::Gt,
        Modifier::Gte,
        Modifier::Lt,
        Modifier::Lte,
    ];
    let kind = match item.field.modifiers.iter().find(|modifier| told.contains(modifier) && **modifier != Modifier::All)
    {
        Some(Modifier::Contains) => "a text that contains ",
        Some(Modifier::StartsWith) => "a text that begins with ",
        Some(Modifier::EndsWith) => "a text that ends with ",
        Some(Modifier::Re) => "a text that matches ",
        Some(Modifier::Cidr) => "an address in ",
        Some(modifier) => number.iter().find(|(known, _)| known == modifier).map_or("", |(_, sign)| sign),
        None => "",
    };
    let others: Vec<String> = item
        .field
        .modifiers
        .iter()
        .filter(|modifier| !told.contains(modifier))
        .map(|modifier| format!(" ({})", format!("{modifier:?}").to_lowercase()))
        .collect();
    let not = if has(Modifier::Neq) { "not " } else { "" };
    let cased = if has(Modifier::Cased) { ", in this letter case" } else { "" };
    format!("{not}{kind}{}{}{cased}", list(values, has(Modifier::All)), others.concat())
}

/// What words are looked for in the whole record.
pub(super) fn keywords(values: &[SigmaValue]) -> String {
    format!("{} anywhere in the record", list(values, false))
}

fn list(values: &[SigmaValue], all: bool) -> String {
    let told: Vec<String> = values.iter().take(MOST).map(value).collect();
    let more = values.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let kind = match values.len() {
        0 | 1 => "",
        _ if all => "all of ",
        _ => "one of ",
    };
    format!("{kind}{}{more}", told.join(", "))
}

fn value(value: &SigmaValue) -> String {
    match value {
        SigmaValue::String(text) => format!("\"{}\"", text.original),
        SigmaValue::Integer(number) => number.to_string(),
        SigmaValue::Float(number) => number.to_string(),
        SigmaValue::Bool(truth) => truth.to_string(),
        SigmaValue::Null => "nothing (null or absent)".to_owned(),
    }
}

fn is_false(value: Option<&SigmaValue>) -> bool {
    match value {
        Some(SigmaValue::Bool(truth)) => !truth,
        Some(SigmaValue::String(text)) => ["false", "no"].contains(&text.original.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("eventName: Decrypt", "\"Decrypt\"")]
    #[test_case("eventName: [Decrypt, Encrypt]", "one of \"Decrypt\", \"Encrypt\"")]
    #[test_case("eventName|startswith: De", "a text that begins with \"De\"")]
    #[test_case("x|contains|all: [a, b]", "a text that contains all of \"a\", \"b\"")]
    #[test_case("x|re: ^a", "a text that matches \"^a\"")]
    #[test_case("x|cidr: 203.0.113.0/24", "an address in \"203.0.113.0/24\"")]
    #[test_case("x|exists: true", "any value")]
    #[test_case("x|exists: false", "absence")]
    #[test_case("x: null", "nothing (null or absent)")]
    #[test_case("x: false", "false")]
    #[test_case("x|gte: 5", "≥5")]
    #[test_case("x|neq: [a, b]", "not one of \"a\", \"b\"")]
    #[test_case("x|cased: a", "\"a\", in this letter case")]
    #[test_case("x|fieldref: y", "the value of \"y\"")]
    #[test_case("x|base64offset|contains: a", "a text that contains \"a\" (base64offset)")]
    #[test_case("x: [1,2,3,4,5,6,7,8,9,10,11,12,13,14]", "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more")]
    fn in_words(line: &str, expected: &str) {
        let yaml = format!("title: x\nlogsource: {{product: aws}}\ndetection:\n  s:\n    {line}\n  condition: s\n");
        let collection = rsigma_parser::parse_sigma_yaml(&yaml).unwrap();
        let rsigma_parser::Detection::AllOf(items) = &collection.rules[0].detection.named["s"] else {
            panic!("{line}")
        };
        assert_eq!(asks(&items[0]), expected);
    }
}
