//! A thread of its own that fetches while others read.

use std::future::Future;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use crate::{Input, Tally, Timed};

/// What was fetched, in order. It ends when everything was.
#[derive(Debug)]
pub struct Feed {
    items: Receiver<Fetched>,
}

/// What was fetched, and the memory it takes.
#[derive(Debug)]
struct Fetched {
    timed: Timed,
    /// Given back when whoever reads takes it.
    _memory: Option<OwnedSemaphorePermit>,
}

/// Where what was fetched goes.
#[derive(Clone, Debug)]
pub struct Outlet {
    items: Sender<Fetched>,
    tally: Arc<Mutex<Tally>>,
    notes: Arc<Mutex<Vec<String>>>,
}

/// What is told of a feed once it has ended.
#[derive(Clone, Debug)]
pub struct Told {
    tally: Arc<Mutex<Tally>>,
    notes: Arc<Mutex<Vec<String>>>,
}

/// Starts a thread that runs `fetch` in a runtime of its own: whoever reads may block theirs, and a connection that was made in
/// one runtime does not live in another.
///
/// # Errors
///
/// When the system starts no thread.
pub fn feed<F, Fut>(fetch: F) -> std::io::Result<(Feed, Told)>
where
    F: FnOnce(Outlet) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let (sender, items) = channel();
    let (tally, notes) = (Arc::default(), Arc::default());
    let told = Told { tally: Arc::clone(&tally), notes: Arc::clone(&notes) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outlet = Outlet { items: sender, tally, notes };
    thread::Builder::new().name("fetch".to_owned()).spawn(move || runtime.block_on(fetch(outlet)))?;
    Ok((Feed { items }, told))
}

impl Iterator for Feed {
    type Item = Timed;

    fn next(&mut self) -> Option<Timed> {
        self.items.recv().ok().map(|fetched| fetched.timed)
    }
}

impl Outlet {
    /// Hands over an input; false when nobody reads any more.
    pub fn put(&self, time: Option<Timestamp>, input: Input, memory: Option<OwnedSemaphorePermit>) -> bool {
        self.items.send(Fetched { timed: Timed { time, input }, _memory: memory }).is_ok()
    }

    /// What was found beside what is read.
    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What people should know.
    pub fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

impl Told {
    /// What was found beside what was read, so far.
    pub fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What people should know, so far.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
