//! The fast way: files are read, told apart and prepared on all cores; what matters is put in the order of its time and
//! examined. It comes to what the plain way comes to, whatever the number of threads.

mod collect;
mod counts;
mod feed;
mod order;
mod work;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use portcullis_logs::Input;

use crate::reading::{Plan, Reading};
use crate::watch::Watcher;
use collect::Collector;
use feed::Feed;
use work::{Done, Worker};

/// How many parts a thread may be ahead of the one that is waited for.
const AHEAD: usize = 4;

/// Reads everything. Ends early, with what was read so far, when [`Plan::stop`] is set.
pub fn read(inputs: impl Iterator<Item = Input> + Send, plan: &Plan<'_>, watchers: &mut [&mut dyn Watcher]) -> Reading {
    let mut collector = Collector::new(plan, watchers);
    let mut feed = Feed::new(inputs, plan.stop);
    if plan.threads.get() == 1 {
        let mut worker = Worker::new(plan);
        while let Some(part) = feed.next() {
            collector.take(worker.work(part));
        }
        return collector.finish(feed.was_stopped());
    }
    let shared = Shared { feed: Mutex::new(feed), table: Mutex::new(Table::default()), moved: Condvar::new() };
    std::thread::scope(|scope| {
        for _ in 0..plan.threads.get() {
            scope.spawn(|| shared.work(plan));
        }
        shared.collect(plan.threads.get(), &mut collector);
    });
    let stopped = lock(&shared.feed).was_stopped();
    collector.finish(stopped)
}

/// What the threads share.
struct Shared<'p, I> {
    feed: Mutex<Feed<'p, I>>,
    table: Mutex<Table<'p>>,
    moved: Condvar,
}

/// Where parts that are done wait for their turn.
#[derive(Default)]
struct Table<'p> {
    done: Vec<Done<'p>>,
    /// The number of the part whose turn it is.
    turn: usize,
    /// How many threads have nothing more to do.
    over: usize,
    /// Whether a thread panicked: the others end, so that the panic is told and nobody waits for ever.
    failed: bool,
}

impl<'p, I: Iterator<Item = Input> + Send> Shared<'p, I> {
    fn work(&self, plan: &'p Plan<'p>) {
        let mut worker = Worker::new(plan);
        // Says so even when this thread panics, or the others would wait for it for ever.
        let _over = Over(self);
        loop {
            let part = lock(&self.feed).next();
            let Some(part) = part else { return };
            let number = part.number;
            let done = worker.work(part);
            let mut table = lock(&self.table);
            while number > table.turn + AHEAD * plan.threads.get() {
                if table.failed {
                    return;
                }
                table = self.moved.wait(table).unwrap_or_else(PoisonError::into_inner);
            }
            table.done.push(done);
            self.moved.notify_all();
        }
    }

    /// Takes the parts in their order, until every thread is over.
    fn collect(&self, threads: usize, collector: &mut Collector<'p, '_, '_>) {
        let _failed = Failed(self);
        let mut table = lock(&self.table);
        loop {
            let turn = table.turn;
            if let Some(place) = table.done.iter().position(|done| done.number == turn) {
                let done = table.done.swap_remove(place);
                table.turn += 1;
                self.moved.notify_all();
                drop(table);
                collector.take(done);
                table = lock(&self.table);
            } else if table.over == threads || table.failed {
                return;
            } else {
                table = self.moved.wait(table).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

struct Over<'s, 'p, I>(&'s Shared<'p, I>);

impl<I> Drop for Over<'_, '_, I> {
    fn drop(&mut self) {
        let mut table = lock(&self.0.table);
        table.over += 1;
        table.failed |= std::thread::panicking();
        self.0.moved.notify_all();
    }
}

/// Lets the threads go when the one that collects panics.
struct Failed<'s, 'p, I>(&'s Shared<'p, I>);

impl<I> Drop for Failed<'_, '_, I> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.table).failed = true;
            self.0.moved.notify_all();
        }
    }
}

/// What is behind these locks is whole between any two steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
