#![doc = include_str!("../README.md")]

mod browser;
mod evaluate;
mod python;
mod shell;
mod throughput;

use anyhow::Result;
use clap::{Parser, Subcommand};
use shell::{built, cargo, have_cargo_command, root, say, target};

/// The functions' packages.
const FUNCTIONS: [&str; 5] =
    ["portcullis-detect", "portcullis-respond", "portcullis-release", "portcullis-pagerduty", "portcullis-alarms"];

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play an attack on an emulated AWS and narrate what is seen.
    Demo {
        /// Leave the emulator running for a look around.
        #[arg(long)]
        keep: bool,
    },
    /// Formatting, clippy, template checks, unit tests, rule tests and end-to-end scenarios.
    Test,
    /// Print sizes, init times and peak memory of the release binaries, and how fast a replay is.
    Bench {
        #[command(subcommand)]
        what: Option<Bench>,
    },
    /// Start the emulator alone; ends with Ctrl-C.
    Emulator,
    /// Write the parts of docs/ that follow from the code (rules, metrics, cost, the picture of the dashboard), and compare
    /// docs/runbook.md with the rules.
    Docs {
        /// Write nothing; say what is missing, stale or left over.
        #[arg(long)]
        check: bool,
    },
    /// Score the built-in rules on labelled records: --data DIR, or $PORTCULLIS_CORPUS; --help tells more.
    #[command(disable_help_flag = true)]
    Evaluate {
        /// Handed on as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Print what steady traffic costs in writes to DynamoDB.
    Cost,
    /// Print how long an intruder may go on, from the event to the first denied call, on the emulator.
    Contain {
        /// How many intruders.
        #[arg(long, default_value_t = 200)]
        runs: u32,
        /// Debug binaries, which are built sooner and say less.
        #[arg(long)]
        debug: bool,
    },
    /// Print how fast a replay is, and in how little memory: against decompression, parsing and rsigma.
    Replay(throughput::Arguments),
}

fn main() -> Result<()> {
    match Xtask::parse().command {
        Command::Demo { keep } => demo(keep),
        Command::Test => test(),
        Command::Bench { what: None } => bench(),
        Command::Bench { what: Some(Bench::Replay(arguments)) } => throughput::replay(&arguments),
        Command::Bench { what: Some(Bench::Cost) } => cost(),
        Command::Bench { what: Some(Bench::Contain { runs, debug }) } => contain(runs, debug),
        Command::Emulator => emulator(),
        Command::Docs { check } => docs(check),
        Command::Evaluate { arguments } => evaluate::evaluate(&arguments),
    }
}

fn demo(keep: bool) -> Result<()> {
    python::environment()?;
    say("building the functions, the command and the demo");
    cargo(&["build", "--workspace", "--bins"]).run()?;
    built("demo", if keep { &["--keep"] } else { &[] }).run()
}

/// Fast failures first; the test runner last, so that its summary is the last thing printed.
fn test() -> Result<()> {
    say("formatting");
    cargo(&["fmt", "--all", "--check"]).run()?;
    say("clippy");
    cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]).run()?;
    let python = python::environment()?;
    say("template: cfn-lint");
    python.tool("cfn-lint", &["infra/template.yaml", "infra/member.yaml", "infra/forward-global-events.yaml"]).run()?;
    say("template: least privilege");
    python.run(&["-m", "unittest", "discover", "-s", "infra/tests"]).run()?;
    say("emulator: each addition");
    python.run(&["-m", "unittest", "discover", "-s", "tests/emulator/tests", "-t", "tests/emulator"]).run()?;
    say("dependencies");
    if have_cargo_command("deny") {
        // The advisories need a database from the network; licences, sources and bans do not.
        cargo(&["deny", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]).run()?;
    } else {
        println!("skipped: `cargo install cargo-deny` checks licences, sources and who may depend on whom");
    }
    say("functions, command and tests");
    // All in one go: built apart, the AWS SDK would be compiled twice, with and without its test features.
    cargo(&["build", "--workspace", "--all-targets"]).run()?;
    say("unit tests, rule tests, acceptance and end-to-end scenarios");
    let runner: &[&str] = if have_cargo_command("nextest") {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        println!("`cargo install cargo-nextest` runs these in parallel; going on with `cargo test`");
        &["test", "--workspace", "--no-fail-fast"]
    };
    let mut run = cargo(runner).env("PORTCULLIS_REQUIRE_EMULATOR", "1");
    // Real records, where a checkout of them lies beside this one.
    let corpus = root().join("../shared/data/cloudtrail");
    if corpus.is_dir() {
        run = run.env("PORTCULLIS_CORPUS", &corpus.display().to_string());
    }
    if browser::is_there() {
        run = run.env("PORTCULLIS_REQUIRE_BROWSER", "1");
    }
    run.run()
}

fn bench() -> Result<()> {
    python::environment()?;
    release_binaries()?;
    cargo(&["build", "--workspace", "--bins"]).run()?;
    built("bench", &[]).run()?;
    throughput::replay(&throughput::Arguments::default())
}

/// The functions as they are deployed. All of them: a deployment takes the code of each.
fn release_binaries() -> Result<()> {
    say("building release binaries");
    let functions = FUNCTIONS.map(|function| ["--package", function]);
    cargo(&[&["build", "--release", "--bins"], functions.as_flattened()].concat()).run()
}

fn contain(runs: u32, debug: bool) -> Result<()> {
    python::environment()?;
    if !debug {
        release_binaries()?;
    }
    say("building what plays the intruder");
    cargo(&["build", "--workspace", "--bins"]).run()?;
    let folder = target().join(if debug { "debug" } else { "release" }).display().to_string();
    built("contain", &["--runs", &runs.to_string(), &folder]).run()
}

fn cost() -> Result<()> {
    say("building the built-in rules and what they cost");
    cargo(&["run", "--quiet", "--release", "-p", "portcullis-acceptance", "--bin", "cost"]).run()
}

fn emulator() -> Result<()> {
    python::environment()?.run(&["tests/emulator/launch.py"]).run()
}

fn docs(check: bool) -> Result<()> {
    let run: &[&str] = &["run", "--quiet", "--package", "portcullis-docs", "--bin", "docs", "--"];
    cargo(&[run, if check { &["--check"] } else { &[] }].concat()).run()
}
