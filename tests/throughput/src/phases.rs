//! Where the time of a replay goes: each step does what the one before it does and one thing more, by the same code as a replay on
//! one thread.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use portcullis_cloudtrail::{Access, Record, Relevance, relevance};
use portcullis_detection::Pipeline;
use portcullis_logs::{Gunzip, Outline, Piece, outlines};
use portcullis_settings::Subject;

use crate::alone::{finish, replay};
use crate::{Times, approximate, log_files, thousands};

/// What is done last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The file's bytes.
    Read,
    /// Its text.
    Decompress,
    /// Its records, with what each is about.
    Split,
    /// Those that rules or the access ledger could want.
    Filter,
    /// The typed record.
    Parse,
    /// What it means.
    Understand,
    /// What the settings say of it.
    Judge,
    /// What rules say of it by itself.
    Match,
    /// Order, what was seen before, windows, findings.
    Remember,
    /// What would have been done, and its text.
    Decide,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 10] = [
        Self::Read,
        Self::Decompress,
        Self::Split,
        Self::Filter,
        Self::Parse,
        Self::Understand,
        Self::Judge,
        Self::Match,
        Self::Remember,
        Self::Decide,
    ];

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read the file",
            Self::Decompress => "decompress it",
            Self::Split => "tell its records apart, read time and call off their bytes",
            Self::Filter => "drop what no rule could match",
            Self::Parse => "parse the rest",
            Self::Understand => "actor, assets, outcome, origin",
            Self::Judge => "what the settings say of it",
            Self::Match => "rules",
            Self::Remember => "order, what was seen before, windows, findings",
            Self::Decide => "decisions, written",
        }
    }
}

/// No file of the measurement is as large.
const LIMIT: u64 = 4 << 30;

/// Where the time of a replay goes.
#[derive(Clone, Debug, Default)]
pub struct Phases {
    /// The seconds of every step with all before it, round by round.
    pub steps: Vec<(Step, Times)>,
    /// All records.
    pub records: u64,
    /// Those that are parsed.
    pub parsed: u64,
}

/// Goes through the files once for each step, in each round.
pub fn phases(folder: &Path, pipeline: &Pipeline, rounds: usize) -> Result<Phases> {
    let paths = log_files(folder)?.paths;
    let mut phases = Phases { steps: Step::ALL.map(|step| (step, Times::default())).into(), ..Phases::default() };
    for _ in 0..rounds {
        for (step, times) in &mut phases.steps {
            let begin = Instant::now();
            match step {
                Step::Remember => drop(black_box(replay(folder, pipeline, NonZeroUsize::MIN)?)),
                Step::Decide => finish(replay(folder, pipeline, NonZeroUsize::MIN)?, pipeline, std::io::sink())?,
                step => {
                    let mut pass = Pass::new(pipeline, *step);
                    let mut gunzip = Gunzip::default();
                    paths.iter().try_for_each(|path| pass.file(path, &mut gunzip))?;
                    (phases.records, phases.parsed) = (pass.records, pass.parsed);
                }
            }
            times.push(begin.elapsed().as_secs_f64());
        }
    }
    Ok(phases)
}

/// What is known of a call.
#[derive(Clone, Copy)]
struct Call {
    relevance: Relevance,
    /// Whether it is examined when it succeeded, and when that is not known.
    examined: [bool; 2],
}

/// One step over all files.
struct Pass<'p> {
    pipeline: &'p Pipeline,
    step: Step,
    calls: HashMap<Box<str>, HashMap<Box<str>, Call>>,
    records: u64,
    parsed: u64,
}

impl<'p> Pass<'p> {
    fn new(pipeline: &'p Pipeline, step: Step) -> Self {
        Self { pipeline, step, calls: HashMap::new(), records: 0, parsed: 0 }
    }

    fn file(&mut self, path: &Path, gunzip: &mut Gunzip) -> Result<()> {
        let context = || format!("cannot go through `{}`", path.display());
        let stored = fs::read(path).with_context(context)?;
        if self.step < Step::Decompress {
            black_box(stored);
            return Ok(());
        }
        let inflated = gunzip.inflate(&stored, LIMIT);
        let text = black_box(&*inflated.data);
        if self.step < Step::Split {
            return Ok(());
        }
        for piece in outlines(text).context("it is not in CloudTrail's own form").with_context(context)? {
            self.records += 1;
            let raw = match black_box(piece) {
                Piece::Opaque(raw) => raw,
                Piece::Outlined(outline) if self.step < Step::Filter || !self.is_examined(&outline) => continue,
                Piece::Outlined(outline) => outline.raw,
            };
            self.parsed += 1;
            if self.step > Step::Filter {
                self.record(std::str::from_utf8(raw).with_context(context)?).with_context(context)?;
            }
        }
        Ok(())
    }

