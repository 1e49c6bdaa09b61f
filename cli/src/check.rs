//! `portcullis check`: every problem of settings and rules at once.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use portcullis_detection::{Context, Pipeline, RuleSet};
use portcullis_settings::{AssetEntry, Inventory, Mode, Problem, RuleName, Settings};

use crate::load::{self, Rules, SettingsFile, nearest};
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
    let file = load::settings(arguments.settings.as_deref())?;
    let Rules { set, .. } = load::rules(&arguments.rules)?;
    let mut problems = 0;
    let mut settings = Settings::default();
    match &file {
        None => say!("settings: no {}; a deployment without one only observes", load::SETTINGS),
        Some(file) => match &file.settings {
            Ok(sound) => {
                problems += of_settings(file, sound, &set);
                settings = sound.clone();
            }
            Err(found) => {
                problems += found.iter().count();
                say!("{}", found.render(&file.path.display().to_string(), &file.text).trim_end());
                say!();
            }
        },
    }
    let own = set.problems().len();
    let pipeline = Pipeline::new(set, settings, Inventory::default(), Context::default());
    say!("rules: {} loaded", pipeline.rules.rules().count());
    for (index, problem) in pipeline.rules.problems().iter().enumerate() {
        problems += 1;
        // What the settings ask of a rule stands in the settings.
        match file.as_ref().filter(|_| index >= own) {
            Some(file) => say!("{}:{}: {}", file.path.display(), problem.line, problem.message),
            None => say!("{problem}"),
        }
    }
    for doubt in pipeline.rules.doubts() {
        problems += 1;
        say!("{doubt}");
    }
    if problems == 0 {
        say!("ok");
        return Ok(ExitCode::SUCCESS);
    }
    say!("{problems} {}", if problems == 1 { "problem" } else { "problems" });
    Ok(ExitCode::FAILURE)
}

/// What a sound file says, and what in it comes to nothing; answers with the number of problems.
fn of_settings(file: &SettingsFile, settings: &Settings, rules: &RuleSet) -> usize {
    let (assets, protected) = (settings.assets.len(), settings.protected.len());
    let path = file.path.display().to_string();
    say!("settings: {path}: mode {}, assets {assets}, protected patterns {protected}", settings.mode);
    // Nobody has any business with a decoy, so there is nobody to name.
    let says_nobody = |entry: &&AssetEntry| entry.authorized.is_none() && !entry.decoy;
    for entry in settings.assets.iter().filter(says_nobody) {
        say!(
            "  note: line {}: `{}` has no `authorized`, so nobody can be told to be unauthorized",
            entry.line,
            entry.name
        );
    }
    if settings.mode == Mode::Observe {
        say!("  note: mode observe: findings are recorded, nobody is paged, nothing is touched");
    }
    let now = Timestamp::now();
    let (ending, ended): (Vec<String>, Vec<String>) = {
        let holds = |notice: &String| {
            let of = |line: usize| notice.starts_with(&format!("line {line}: "));
            settings.exemptions.iter().any(|entry| of(entry.line) && entry.holds(now))
        };
        settings.expired(now).into_iter().partition(holds)
    };
    for notice in ending {
        say!("  note: {notice}");
    }
    for notice in &ended {
        // Its line stands where those of other problems do.
        match notice.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
            Some((line, ended)) => say!("{path}:{line}: {ended}"),
            None => say!("{path}: {notice}"),
        }
    }
    let unknown: Vec<Problem> = settings
        .rule_names()
        .filter(|name| rules.rule(&name.id).is_none())
        .map(|name| no_rule(name, file, rules))
        .collect();
    for problem in &unknown {
        say!("{}", problem.render(&path, &file.text));
    }
    ended.len() + unknown.len()
}

/// An exemption or an override of nothing.
fn no_rule(name: &RuleName, file: &SettingsFile, rules: &RuleSet) -> Problem {
    let RuleName { id, line } = name;
    let text = file.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let before = text.find(id.as_str()).and_then(|at| text.get(..at)).unwrap_or_default();
    let help = if rules.detection(id).is_some() {
        Some("it is a base rule, which makes no findings; name the correlation that counts what it matches".to_owned())
    } else {
        let meant = nearest(id, rules.rules().map(|rule| rule.reference.id.as_str()));
        let list = "`portcullis rules list` names them all; those of your own are known with --rules PATH";
        Some(meant.map_or_else(|| list.to_owned(), |meant| format!("did you mean `{meant}`?")))
    };
    Problem {
        line: *line,
        column: before.chars().count() + 1,
        path: String::new(),
        message: format!("no rule is called `{id}`, so this changes nothing"),
        help,
    }
}
