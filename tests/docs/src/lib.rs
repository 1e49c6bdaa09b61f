#![doc = include_str!("../README.md")]

mod attack;
mod catalogue;
mod correlation;
mod folder;
mod index;
mod page;
mod runbook;
mod source;
mod tuning;
mod words;
mod wrap;

use std::collections::BTreeMap;

pub use attack::{TECHNIQUES, Technique, technique};
pub use catalogue::{Cases, Catalogue, Documents, Entry};
pub use correlation::{kind, lower_bound};
pub use folder::{compare, write};
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
