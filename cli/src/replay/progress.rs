//! How far it is, on standard error, for a person who waits.

use std::fmt::Write;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use portcullis_replay::Progress;

use crate::input::Total;

/// How often it moves while nothing is heard.
const TICK: Duration = Duration::from_millis(120);

/// A bar where it is known how much there is, else a spinner; nothing when nobody would see it.
pub(crate) struct Bar {
    drawn: ProgressBar,
    start: Instant,
    files: AtomicU64,
    records: AtomicU64,
    of: Option<usize>,
}

impl Bar {
    /// A bar on standard error, if that is a terminal and the bar is `wanted`.
    pub(crate) fn new(total: Option<Total>, wanted: bool) -> Self {
        let target = if wanted && std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(total.map(|total| total.bytes), target);
        let template = match total {
            Some(_) => "{bar:24} {percent:>3} %  {msg}{left}",
            None => "{spinner} {msg}",
        };
        // The templates above are sound.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("left", left));
        }
        bar.set_message("nothing was read yet");
        bar.enable_steady_tick(TICK);
        let (files, records) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { drawn: bar, start: Instant::now(), files, records, of: total.map(|total| total.files) }
    }

    /// Takes it away.
    pub(crate) fn clear(&self) {
        self.drawn.finish_and_clear();
    }

    /// For how long it has been there.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The time left; before anything was read nobody can tell.
fn left(state: &ProgressState, text: &mut dyn Write) {
    if state.pos() > 0 {
        // What is not drawn this time is drawn the next.
        let _ = write!(text, ", {:#} left", HumanDuration(state.eta()));
    }
}

impl Progress for Bar {
    fn file(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self, bytes: u64, records: u64) {
        let files = self.files.load(Ordering::Relaxed);
        let records = self.records.fetch_add(records, Ordering::Relaxed) + records;
        self.drawn.inc(bytes);
        if self.drawn.is_hidden() {
            return;
        }
        let milliseconds = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = records.saturating_mul(1000) / milliseconds;
        let of = self.of.map_or(String::new(), |of| format!(" of {}", HumanCount(of as u64)));
        self.drawn.set_message(format!(
            "{}{of} files, {}, {} records, {} a second",
            HumanCount(files),
            HumanBytes(self.drawn.position()),
            HumanCount(records),
            HumanCount(rate)
        ));
    }
}
