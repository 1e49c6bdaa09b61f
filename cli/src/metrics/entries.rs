//! The watched entries: one by its name, and all of them in the order in which they deserve a look.

use std::cmp::Ordering;

use anyhow::{Result, bail};
use portcullis_domain::Tier;
use portcullis_metrics::{Metric, Watched};

use super::view::{BY_CHANCE, Pair, View};
use crate::load::nearest;

/// A watched entry and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What the settings call it.
    pub(crate) name: String,
    /// The value of its dimension `Asset`.
    pub(crate) asset: String,
    /// Its tier.
    pub(crate) tier: Tier,
    /// Uses and changes of its keys and secrets.
    pub(crate) uses: Pair,
    /// Denied calls on them.
    pub(crate) denied: Pair,
}

impl Row {
    /// Of one entry.
    pub(crate) fn of(view: &View, asset: &str, watched: &Watched) -> Self {
        let dimensions = [("Asset", asset)];
        Self {
            name: watched.name.clone(),
            asset: asset.to_owned(),
            tier: watched.tier,
            uses: view.pair(Metric::ASSET_ACCESSES, &dimensions),
            denied: view.pair(Metric::ASSET_DENIED, &dimensions),
        }
    }
}

/// All of them. First those that somebody was denied, then those whose use rose most, the more important first.
pub(crate) fn rows(view: &View) -> Vec<Row> {
    let mut rows: Vec<Row> = view.set.watched.iter().map(|(asset, watched)| Row::of(view, asset, watched)).collect();
    let comparable = view.is_comparable();
    rows.sort_by(|a, b| by_need(a, b, comparable));
    rows
}

fn by_need(a: &Row, b: &Row, comparable: bool) -> Ordering {
    let denied = |row: &Row| row.denied.this.unwrap_or_default();
    // What chance alone would do is no reason.
    let risen = |row: &Row| Some(row.uses.rise(comparable)).filter(|rise| *rise >= BY_CHANCE).unwrap_or_default();
    let least = |row: &Row| ((denied(row) > 0.0), if denied(row) > 0.0 { Some(row.tier) } else { None });
    least(b)
        .cmp(&least(a))
        .then_with(|| denied(b).total_cmp(&denied(a)))
        .then_with(|| risen(b).total_cmp(&risen(a)))
        .then_with(|| b.tier.cmp(&a.tier))
        .then_with(|| b.uses.this.unwrap_or_default().total_cmp(&a.uses.this.unwrap_or_default()))
        .then_with(|| a.name.cmp(&b.name))
}

/// The entry that `word` names: its whole name, or a part of it that no other has; capitals make no difference.
/// `unwatched` are the names of entries that have no metrics of their own.
pub(crate) fn find(view: &View, word: &str, unwatched: &[String]) -> Result<(String, Watched)> {
    let watched = &view.set.watched;
    let lower = word.to_lowercase();
    let named: Vec<_> = watched.iter().filter(|(asset, entry)| entry.name == word || *asset == word).collect();
    let alike: Vec<_> = watched.iter().filter(|(_, entry)| entry.name.to_lowercase() == lower).collect();
    let parts: Vec<_> = watched.iter().filter(|(_, entry)| entry.name.to_lowercase().contains(&lower)).collect();
    if let Some((asset, entry)) = [&named, &alike, &parts].into_iter().find_map(|some| match some.as_slice() {
        [one] => Some(*one),
        _ => None,
    }) {
        return Ok((asset.clone(), entry.clone()));
    }
    let list = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if !parts.is_empty() {
        bail!("`{word}` may be {}", list(parts.iter().map(|(_, entry)| entry.name.as_str()).collect()));
    }
    if unwatched.iter().any(|name| name == word) {
        bail!("`{word}` has no metrics of its own: only entries of the tiers critical and sensitive have");
    }
    let names: Vec<&str> = watched.values().map(|entry| entry.name.as_str()).collect();
    let help = match nearest(word, names.iter().copied()) {
        _ if names.is_empty() => "there is none that is critical or sensitive".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", list(names)),
    };
    bail!("no watched entry of the settings is called `{word}`\nhelp: {help}")
}
