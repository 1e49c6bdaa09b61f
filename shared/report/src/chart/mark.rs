//! Marks for severities: each has a form of its own, so that none is told by its color alone.

use portcullis_domain::Severity;

use crate::chart::{Area, bar};
use crate::html::Page;

/// The same form as a character, before the word.
pub(crate) const fn symbol(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "◆",
        Severity::High => "▲",
        Severity::Medium => "■",
        Severity::Low => "●",
        Severity::Informational => "○",
    }
}

/// The class that gives it its color.
pub(crate) const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "mark critical",
        Severity::High => "mark high",
        Severity::Medium => "mark medium",
        Severity::Low => "mark low",
        Severity::Informational => "mark informational",
    }
}

/// Draws the mark around a place.
pub(crate) fn mark(page: &mut Page, severity: Severity, (x, y): (f64, f64), size: f64) {
    let class = class(severity);
    match severity {
        Severity::Critical => {
            let points = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)];
            page.tag("polygon").class(class).points(&points).void();
        }
        Severity::High => {
            let points = [(x, y - size), (x + size, y + size * 0.8), (x - size, y + size * 0.8)];
            page.tag("polygon").class(class).points(&points).void();
        }
        Severity::Medium => {
            let side = size * 0.8;
            bar(page, class, Area { x: x - side, y: y - side, width: 2.0 * side, height: 2.0 * side });
        }
        Severity::Low | Severity::Informational => {
            let circle = page.tag("circle").class(class).number("cx", x).number("cy", y);
            circle.number("r", size * 0.8).void();
        }
    }
}