    /// As the replay does it: by the call, and where that leaves it open, by what stands behind the call.
    fn is_examined(&mut self, outline: &Outline<'_>) -> bool {
        let Outline { source, name, .. } = *outline;
        let known = self.calls.get(source).and_then(|names| names.get(name));
        let Call { relevance, examined: [when_succeeded, always] } = known.copied().unwrap_or_else(|| {
            let service = source.split_once(".amazonaws.com").map_or(source, |(service, _)| service);
            let examined = [true, false].map(|succeeded| self.pipeline.is_examined(source, name, succeeded));
            let call = Call { relevance: relevance(service, name), examined };
            self.calls.entry(source.into()).or_default().insert(name.into(), call);
            call
        });
        if when_succeeded || (always && !outline.has_no_error()) {
            return true;
        }
        match (relevance, outline.read_only()) {
            (Relevance::Never, _) | (Relevance::WhenWriting, Some(true)) => false,
            (Relevance::WhenWriting, None) => true,
            (Relevance::Always, _) | (Relevance::WhenWriting, Some(false)) => {
                outline.recipient().is_none() || outline.event_id().is_none()
            }
        }
    }

    fn record(&self, json: &str) -> Result<()> {
        if self.step == Step::Match {
            black_box(self.pipeline.prepare(json)?);
            return Ok(());
        }
        let record = black_box(Record::parse(json)?);
        if self.step < Step::Understand {
            return Ok(());
        }
        let access = black_box(Access::of(&record));
        if self.step < Step::Judge {
            return Ok(());
        }
        let Access { actor, assets, origin, time, .. } = &access;
        let subject = Subject { actor, assets, origin, time: *time };
        black_box(self.pipeline.settings.judge(&subject, &self.pipeline.inventory));
        Ok(())
    }
}

/// A table: the best time of each step less that of the one before it.
pub fn shares(phases: &Phases) -> String {
    let Phases { steps, records, parsed } = phases;
    let best: Vec<f64> = steps.iter().map(|(_, times)| times.best().unwrap_or(0.0)).collect();
    let whole = best.last().copied().unwrap_or(0.0);
    let before = std::iter::once(&0.0).chain(&best);
    let share = 100.0 * approximate(*parsed) / approximate((*records).max(1));
    let mut lines = vec![format!("{} of {} records are parsed, {share:.1} %", count(*parsed), count(*records))];
    for (((step, _), upto), before) in steps.iter().zip(&best).zip(before) {
        let own = upto - before;
        let share = if whole > 0.0 { 100.0 * own / whole } else { 0.0 };
        lines.push(format!("{:60}{:>8} ms{share:>7.1} %", step.name(), thousands(own * 1e3)));
    }
    lines.push(format!("{:60}{:>8} ms\n", "all of it, one thread", thousands(whole * 1e3)));
    lines.join("\n")
}

fn count(number: u64) -> String {
    thousands(approximate(number))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn each_step_has_what_the_one_before_it_has_not() {
        let seconds = [0.1, 0.5, 0.75, 0.8, 0.9, 0.95, 0.94, 1.0, 1.5, 2.0];
        let steps = Step::ALL.into_iter().zip(seconds.map(|best| [best + 0.3, best].into_iter().collect())).collect();
        assert_snapshot!(shares(&Phases { steps, records: 2_000, parsed: 250 }), @"
        250 of 2,000 records are parsed, 12.5 %
        read the file                                                    100 ms    5.0 %
        decompress it                                                    400 ms   20.0 %
        tell its records apart, read time and call off their bytes       250 ms   12.5 %
        drop what no rule could match                                     50 ms    2.5 %
        parse the rest                                                   100 ms    5.0 %
        actor, assets, outcome, origin                                    50 ms    2.5 %
        what the settings say of it                                      -10 ms   -0.5 %
        rules                                                             60 ms    3.0 %
        order, what was seen before, windows, findings                   500 ms   25.0 %
        decisions, written                                               500 ms   25.0 %
        all of it, one thread                                          2,000 ms
        ");
    }
}
