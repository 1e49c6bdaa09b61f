//! The real `portcullis` command, run by a principal.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::aws::Aws;
use crate::paths;

/// What a command printed and how it ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The command line, for people.
    pub line: String,
    /// The exit code; absent when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// The same, unless it ended with another code than 0.
    ///
    /// # Errors
    ///
    /// With everything that it printed.
    pub fn success(self) -> Result<Self> {
        ensure!(self.code == Some(0), "`{}` ended with {:?}\n{}{}", self.line, self.code, self.stdout, self.stderr);
        Ok(self)
    }
}

/// Runs `portcullis` with `arguments` as `who`, in an environment that has nothing else of AWS.
///
/// # Errors
///
/// When the binary is not there or does not start.
pub async fn portcullis(who: &Aws, arguments: &[&str]) -> Result<Ran> {
    let binary = paths::binary(&paths::debug_binaries(), "portcullis")?;
    let mut command = Command::new(binary);
    command.args(arguments);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.envs(who.environment());
    let output = tokio::task::spawn_blocking(move || command.output()).await?.context("failed to run portcullis")?;
    Ok(Ran {
        line: arguments.iter().fold("portcullis".to_owned(), |line, word| {
            if word.contains(' ') { format!("{line} \"{word}\"") } else { format!("{line} {word}") }
        }),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The arguments of the command on a page, with `reason` in place of the dots that the page leaves for it.
///
/// # Errors
///
/// When the line is not a `portcullis` command with a place for the reason.
pub fn arguments<'p>(line: &'p str, reason: &'p str) -> Result<Vec<&'p str>> {
    let mut words = line.split_whitespace();
    ensure!(words.next() == Some("portcullis"), "not a portcullis command: `{line}`");
    let words: Vec<&str> = words.map(|word| if word == "\"...\"" { reason } else { word }).collect();
    ensure!(words.contains(&reason), "the command leaves no place for the reason: `{line}`");
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_takes_the_place_of_the_dots() {
        let line = "portcullis release arn:aws:iam::111122223333:role/a --stack s --reason \"...\"";
        let words = arguments(line, "a known job").unwrap();
        assert_eq!(words[..2], ["release", "arn:aws:iam::111122223333:role/a"]);
        assert_eq!(words[4..], ["--reason", "a known job"]);
        assert!(arguments("rm -rf /", "x").is_err());
        assert!(arguments("portcullis status", "x").is_err());
    }
}
