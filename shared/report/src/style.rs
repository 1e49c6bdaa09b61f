//! The one style sheet, and the hash by which the browser knows it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// All that the page looks like. Nothing in it is loaded from anywhere.
pub(crate) const SHEET: &str = concat!(
    include_str!("style/palette.css"),
    include_str!("style/page.css"),
    include_str!("style/tables.css"),
    include_str!("style/charts.css"),
    include_str!("style/finding.css"),
    include_str!("style/print.css"),
);

/// A hash as a content security policy names it: `sha256-…` (Content Security Policy Level 3, *hash-source*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hash(String);

impl Hash {
    /// The hash of a style sheet.
    pub(crate) fn of(sheet: &str) -> Self {
        Self(format!("sha256-{}", STANDARD.encode(Sha256::digest(sheet))))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
