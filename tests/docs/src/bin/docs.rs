//! Writes the pages of rules and metrics, or says which are not as they should be.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use portcullis_docs::{Catalogue, compare, complaints, files, pages, put, stale, write};

/// Writes docs/rules from the built-in rules and docs/metrics.md from the catalogue of metrics, and compares docs/runbook.md with the
/// rules.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask docs",
    after_help = "Exit status: 0 all is as it should be; 1 a page or a section of the runbook is not; 2 something cannot be read."
)]
struct Arguments {
    /// Write nothing; say what is missing, stale or left over
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            for complaint in wrong {
                println!("{complaint}");
            }
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("docs: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What is not as it should be.
fn run(arguments: &Arguments) -> Result<Vec<String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("the crate lies two folders below the project's root")?;
    let catalogue = Catalogue::read(root)?;
    let runbook = fs::read_to_string(root.join("docs/runbook.md")).context("docs/runbook.md")?;
    let mut wrong = complaints(&catalogue, &runbook);
    let (folder, pages) = (root.join("docs/rules"), pages(&catalogue));
    let files = files(root, &catalogue)?;
    if arguments.check {
        let mut lagging: Vec<String> =
            compare(&folder, &pages)?.into_iter().map(|page| format!("docs/rules/{page}")).collect();
        lagging.extend(stale(root, &files));
        let help = (!lagging.is_empty()).then(|| "run `cargo xtask docs`".to_owned());
        wrong.extend(lagging.into_iter().chain(help));
    } else {
        let (written, removed) = write(&folder, &pages)?;
        println!("docs/rules: {} pages, {written} written, {removed} removed", pages.len());
        println!("docs: {} other files, {} written", files.len(), put(root, &files)?);
    }
    Ok(wrong)
}
