//! `portcullis simulate`: realistic logs, made from a seed.

mod write;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_simulate::{Attack, Scenario, Simulation};

use crate::load::SETTINGS;
use crate::output::{json, say};

/// What was done to the organisation, beside its logs.
const TRUTH: &str = "truth.json";

/// What to make.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The same arguments make the same logs, wherever. Replay them with\n  portcullis replay FOLDER --settings FOLDER/portcullis.yaml"
)]
pub(crate) struct Arguments {
    /// The folder to write to; it must not exist, or be empty
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The number that all of it is made from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many records there are, those delivered twice among them
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    records: u64,
    /// How many days they reach
    #[arg(long, value_name = "N", default_value_t = 14)]
    days: u32,
    /// The first day, in UTC
    #[arg(long, value_name = "DATE", default_value = "2026-01-05")]
    start: Date,
    /// How many accounts the organisation has
    #[arg(long, value_name = "N", default_value_t = 3)]
    accounts: u32,
    /// How many of a hundred records are about keys and secrets
    #[arg(long, value_name = "PERCENT", default_value_t = 8)]
    relevant: u8,
    /// What is done to the organisation: all, none, or the names of attacks
    #[arg(long, value_name = "all|none|NAME,...", default_value = "all", value_parser = attacks)]
    attacks: Attacks,
}

#[derive(Clone, Debug)]
struct Attacks(Vec<Attack>);

fn attacks(word: &str) -> Result<Attacks, String> {
    match word {
        "all" => Ok(Attacks(Attack::ALL.to_vec())),
        "none" => Ok(Attacks(Vec::new())),
        names => {
            let found: Result<Vec<Attack>, _> = names.split(',').map(|name| name.trim().parse()).collect();
            found.map(Attacks).map_err(|error| {
                let names: Vec<&str> = Attack::ALL.iter().map(|attack| attack.as_str()).collect();
                format!("{error}; there are all, none, {}", names.join(", "))
            })
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { folder, seed, records, days, start, accounts, relevant, attacks } = arguments;
    let start: Timestamp = start.to_zoned(TimeZone::UTC).context("the first day cannot be reckoned with")?.timestamp();
    let scenario = Scenario {
        seed: *seed,
        start,
        days: *days,
        records: *records,
        accounts: *accounts,
        relevant_percent: *relevant,
        attacks: attacks.0.clone(),
    };
    let simulation = Simulation::new(&scenario)?;
    let context = || format!("cannot write to `{}`", folder.display());
    fs::create_dir_all(folder).with_context(context)?;
    if fs::read_dir(folder).with_context(context)?.next().is_some() {
        bail!("`{}` is not empty\nhelp: name a folder that does not exist yet", folder.display());
    }
    let path = folder.join(SETTINGS);
    fs::write(&path, simulation.settings()).with_context(|| format!("cannot write `{}`", path.display()))?;
    let path = folder.join(TRUTH);
    let truth = json(simulation.truth())?;
    fs::write(&path, truth + "\n").with_context(|| format!("cannot write `{}`", path.display()))?;
    let found = simulation.truth().attacks.len();
    let written = write::all(folder, simulation)?;
    say!("records  {} in {} files, {} KB compressed", written.records, written.files, written.bytes.div_ceil(1000));
    say!("attacks  {found}, told of in {}", folder.join(TRUTH).display());
    say!("replay   portcullis replay {0} --settings {0}/{SETTINGS}", folder.display());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use portcullis_simulate::Truth;
    use test_case::test_case;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(line: &[&str]) -> Result<Arguments, String> {
        let line = ["simulate"].iter().chain(line);
        Line::try_parse_from(line).map(|line| line.arguments).map_err(|error| error.to_string())
    }

    /// Every file at and below a path.
    fn log_files(path: &std::path::Path) -> Vec<PathBuf> {
        if path.is_file() {
            return vec![path.to_owned()];
        }
        fs::read_dir(path).unwrap().flat_map(|entry| log_files(&entry.unwrap().path())).collect()
    }

    #[test_case("all", Attack::ALL ; "all of them")]
    #[test_case("none", &[] ; "none")]
    #[test_case("mass-read, decoy-touched", &[Attack::MassRead, Attack::DecoyTouched] ; "by name")]
    fn attacks_are_named(word: &str, expected: &[Attack]) {
        assert_eq!(arguments(&["out", "--attacks", word]).unwrap().attacks.0, expected);
    }

    #[test]
    fn an_unknown_attack_is_told_with_those_that_there_are() {
        let error = arguments(&["out", "--attacks", "meteor"]).unwrap_err();
        assert!(error.contains("no attack is called `meteor`") && error.contains("trail-blinded"), "{error}");
    }

    #[test]
    fn a_folder_gets_logs_truth_and_settings_and_is_not_written_to_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("organisation");
        let arguments =
            arguments(&[path.to_str().unwrap(), "--records", "900", "--days", "1", "--attacks", "mass-read"]).unwrap();
        assert_eq!(run(&arguments).unwrap(), ExitCode::SUCCESS);
        let truth: Truth = serde_json::from_slice(&fs::read(path.join(TRUTH)).unwrap()).unwrap();
        assert_eq!(truth.attacks.len(), 1);
        let yaml = fs::read_to_string(path.join(SETTINGS)).unwrap();
        assert!(portcullis_settings::parse(&yaml).is_ok());
        let records: usize = log_files(&path.join("AWSLogs/o-exampleorgid"))
            .iter()
            .map(|file| portcullis_cloudtrail::inflate(&fs::read(file).unwrap(), 1 << 30).data.into_owned())
            .map(|text| portcullis_cloudtrail::open(std::str::from_utf8(&text).unwrap()).records.len())
            .sum();
        assert_eq!(records, 900);
        let error = run(&arguments).unwrap_err().to_string();
        assert!(error.contains("is not empty"), "{error}");
    }
}
