//! Every part of every rule is noticed by one of its cases: a rule that lost the part judges some case wrongly.
//!
//! One rule only: `PORTCULLIS_RULE=name cargo test -p portcullis-detection --test pack --test mutations`.

#![cfg(test)]

#[path = "../cases/mod.rs"]
mod cases;
mod condition;
mod correlation;
mod harness;
mod mutant;
mod selection;
mod survey;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cases::{Pack, no_failures};

#[test]
fn every_mutant_of_every_rule_is_noticed() {
    let pack = Pack::read();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(pack.failures.clone());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(rule) = pack.rules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = survey::failures(rule);
                    let found = found.into_iter().map(|failure| format!("{}: {failure}", rule.place));
                    failures.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    no_failures("parts of rules that no case needs", &failures);
}
