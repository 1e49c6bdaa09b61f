//! Both ways of reading, side by side.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use jiff::{SignedDuration, Timestamp};
use portcullis_detection::Pipeline;
use portcullis_logs::Input;
use portcullis_replay::{Plan, Reading, Span, Watcher};

use crate::files::Stored;
use crate::told::{Told, Watch};

/// What is read, and how, beside the files.
pub(crate) struct How<'p> {
    pub(crate) pipeline: &'p Pipeline,
    pub(crate) watched_since: Option<Timestamp>,
    pub(crate) span: Span,
    pub(crate) patience: SignedDuration,
    pub(crate) threads: usize,
}

impl<'p> How<'p> {
    /// By one thread, with more patience than any record here needs, in accounts that are no news.
    pub(crate) fn by(pipeline: &'p Pipeline) -> Self {
        let patience = SignedDuration::from_hours(24);
        Self { pipeline, watched_since: Some(Timestamp::UNIX_EPOCH), span: Span::default(), patience, threads: 1 }
    }

    /// The plain way.
    pub(crate) fn plainly(&self, files: &[Stored]) -> Told {
        self.through(portcullis_replay::plain::read, files.iter().map(Stored::input)).0
    }

    /// The way that the command reads.
    pub(crate) fn fast(&self, files: &[Stored]) -> Told {
        self.through(portcullis_replay::read, files.iter().map(Stored::input)).0
    }

    /// That way of reading, and the times in the order in which relevant records were shown.
    pub(crate) fn through<I: Iterator<Item = Input>>(
        &self,
        read: impl Fn(I, &Plan<'_>, &mut [&mut dyn Watcher]) -> Reading,
        inputs: I,
    ) -> (Told, Vec<Option<Timestamp>>) {
        let stop = AtomicBool::new(false);
        let plan = Plan {
            pipeline: self.pipeline,
            watched_since: self.watched_since,
            span: self.span,
            patience: self.patience,
            threads: NonZeroUsize::new(self.threads).unwrap(),
            stop: &stop,
            progress: &(),
        };
        let mut watch = Watch::default();
        let reading = read(inputs, &plan, &mut [&mut watch]);
        let times = std::mem::take(&mut watch.times);
        (Told::of(&reading, watch), times)
    }
}
