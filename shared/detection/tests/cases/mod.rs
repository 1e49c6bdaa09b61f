//! The built-in rules with the cases beside them: read from disk, judged one rule at a time.

mod judge;
mod rule;

pub(crate) use judge::Judge;
pub(crate) use portcullis_cases::Cases;
pub(crate) use rule::{Pack, Rule, documents};

/// Names one rule to look at, so that its author need not wait for the others.
pub(crate) const ONE_RULE: &str = "PORTCULLIS_RULE";

/// Fails with everything that is wrong, not the first of it.
pub(crate) fn no_failures(what: &str, failures: &[String]) {
    let list: String = failures.iter().map(|failure| format!("\n  {failure}")).collect();
    assert!(failures.is_empty(), "{what}: {} to mend{list}\n", failures.len());
}
