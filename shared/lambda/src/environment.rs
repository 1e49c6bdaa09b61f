//! A function's environment, read once at start-up; every bad variable is reported at once.

use std::fmt::Display;
use std::str::FromStr;

use tracing_subscriber::EnvFilter;

/// Environment variables, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Environment {
    problems: Vec<String>,
}

/// The environment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's environment is wrong: {}", .0.join("; "))]
pub struct EnvironmentError(Vec<String>);

impl Environment {
    /// A variable that must be there. When it is missing or wrong, the problem is kept and nothing is returned;
    /// [`Environment::finish`] reports it.
    pub fn required<T>(&mut self, name: &str, expected: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let value = self.optional(name, expected);
        if value.is_none() && read(name).is_none() {
            self.problems.push(format!("`{name}` is not set: expected {expected}"));
        }
        value
    }

    /// A variable that may be missing or empty.
    pub fn optional<T>(&mut self, name: &str, expected: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = read(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("`{name}` is `{text}`: expected {expected}: {error}"));
                None
            }
        }
    }

    /// A list separated by commas; empty when missing.
    pub fn list<T>(&mut self, name: &str, expected: &str) -> Vec<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = read(name).unwrap_or_default();
        let mut values = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse() {
                Ok(value) => values.push(value),
                Err(error) => self.problems.push(format!("`{name}` holds `{part}`: expected {expected}: {error}")),
            }
        }
        values
    }

    /// Reports every problem at once.
    ///
    /// # Errors
    ///
    /// When there was any.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, EnvironmentError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(EnvironmentError(self.problems)),
        }
    }
}

fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Starts structured logs on standard output, from where Lambda takes them. `PORTCULLIS_LOG` chooses the level,
/// `info` by default.
pub fn start_logging() {
    let filter = EnvFilter::try_from_env("PORTCULLIS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_env_filter(filter).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_at_once() {
        let mut environment = Environment::default();
        let a: Option<u16> = environment.required("PORTCULLIS_TEST_MISSING_A", "a port");
        let b: Option<u16> = environment.required("PORTCULLIS_TEST_MISSING_B", "another port");
        let both = a.zip(b);
        insta::assert_snapshot!(environment.finish(both).unwrap_err(), @"the function's environment is wrong: `PORTCULLIS_TEST_MISSING_A` is not set: expected a port; `PORTCULLIS_TEST_MISSING_B` is not set: expected another port");
    }
}
