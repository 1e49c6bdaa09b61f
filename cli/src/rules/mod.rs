//! `portcullis rules`: what the rules are, why one fired or did not, and rules of one's own.

mod explain;
mod list;
mod new;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use explain::print_fired;

/// What to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every rule that makes findings, with what the settings change about it.
    List(list::Arguments),
    /// Why a rule matches a record or does not, field by field.
    Explain(explain::Arguments),
    /// Judge the cases that lie beside rules of your own, in memory.
    Test(test::Arguments),
    /// Start a rule of your own, with cases, in the current folder.
    New(new::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::New(arguments) => new::run(arguments),
    }
}
