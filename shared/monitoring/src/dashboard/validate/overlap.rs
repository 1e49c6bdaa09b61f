//! Whether widgets lie over each other.

use std::collections::BTreeMap;

use serde_json::Value;

/// Each cell of the grid that two widgets take, told once for each pair.
pub(super) fn overlaps(widgets: &[Value]) -> Vec<String> {
    let mut taken: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (number, widget) in widgets.iter().enumerate() {
        let at = |name: &str| widget.get(name).and_then(Value::as_i64).unwrap_or_default();
        // What is out of range is told elsewhere.
        let (width, height) = (at("width").clamp(0, 24), at("height").clamp(0, 1000));
        for x in at("x")..at("x").saturating_add(width) {
            for y in at("y")..at("y").saturating_add(height) {
                let other = *taken.entry((x, y)).or_insert(number);
                if other != number && !pairs.contains(&(other, number)) {
                    pairs.push((other, number));
                }
            }
        }
    }
    pairs.into_iter().map(|(one, other)| format!("widget {other}: it lies over widget {one}")).collect()
}
