//! What the lists of entries have in common: each entry is a map with a name of its own.

use std::collections::BTreeMap;

use crate::reader::{Map, Node, Report, printable};

/// A page has room for this many characters of a name.
const LONGEST_NAME: usize = 80;

/// One entry of a list, with the name it was given, where that is sound.
pub(super) struct Entry<'y> {
    pub(super) node: Node<'y>,
    pub(super) map: Map<'y>,
    pub(super) name: Option<String>,
}

/// The entries of the list here that `read` makes something of. Each may have the keys `keys` and must have a `name`.
pub(super) fn entries<'y, T>(
    node: &Node<'y>,
    report: &mut Report,
    keys: &[&'static str],
    mut read: impl FnMut(&Entry<'y>, &mut Report) -> Option<T>,
) -> Vec<T> {
    let mut lines_by_name = BTreeMap::new();
    let nodes = node.list(report, "a list of entries");
    let mut entry = |node: Node<'y>| {
        if !node.is_map() {
            report.add(&node, node.mismatch(&format!("a map with the keys {}", keys.join(", "))), None);
            return None;
        }
        let map = node.map(report, "a map", keys);
        let name = required(&map, "name", &node, report).and_then(|node| name(node, report, &mut lines_by_name));
        read(&Entry { node, map, name }, report)
    };
    nodes.into_iter().filter_map(&mut entry).collect()
}

fn name<'y>(node: &Node<'y>, report: &mut Report, lines_by_name: &mut BTreeMap<&'y str, usize>) -> Option<String> {
    let expected = "a name for people";
    let shown = line_of_text(node, report, expected, LONGEST_NAME)?;
    let name = node.text(report, expected)?;
    if let Some(line) = lines_by_name.insert(name, node.line()) {
        let message = format!("`{}` is already the name of the entry on line {line}", printable(name));
        report.add(node, message, Some("give each entry its own name; pages tell them apart by it".to_owned()));
    }
    Some(shown)
}

/// The text here, on one line of at most `longest` characters. `expected` completes "expected …".
pub(super) fn line_of_text(node: &Node<'_>, report: &mut Report, expected: &str, longest: usize) -> Option<String> {
    let text = node.text(report, expected)?;
    if text.trim().is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        report.add(node, node.mismatch(&format!("{expected}, on one line of at most {longest} characters")), None);
        return None;
    }
    Some(text.to_owned())
}

/// The value of a key that `entry` must have.
pub(super) fn required<'m, 'y>(
    map: &'m Map<'y>,
    key: &str,
    entry: &Node<'y>,
    report: &mut Report,
) -> Option<&'m Node<'y>> {
    let found = map.get(key);
    if found.is_none() {
        report.add(entry, format!("`{key}` is missing"), None);
    }
    found
}

/// What `read` makes of the value of that one of `keys` which `entry` has; it must have exactly one.
pub(super) fn exactly_one<T>(
    map: &Map<'_>,
    entry: &Node<'_>,
    report: &mut Report,
    keys: &[&str],
    mut read: impl FnMut(&str, &Node<'_>, &mut Report) -> Option<T>,
) -> Option<T> {
    let given: Vec<_> = map.iter().filter(|(key, _)| keys.contains(key)).collect();
    // Each is read even when there are too many, for its own problems.
    let mut found: Vec<Option<T>> = given.iter().map(|(key, node)| read(key, node, report)).collect();
    match given.as_slice() {
        // One mistake, one problem: that the only keys are unknown was told.
        [] if map.iter().next().is_none() && entry.has_members() => None,
        [] => {
            report.add(entry, format!("expected exactly one of {}, found none", keys.join(", ")), None);
            None
        }
        [_] => found.pop().flatten(),
        [_, (_, second), ..] => {
            let names: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
            let message = format!("expected exactly one of {}, found {}", keys.join(", "), names.join(" and "));
            report.add(second, message, Some("make an entry of each".to_owned()));
            None
        }
    }
}

/// The items of the list here that `read` understands, of which there must be at least one: an entry without any could
/// never match. `expected` completes "expected at least one …".
pub(super) fn at_least_one<T>(
    node: &Node<'_>,
    report: &mut Report,
    expected: &str,
    mut read: impl FnMut(&Node<'_>, &mut Report) -> Option<T>,
) -> Vec<T> {
    let items = node.list(report, &format!("a list of at least one {expected}"));
    if items.is_empty() && (node.is_null() || node.is_list()) {
        report.add(node, format!("found none, expected at least one {expected}"), None);
    }
    items.iter().filter_map(|node| read(node, report)).collect()
}
