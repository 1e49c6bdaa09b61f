//! Words that come again and again: severities, outcomes, decisions.

use portcullis_domain::{Outcome, Severity};

use crate::chart::symbol;
use crate::html::Page;

/// A severity: its mark, its word and its color, so that none of them is needed.
pub(crate) fn severity(page: &mut Page, severity: Severity) {
    let class = match severity {
        Severity::Critical => "severity critical",
        Severity::High => "severity high",
        Severity::Medium => "severity medium",
        Severity::Low => "severity low",
        Severity::Informational => "severity informational",
    };
    page.tag("span").class(class).holds(|page| {
        page.tag("span").set("aria-hidden", "true").text(symbol(severity));
        page.text(format_args!("\u{a0}{severity}"));
    });
}

/// What came of a call.
pub(crate) fn outcome(page: &mut Page, outcome: Outcome) {
    let class = match outcome {
        Outcome::Success => "outcome success",
        Outcome::Denied => "outcome denied",
        Outcome::Failed => "outcome failed",
    };
    page.tag("span").class(class).text(outcome);
}

/// A value as a log has it: names, user agents, hashes. May be long, and break anywhere.
pub(crate) fn raw(page: &mut Page, value: impl std::fmt::Display) {
    page.tag("span").class("raw").text(value);
}

/// A word for the eye, and another for whoever has it read out.
pub(crate) fn sign(page: &mut Page, seen: &'static str, heard: &'static str) {
    page.tag("span").set("aria-hidden", "true").text(seen);
    page.tag("span").class("heard").text(heard);
}
