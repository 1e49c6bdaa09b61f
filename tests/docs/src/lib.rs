#![doc = include_str!("../README.md")]

mod attack;
mod catalogue;
mod correlation;
mod cost;
mod dashboard;
mod folder;
mod index;
mod metrics;
mod page;
mod runbook;
mod source;
mod tuning;
mod words;
mod wrap;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

pub use attack::{TECHNIQUES, Technique, technique};
pub use catalogue::{Cases, Catalogue, Documents, Entry};
pub use correlation::{kind, lower_bound};
pub use folder::{compare, put, stale, write};
pub use runbook::{anchors, complaints};
pub use tuning::snippet;

/// Every page of `docs/rules`, by its file name.
pub fn pages(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = catalogue
        .entries
        .iter()
        .map(|entry| (format!("{}.md", entry.id()), page::page(entry, &catalogue.documents)))
        .collect();
    pages.insert("README.md".to_owned(), index::index(catalogue));
    pages.insert("attack.md".to_owned(), attack::table(catalogue));
    pages
}

/// The other files that are made, by their path from the project's root.
///
/// # Errors
///
/// When what they are made from cannot be read.
pub fn files(root: &Path, catalogue: &Catalogue) -> Result<BTreeMap<&'static str, String>> {
    let mut files = BTreeMap::new();
    files.insert("docs/metrics.md", metrics::page(root, catalogue.entries.len())?);
    files.insert("docs/dashboard.svg", dashboard::dashboard_picture()?);
    files.insert("docs/cost.md", cost::page(catalogue.entries.len())?);
    files.insert("docs/examples/prices.yaml", cost::prices());
    Ok(files)
}
