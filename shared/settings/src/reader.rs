//! Walks a YAML document and collects what is wrong with it, with positions and paths.

use saphyr::{MarkedYamlOwned, ScalarOwned, YamlDataOwned};

use crate::Problem;

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
}

/// A place in the document: a value, and how one gets there.
#[derive(Clone)]
pub(crate) struct Node<'y> {
    yaml: &'y MarkedYamlOwned,
    path: String,
}

/// A map all of whose keys are known.
pub(crate) struct Map<'y> {
    entries: Vec<(&'static str, Node<'y>)>,
}

impl Report {
    pub(crate) fn add(&mut self, at: &Node<'_>, message: impl Into<String>, help: Option<String>) {
        let start = at.yaml.span.start;
        self.problems.push(Problem {
            line: start.line(),
            // saphyr counts columns from 0, people and editors from 1.
            column: start.col() + 1,
            path: at.path.clone(),
            message: message.into(),
            help,
        });
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

impl<'y> Node<'y> {
    pub(crate) fn root(yaml: &'y MarkedYamlOwned) -> Self {
        Self { yaml, path: String::new() }
    }

    pub(crate) fn line(&self) -> usize {
        self.yaml.span.start.line()
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.yaml.data, YamlDataOwned::Value(ScalarOwned::Null))
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.yaml.data, YamlDataOwned::Mapping(_))
    }

