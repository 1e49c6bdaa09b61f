//! One run: the data is made, everybody goes through it, the figures are printed.

use std::fs::{self, File};
use std::io::BufWriter;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use portcullis_detection::built_in;

use crate::contestant::{Contestant, rounds};
use crate::rules::{Known, export};
use crate::{
    Bar, Command, Data, Limit, Machine, Row, approximate, megabytes, phases, pipeline, rate, scenario, shares, table,
    write_lines,
};

/// What is measured, and with what.
#[derive(Debug)]
pub struct Bench {
    /// This program, which is the floor, parses, and measures the others.
    pub this: PathBuf,
    /// `portcullis`, or what takes the arguments of its `replay`.
    pub replay: PathBuf,
    /// rsigma's command.
    pub rsigma: PathBuf,
    /// Where logs, rules and findings are written.
    pub work: PathBuf,
    /// How many records of ordinary logs.
    pub records: u64,
    /// How many rounds.
    pub rounds: usize,
    /// Whether to leave out what takes long: memory at a million records and at four.
    pub quick: bool,
}

/// What an organisation's logs are about keys and secrets, of a hundred records.
const ORDINARY: u8 = 8;
/// The records of the logs that are about nothing else.
const DENSE: u64 = 200_000;

impl Bench {
    /// Measures and prints all of it.
    ///
    /// # Errors
    ///
    /// When something could not be run. That a bar is missed is no error.
    pub fn run(&self) -> Result<()> {
        let machine = Machine::this();
        println!("machine  {}", machine.line());
        let mut bars = self.speed(machine.cores)?;
        bars.extend(self.dense(machine.cores)?);
        if !self.quick {
            bars.extend(self.memory(machine.cores)?);
        }
        println!();
        for bar in bars {
            println!("{}", bar.line());
        }
        Ok(())
    }

    /// Ordinary logs: the floor, parsing, rsigma, a replay.
    fn speed(&self, cores: NonZeroUsize) -> Result<Vec<Bar>> {
        let data = Data::make(&self.work.join("ordinary"), &scenario(self.records, ORDINARY))?;
        println!("data     {}", data.line());
        let (lines, known, all) =
            (self.work.join("records.ndjson"), self.work.join("rules-known"), self.work.join("rules"));
        let file = File::create(&lines).with_context(|| format!("cannot write `{}`", lines.display()))?;
        write_lines(data.paths(), &mut BufWriter::new(file))?;
        let (to_all, to_us) = (export(&built_in(), Known::ToAll)?, export(&built_in(), Known::ToUs)?);
        to_all.write(&known)?;
        to_us.write(&all)?;
        println!(
            "rules    {} of the pack's {} detection rules name no field that Portcullis works out: rsigma is given these, and once \
             more all of them, for which it takes those fields for absent. The pack's {} correlations it is never given.",
            to_all.rules.len(),
            to_us.rules.len(),
            to_us.correlations
        );
        println!("rounds   {}, each with everybody in turn\n", self.rounds);
        let records = data.about.records;
        let floor = Contestant::new("floor: libdeflate alone, 1 thread", records, self.own("floor", &data));
        let parse = self.own("parse", &data).output(self.work.join("parsed.json"));
        let parse = Contestant { tells: true, ..Contestant::new("sonic-rs alone, typed, 1 thread", records, parse) };
        let rsigma = |name: String, rules: &Path| Contestant::new(name, records, self.rsigma(rules, &lines));
        let few = rsigma(format!("rsigma 0.23.0, {} rules", to_all.rules.len()), &known);
        let many = rsigma(format!("rsigma 0.23.0, {} rules", to_us.rules.len()), &all);
        let replay = |threads| Contestant::replay(&self.replay, &data.folder, threads, records, &self.work);
        let mut contestants = vec![floor, parse, few, many, replay(NonZeroUsize::MIN)];
        if cores > NonZeroUsize::MIN {
            contestants.push(replay(cores));
        }
        for (name, of) in
            [("replay-alone", "without the command around it"), ("replay-system", "with the system's allocator")]
        {
            let replay = Contestant::replay(
                &self.this.with_file_name(name),
                &data.folder,
                NonZeroUsize::MIN,
                records,
                &self.work,
            );
            contestants.push(Contestant { name: format!("the same, 1 thread, {of}"), ..replay });
        }
        // Once for nothing, so that the files are in memory for all.
        contestants.first().map(|floor| floor.command.run(&self.this, &self.work)).transpose()?;
        let rows = rounds(&contestants, self.rounds, &self.this, &self.work)?;
        let best = |place: usize| rows.get(place).and_then(|row| row.times.best());
        print!("{}", table(&rows, best(0)));
        println!();
        print!(
            "{}",
            shares(&phases(
                &data.folder.join("AWSLogs"),
                &pipeline(&data.folder.join("portcullis.yaml"))?,
                self.rounds
            )?)
        );
        let all = (cores > NonZeroUsize::MIN).then(|| best(5)).flatten();
        Ok(speed_bars(best(0), best(2), best(4), all))
    }

