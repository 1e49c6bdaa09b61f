//! `portcullis rules new`: a rule of one's own to start from, with cases.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::load;
use crate::output::say;

/// What to call it, and of which kind it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Its permanent id, in kebab case: `secret-read-at-night`
    name: String,
    /// A rule that counts records over time, instead of one about a single record
    #[arg(long)]
    correlation: bool,
}

const RULE: [&str; 2] = [include_str!("templates/rule.yml"), include_str!("templates/rule.events.json")];
const CORRELATION: [&str; 2] =
    [include_str!("templates/correlation.yml"), include_str!("templates/correlation.events.json")];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let name = &arguments.name;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !name.split('-').all(is_word) {
        bail!("`{name}` is not kebab case: lower-case letters, digits and single hyphens, `secret-read-at-night`");
    }
    let known = load::rules(&[])?.set;
    for id in [name, &format!("{name}-base")] {
        if let Some(taken) = known.rule(id).or_else(|| known.detection(id)) {
            bail!("`{id}` is the name of the built-in rule in {}; choose another", taken.file);
        }
    }
    let [rule, cases] = if arguments.correlation { CORRELATION } else { RULE };
    let files = [(format!("{name}.yml"), rule), (format!("{name}.events.json"), cases)];
    // Neither is written when one of them cannot be.
    if let Some((taken, _)) = files.iter().find(|(path, _)| Path::new(path).exists()) {
        bail!("`{taken}` is there already; choose another name, or remove it first");
    }
    for (path, template) in &files {
        write(path, &template.replace("RULE-NAME", name))?;
        say!("wrote {path}");
    }
    say!("change what its comments say, then: portcullis rules test {name}");
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file; never over one that somebody has made in the meantime.
fn write(path: &str, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("cannot write `{path}`"))
}
