//! Colours, the same on the dashboard and in its picture. Those of categories are told apart by people who see few colours
//! (Okabe and Ito, *Color Universal Design*).

/// What was allowed, was done, is well.
pub(super) const GOOD: &str = "#0072b2";
/// What was refused to somebody.
pub(super) const DENIED: &str = "#d55e00";
/// What failed.
pub(super) const FAILED: &str = "#cc79a7";
/// What is only noted.
pub(super) const QUIET: &str = "#8c8c8c";
/// What goes well.
pub(super) const WELL: &str = "#009e73";
/// Severities, from the mildest.
pub(super) const SEVERITIES: [&str; 5] = ["#b5b5b5", "#7fb3d5", "#e69f00", "#d55e00", "#8f1d1d"];
/// Whatever else there is, one after the other.
pub(super) const CATEGORIES: [&str; 10] =
    ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a5195", "#8c8c3e", "#555555", "#a0522d"];
