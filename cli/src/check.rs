//! `portcullis check`: every problem of settings and rules at once.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use portcullis_settings::Mode;

use crate::load;

/// What to check.
#[derive(Debug, clap::Args)]
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
        None => println!("settings: no {}; a deployment without one only observes", load::SETTINGS),
        Some(file) => match &file.settings {
            Ok(settings) => {
                let (assets, protected) = (settings.assets.len(), settings.protected.len());
                println!(
                    "settings: {}: mode {}, assets {assets}, protected patterns {protected}",
                    file.path.display(),
                    settings.mode
                );
                for entry in settings.assets.iter().filter(|entry| entry.authorized.is_none()) {
                    println!(
                        "  note: line {}: `{}` has no `authorized`, so nobody can be told to be unauthorized",
                        entry.line, entry.name
                    );
                }
                if settings.mode == Mode::Observe {
                    println!("  note: mode observe: findings are recorded, nobody is paged, nothing is touched");
                }
            }
            Err(found) => {
                problems += found.iter().count();
                println!("{}", found.render(&file.path.display().to_string(), &file.text).trim_end());
                println!();
            }
        },
    }
    let rules = load::rules(&arguments.rules)?;
    println!("rules: {} loaded", rules.rules().count());
    for problem in rules.problems() {
        problems += 1;
        println!("{problem}");
    }
    if problems == 0 {
        println!("ok");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{problems} {}", if problems == 1 { "problem" } else { "problems" });
    Ok(ExitCode::FAILURE)
}
