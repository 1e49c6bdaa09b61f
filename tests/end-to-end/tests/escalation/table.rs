//! Calls of one principal and what came of them.

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use portcullis_end_to_end::outcome::Outcome;

/// Calls of one principal and what came of them.
#[derive(Default)]
pub(crate) struct Table(Vec<(String, Outcome)>);

impl Table {
    pub(crate) fn add(&mut self, name: &str, outcome: Outcome) {
        let outcome = match outcome {
            // The word of SNS for it (SNS API Reference, "Common Errors").
            Outcome::Failed(text) if text.starts_with("AuthorizationError: ") => Outcome::Denied(text),
            other => other,
        };
        self.0.push((name.to_owned(), outcome));
    }

    pub(crate) fn call<T, E, R>(&mut self, name: &str, answer: Result<T, SdkError<E, R>>)
    where
        E: ProvideErrorMetadata + std::fmt::Debug,
        R: std::fmt::Debug,
    {
        self.add(name, Outcome::of(answer));
    }

    /// Everything but the calls named in `allowed` was refused by IAM, and those went through.
    pub(crate) fn assert_allowed_only(&self, allowed: &[&str]) {
        let is_wrong = |(name, outcome): &&(String, Outcome)| {
            if allowed.contains(&name.as_str()) { *outcome != Outcome::Allowed } else { !outcome.is_denied() }
        };
        let wrong: Vec<_> = self.0.iter().filter(is_wrong).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for name in allowed {
            assert!(self.0.iter().any(|(called, _)| called == name), "{name} was not tried");
        }
    }
}
