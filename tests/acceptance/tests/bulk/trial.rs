//! What happens in an account, part by part, and what must come of each part.

use jiff::{SignedDuration, Timestamp};
use portcullis_acceptance::delivery::{Batch, in_disorder, in_order};
use portcullis_acceptance::random::Random;
use portcullis_acceptance::stream::{Event, Stream};

use crate::installation::{Installation, pipeline};
use crate::ordinary;

/// The Monday on which the first ordinary day begins.
const FIRST_DAY: &str = "2026-01-05T00:00:00Z";

/// How many ordinary days come first; the trial is on the day after.
pub(crate) const ORDINARY_DAYS: i64 = 14;

/// How late a page may be: so many deeds after the one that fills the threshold.
const LATE: usize = 5;

/// A time, so many days after the first.
pub(crate) fn time(day: i64, hour: i64, minute: i64, second: i64) -> Timestamp {
    let first: Timestamp = FIRST_DAY.parse().unwrap();
    first + SignedDuration::from_secs(((day * 24 + hour) * 60 + minute) * 60 + second)
}

/// A time on the day of the trial.
pub(crate) fn today(hour: i64, minute: i64, second: i64) -> Timestamp {
    time(ORDINARY_DAYS, hour, minute, second)
}

/// What happens in an account, part by part.
pub(crate) struct Trial {
    settings: String,
    stream: Stream,
    parts: Vec<Part>,
}

struct Part {
    what: &'static str,
    events: Vec<Event>,
    /// The rule that makes the one page, and how many deeds it takes where that is known.
    page: Option<(&'static str, Option<usize>)>,
}

impl Trial {
    /// In an account that has been watched for two ordinary weeks, in which `history` happened as well.
    pub(crate) fn established(settings: &str, history: impl FnOnce(&mut Stream)) -> Self {
        let part = |stream: &mut Stream| {
            ordinary::weeks(stream);
            history(stream);
        };
        Self::new(settings).quiet("the two weeks before", part)
    }

    /// In an account of which nothing is known yet.
    pub(crate) fn new(settings: &str) -> Self {
        Self { settings: settings.to_owned(), stream: Stream::default(), parts: Vec::new() }
    }

    /// What wakes nobody.
    pub(crate) fn quiet(self, what: &'static str, part: impl FnOnce(&mut Stream)) -> Self {
        self.part(what, part, None)
    }

    /// What makes one page, by this rule, as soon as `threshold` deeds have come or at most five later.
    pub(crate) fn pages(
        self,
        what: &'static str,
        part: impl FnOnce(&mut Stream),
        rule: &'static str,
        threshold: usize,
    ) -> Self {
        self.part(what, part, Some((rule, Some(threshold))))
    }

    /// What makes one page, by this rule, at some time: for what is right and yet worth a look.
    pub(crate) fn tells_once(self, what: &'static str, part: impl FnOnce(&mut Stream), rule: &'static str) -> Self {
        self.part(what, part, Some((rule, None)))
    }

    fn part(
        mut self,
        what: &'static str,
        part: impl FnOnce(&mut Stream),
        page: Option<(&'static str, Option<usize>)>,
    ) -> Self {
        part(&mut self.stream);
        let events = self.stream.take();
        self.parts.push(Part { what, events, page });
        self
    }

    /// Lets it happen to Portcullis: delivered in order, and in disorder.
    #[track_caller]
    pub(crate) fn run(self) {
        self.deliver("in order", in_order);
        let mut random = Random::seeded(20_260_105);
        self.deliver("in disorder", |events| in_disorder(events, &mut random));
    }

    #[track_caller]
    fn deliver<'s>(&'s self, how: &str, mut batches: impl FnMut(&'s [Event]) -> Vec<Batch<'s>>) {
        let pipeline = pipeline(&self.settings);
        let mut installation = Installation::new(&pipeline);
        for Part { what, events, page } in &self.parts {
            let sent = installation.take(&batches(events));
            let rules: Vec<&str> = sent.iter().map(|page| page.rule.as_str()).collect();
            let expected: Vec<&str> = page.iter().map(|(rule, _)| *rule).collect();
            assert_eq!(rules, expected, "{what}, {how}: {sent:#?}");
            if let Some((_, Some(threshold))) = page {
                let range = *threshold..=threshold + LATE;
                let in_time = sent.iter().all(|page| range.contains(&page.deeds));
                assert!(in_time, "{what}, {how}: {sent:#?} is not within {range:?}");
            }
        }
    }
}
