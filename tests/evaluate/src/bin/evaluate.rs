//! Scores the built-in rules on the labelled records of a folder.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use portcullis_evaluate::{Engine, Report, Source, Views, evaluate, folders, load, noise};
use portcullis_settings::{Settings, parse};

/// Scores the built-in rules on the labelled records of a folder.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask evaluate",
    after_help = "Exit status: 0 every miss has its reason, or there is no data; 1 some miss has none; 2 nothing was scored."
)]
struct Arguments {
    /// The folder of sources, or one source: records.jsonl, records.meta.jsonl, labels.json
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_CORPUS")]
    data: Option<PathBuf>,
    /// Judge the records under these settings [default: those of a fresh install]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
    Markdown,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("evaluate: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Some(data) = &arguments.data else {
        say(
            "No data is there: neither --data nor PORTCULLIS_CORPUS names a folder of labelled records. Nothing was scored.",
        )?;
        return Ok(ExitCode::SUCCESS);
    };
    let folders = folders(data).with_context(|| format!("cannot list the folder of data `{}`", data.display()))?;
    if folders.is_empty() {
        bail!("no folder in `{}` holds a records.jsonl; name the folder that holds the sources", data.display());
    }
    let (settings, told) = settings(arguments)?;
    let engine = Engine::new(settings);
    let judged = |folder: &PathBuf| {
        let source = load(folder);
        let views = engine.views(&source);
        (source, views)
    };
    let sources: Vec<(Source, Views)> = folders.iter().map(judged).collect();
    let (evaluation, noise) = (evaluate(&sources), noise(&sources));
    let mut report = Report { loaded: engine.loaded(), settings: told, evaluation, noise };
    report.evaluation.problems.splice(0..0, engine.problems());
    say(&match arguments.format {
        Format::Table => report.table(),
        Format::Json => report.json()?,
        Format::Markdown => report.markdown(),
    })?;
    let unexplained = report.evaluation.unexplained().count();
    Ok(if unexplained == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settings(arguments: &Arguments) -> Result<(Settings, String)> {
    let Some(path) = &arguments.settings else {
        return Ok((
            Settings::default(),
            "under the settings of a fresh install: nothing classified, nobody authorized".to_owned(),
        ));
    };
    let text = fs::read_to_string(path).with_context(|| format!("cannot read settings `{}`", path.display()))?;
    match parse(&text) {
        Ok(settings) => Ok((settings, format!("under the settings of `{}`", path.display()))),
        Err(problems) => bail!("the settings have problems:\n{}", problems.render(&path.display().to_string(), &text)),
    }
}

/// Prints; a reader that has gone away has seen enough.
fn say(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
