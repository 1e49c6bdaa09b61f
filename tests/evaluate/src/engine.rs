//! The rules, run over the records of a source.

use jiff::Timestamp;
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_settings::{Inventory, Settings};

use crate::labels::Problem;
use crate::source::{Item, Source};
use crate::views::{View, Views};

/// The built-in rules under some settings.
#[derive(Debug)]
pub struct Engine {
    pipeline: Pipeline,
}

impl Engine {
    /// The built-in rules under these settings.
    pub fn new(settings: Settings) -> Self {
        let rules = RuleSet::load(&built_in());
        Self { pipeline: Pipeline::new(rules, settings, Inventory::default(), Context::default()) }
    }

    /// The number of built-in rules that make findings.
    pub fn loaded(&self) -> usize {
        self.pipeline.rules.rules().count()
    }

    /// Those that did not load, or cannot do what the settings say.
    pub fn problems(&self) -> Vec<Problem> {
        let problems = self.pipeline.rules.problems().iter();
        problems.map(|problem| Problem { place: "rules".to_owned(), reason: problem.to_string() }).collect()
    }

    /// The records of a source, seen in every way.
    pub fn views(&self, source: &Source) -> Views {
        Views {
            alone: self.alone(source),
            // Anything before the oldest record will do: it only has to be longer ago than the learning period.
            stream: self.stream(source, Some(Timestamp::UNIX_EPOCH)),
            learning: self.stream(source, None),
        }
    }

    fn alone(&self, source: &Source) -> View {
        // Records that cannot be read were listed when the source was.
        let examine = |item: &Item| self.pipeline.examine_alone(&item.json).map(|examination| examination.findings);
        View::of(source, source.items.iter().flat_map(|item| examine(item).unwrap_or_default()).collect())
    }

    /// The records in the order of their times, in batches as small as those of the function; records without a time
    /// come last, in the order of the file.
    fn stream(&self, source: &Source, watched_since: Option<Timestamp>) -> View {
        let mut items: Vec<&Item> = source.items.iter().collect();
        items.sort_by_key(|item| (item.access.time.is_none(), item.access.time));
        let mut detector = Detector::new(&self.pipeline, watched_since);
        for batch in items.chunks(10) {
            detector.take(batch.iter().map(|item| item.json.as_str()));
        }
        View::of(source, detector.findings().cloned().collect())
    }
}