    /// Whether here is a map with anything in it, known or not.
    pub(crate) fn has_members(&self) -> bool {
        matches!(&self.yaml.data, YamlDataOwned::Mapping(map) if !map.is_empty())
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.yaml.data, YamlDataOwned::Sequence(_))
    }

    /// The text here, when it is one.
    pub(crate) fn as_text(&self) -> Option<&'y str> {
        match &self.yaml.data {
            YamlDataOwned::Value(ScalarOwned::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The text here; anything else is a problem. `expected` completes "expected …".
    pub(crate) fn text(&self, report: &mut Report, expected: &str) -> Option<&'y str> {
        let text = self.as_text();
        if text.is_none() {
            report.add(self, self.mismatch(expected), self.quoting_help());
        }
        text
    }

    /// The items of the list here; nothing at all is an empty list, as after commenting out every item.
    pub(crate) fn list(&self, report: &mut Report, expected: &str) -> Vec<Node<'y>> {
        match &self.yaml.data {
            YamlDataOwned::Sequence(items) => {
                let node = |(index, yaml)| Node { yaml, path: format!("{}[{index}]", self.path) };
                items.iter().enumerate().map(node).collect()
            }
            _ if self.is_null() => Vec::new(),
            _ => {
                report.add(self, self.mismatch(expected), None);
                Vec::new()
            }
        }
    }

    /// The map here, of which only `known` keys are allowed; nothing at all is an empty map.
    pub(crate) fn map(&self, report: &mut Report, expected: &str, known: &[&'static str]) -> Map<'y> {
        let mut entries = Vec::new();
        match &self.yaml.data {
            YamlDataOwned::Mapping(map) => {
                for (key, yaml) in map {
                    let at_key = Node { yaml: key, path: self.path.clone() };
                    let Some(word) = at_key.as_text() else {
                        report.add(&at_key, at_key.mismatch(&format!("one of the keys {}", known.join(", "))), None);
                        continue;
                    };
                    let path = if self.path.is_empty() {
                        printable(word)
                    } else {
                        format!("{}.{}", self.path, printable(word))
                    };
                    match known.iter().find(|name| **name == word) {
                        Some(name) => entries.push((*name, Node { yaml, path })),
                        None => report.add(
                            &Node { yaml: key, path },
                            format!("unknown key, expected one of {}", known.join(", ")),
                            did_you_mean(word, known),
                        ),
                    }
                }
            }
            _ if self.is_null() => {}
            _ => report.add(self, self.mismatch(expected), None),
        }
        Map { entries }
    }

    /// The keys and values of the map here, whose keys the reader does not know; nothing at all is an empty map.
    pub(crate) fn members(&self, report: &mut Report, expected: &str) -> Vec<(Node<'y>, Node<'y>)> {
        let member = |(key, yaml)| {
            let key = Node { yaml: key, path: self.path.clone() };
            let path = format!("{}.{}", self.path, printable(key.as_text().unwrap_or("?")));
            (key, Node { yaml, path })
        };
        match &self.yaml.data {
            YamlDataOwned::Mapping(map) => map.iter().map(member).collect(),
            _ if self.is_null() => Vec::new(),
            _ => {
                report.add(self, self.mismatch(expected), None);
                Vec::new()
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn truth(&self, report: &mut Report) -> Option<bool> {
        if let YamlDataOwned::Value(ScalarOwned::Boolean(value)) = &self.yaml.data {
            return Some(*value);
        }
        report.add(self, self.mismatch("true or false"), None);
        None
    }

    /// The whole number here, when it is one.
    pub(crate) fn as_number(&self) -> Option<i64> {
        match &self.yaml.data {
            YamlDataOwned::Value(ScalarOwned::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// The word here, which must be one of `all`.
    pub(crate) fn word<T: Copy>(&self, report: &mut Report, all: &[T], as_str: fn(T) -> &'static str) -> Option<T> {
        let words: Vec<&'static str> = all.iter().map(|item| as_str(*item)).collect();
        let expected = format!("one of {}", words.join(", "));
        let text = self.as_text();
        let found = all.iter().copied().find(|item| Some(as_str(*item)) == text);
        if found.is_none() {
            report.add(self, self.mismatch(&expected), text.and_then(|text| did_you_mean(text, &words)));
        }
        found
    }

    /// `found `x`, expected y`.
    pub(crate) fn mismatch(&self, expected: &str) -> String {
        format!("found {}, expected {expected}", self.describe())
    }

    fn describe(&self) -> String {
        match &self.yaml.data {
            YamlDataOwned::Value(scalar) => match scalar {
                ScalarOwned::Null => "nothing".to_owned(),
                ScalarOwned::Boolean(value) => format!("the truth value {value}"),
                ScalarOwned::Integer(value) => format!("the number {value}"),
                ScalarOwned::FloatingPoint(value) => format!("the number {value}"),
                ScalarOwned::String(text) => format!("`{}`", printable(text)),
            },
            YamlDataOwned::Sequence(_) => "a list".to_owned(),
            YamlDataOwned::Mapping(_) => "a map".to_owned(),
            _ => "a value that cannot be read".to_owned(),
        }
    }

    /// What looks like a number to YAML may have been meant as text, account ids above all.
    fn quoting_help(&self) -> Option<String> {
        match &self.yaml.data {
            // YAML drops leading zeros, an account id has twelve digits.
            YamlDataOwned::Value(ScalarOwned::Integer(number @ 10_000_000..=999_999_999_999)) => Some(format!(
                "without quotes YAML reads a number and drops leading zeros; write an account id as \"{number:012}\""
            )),
            YamlDataOwned::Value(ScalarOwned::Integer(_) | ScalarOwned::FloatingPoint(_) | ScalarOwned::Boolean(_)) => {
                Some("put it in quotes if it is meant as text".to_owned())
            }
            _ => None,
        }
    }
}

impl<'y> Map<'y> {
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'y>> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Node<'y>)> {
        self.entries.iter().map(|(name, node)| (*name, node))
    }
}

/// What was written, fit for one line of a terminal: short, and without control characters.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// The nearest of `known`, when it is near enough to be what was meant.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    // Nobody means a short word by a long text, and the distance takes quadratic time.
    if word.len() > 40 {
        return None;
    }
    let word = word.trim().to_lowercase();
    let distance = |name: &&&str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let nearest = known.iter().min_by_key(distance)?;
    let near = distance(&nearest) <= nearest.len().div_ceil(3).min(3);
    near.then(|| format!("did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("critcal", Some("critical") ; "a letter left out")]
    #[test_case("Critical", Some("critical") ; "a capital")]
    #[test_case("senstiive", Some("sensitive") ; "letters swapped")]
    #[test_case("important", None ; "another word")]
    #[test_case("", None ; "nothing")]
    fn nearest_tier(word: &str, expected: Option<&str>) {
        let help = did_you_mean(word, &["standard", "sensitive", "critical"]);
        assert_eq!(help, expected.map(|name| format!("did you mean `{name}`?")));
    }

    #[test]
    fn capitals_of_what_is_known_do_not_count() {
        assert_eq!(did_you_mean("europe/berln", &["Europe/Berlin"]).unwrap(), "did you mean `Europe/Berlin`?");
    }

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(printable(&"é".repeat(100)).chars().count(), 81);
    }
}