    /// Logs that are all about keys and secrets.
    fn dense(&self, cores: NonZeroUsize) -> Result<Vec<Bar>> {
        let records = DENSE.min(self.records);
        let data = Data::make(&self.work.join("dense"), &scenario(records, 100))?;
        println!("\ndata     {}\n", data.line());
        let floor = Contestant::new("floor: libdeflate alone, 1 thread", data.about.records, self.own("floor", &data));
        let replay = |threads| Contestant::replay(&self.replay, &data.folder, threads, data.about.records, &self.work);
        let mut contestants = vec![floor, replay(NonZeroUsize::MIN)];
        if cores > NonZeroUsize::MIN {
            contestants.push(replay(cores));
        }
        let rows = rounds(&contestants, self.rounds, &self.this, &self.work)?;
        print!("{}", table(&rows, rows.first().and_then(|floor| floor.times.best())));
        let bar = |row: &Row, cores: NonZeroUsize| Bar {
            what: format!("all about keys and secrets, {}", row.name),
            limit: Limit::AtLeast(100_000.0),
            unit: " records/s per core",
            measured: row
                .times
                .best()
                .and_then(|best| rate(row.records, best))
                .map(|rate| rate / approximate(cores.get() as u64))
                .ok_or("no round"),
        };
        Ok(rows.iter().skip(1).zip([NonZeroUsize::MIN, cores]).map(|(row, cores)| bar(row, cores)).collect())
    }

    /// The most memory, at a million records and at four.
    fn memory(&self, cores: NonZeroUsize) -> Result<Vec<Bar>> {
        println!();
        let mut peaks = Vec::new();
        for (name, records) in [("million", 1_000_000), ("four-millions", 4_000_000)] {
            let data = Data::make(&self.work.join(name), &scenario(records, ORDINARY))?;
            let replay = Contestant::replay(&self.replay, &data.folder, cores, data.about.records, &self.work);
            let used = replay.command.run(&self.this, &self.work)?;
            println!("memory   {}: {}, {}, {:.2} s", data.line(), replay.name, megabytes(used.peak), used.seconds);
            peaks.push(used.peak);
            // Only one of them at a time: four millions are a gigabyte.
            fs::remove_dir_all(&data.folder).with_context(|| format!("cannot remove `{}`", data.folder.display()))?;
        }
        Ok(memory_bars(&peaks))
    }

    /// This program, doing one thing with the data.
    fn own(&self, what: &str, data: &Data) -> Command {
        Command::new(&self.this, [what.into(), data.folder.join("AWSLogs").into_os_string()])
    }

    /// rsigma over lines, by its own defaults; what it finds goes nowhere.
    fn rsigma(&self, rules: &Path, lines: &Path) -> Command {
        let mut event = std::ffi::OsString::from("@");
        event.push(lines);
        let rules = rules.as_os_str().to_owned();
        Command::new(
            &self.rsigma,
            ["engine".into(), "eval".into(), "--quiet".into(), "--rules".into(), rules, "--event".into(), event],
        )
    }
}

/// Whether it is fast enough: times of the floor, of rsigma with the few rules that it can know, and of a replay on one thread and
/// on all.
fn speed_bars(floor: Option<f64>, rsigma: Option<f64>, one: Option<f64>, all: Option<f64>) -> Vec<Bar> {
    let ratio = |of: Option<f64>, to: Option<f64>, why| of.zip(to).map(|(of, to)| of / to).ok_or(why);
    let bar = |what: &str, limit, unit, measured| Bar { what: what.to_owned(), limit, unit, measured };
    let times = " times as fast as rsigma";
    vec![
        bar("a replay on one thread", Limit::AtMost(2.0), " × the floor's time", ratio(one, floor, "no round")),
        bar("a replay on one thread", Limit::AtLeast(8.0), times, ratio(rsigma, one, "no round")),
        bar("a replay on all cores", Limit::AtLeast(15.0), times, ratio(rsigma, all, "this machine has one core")),
    ]
}

/// Whether it takes little enough memory: the peaks at a million records and at four, in bytes.
fn memory_bars(peaks: &[u64]) -> Vec<Bar> {
    let millions = |bytes: u64| approximate(bytes) / 1e6;
    let [one, four] = peaks else { return Vec::new() };
    // A tenth, or what an allocator keeps to itself by chance.
    let slack = (millions(*one) / 10.0).max(8.0);
    let bar = |what: &str, limit, measured| Bar { what: what.to_owned(), limit, unit: " MB", measured: Ok(measured) };
    vec![
        bar("peak memory at one million records", Limit::AtMost(128.0), millions(*one)),
        bar("growth from one million to four", Limit::AtMost(slack), millions(*four) - millions(*one)),
    ]
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn met(bars: &[Bar]) -> Vec<Option<bool>> {
        bars.iter().map(Bar::met).collect()
    }

    #[test]
    fn what_is_asked_of_times() {
        let bars = |one, all| met(&speed_bars(Some(0.5), Some(8.0), Some(one), all));
        assert_eq!(bars(1.0, Some(0.5)), [Some(true), Some(true), Some(true)]);
        assert_eq!(bars(1.01, Some(0.55)), [Some(false), Some(false), Some(false)]);
        assert_eq!(bars(0.9, None), [Some(true), Some(true), None], "one core");
    }

    #[test_case(127, 135 => vec![Some(true), Some(true)] ; "grown by less than a tenth")]
    #[test_case(127, 140 => vec![Some(true), Some(false)] ; "grown by more")]
    #[test_case(30, 38 => vec![Some(true), Some(true)] ; "a few megabytes are chance")]
    #[test_case(30, 39 => vec![Some(true), Some(false)] ; "more are not")]
    #[test_case(129, 60 => vec![Some(false), Some(true)] ; "too much to begin with")]
    fn what_is_asked_of_memory(one: u64, four: u64) -> Vec<Option<bool>> {
        met(&memory_bars(&[one * 1_000_000, four * 1_000_000]))
    }
}
