//! `portcullis check`: every problem of settings and rules at once.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use portcullis_settings::Mode;

use crate::load;
use crate::output::say;

/// What to check.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 no problem; 1 problems, all printed; 2 a file could not be read.")]
pub(crate) struct Arguments {
    /// The settings file [default: portcullis.yaml in the current folder]
    settings: Option<PathBuf>,
    /// A rule file, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut problems = 0;
    match load::settings(arguments.settings.as_deref())? {
        None => say!("settings: no {}; a deployment without one only observes", load::SETTINGS),
        Some(file) => match &file.settings {
            Ok(settings) => {
                let (assets, protected) = (settings.assets.len(), settings.protected.len());
                say!(
                    "settings: {}: mode {}, assets {assets}, protected patterns {protected}",
                    file.path.display(),
                    settings.mode
                );
                for entry in settings.assets.iter().filter(|entry| entry.authorized.is_none()) {
                    say!(
                        "  note: line {}: `{}` has no `authorized`, so nobody can be told to be unauthorized",
                        entry.line,
                        entry.name
                    );
                }
                if settings.mode == Mode::Observe {
                    say!("  note: mode observe: findings are recorded, nobody is paged, nothing is touched");
                }
            }
            Err(found) => {
                problems += found.iter().count();
                say!("{}", found.render(&file.path.display().to_string(), &file.text).trim_end());
                say!();
            }
        },
    }
    let rules = load::rules(&arguments.rules)?;
    say!("rules: {} loaded", rules.rules().count());
    for problem in rules.problems() {
        problems += 1;
        say!("{problem}");
    }
    if problems == 0 {
        say!("ok");
        return Ok(ExitCode::SUCCESS);
    }
    say!("{problems} {}", if problems == 1 { "problem" } else { "problems" });
    Ok(ExitCode::FAILURE)
}
