//! Anything may happen, in any order, with any call failing and any worker dying: what must hold, holds after every step, and
//! in the end everything is as it was.

#![cfg(test)]

mod cast;
mod end;
mod jobs;
mod steps;
mod truth;
mod watcher;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::FindingId;
use portcullis_response::ThrowSwitch as _;
use portcullis_testkit::{Faults, Task, World, take_turns, until_death};
use proptest::prelude::*;

use crate::cast::{CAST, Setup, setups};
use crate::jobs::{Findings, Job};
use crate::steps::{Act, Failing, Step, Tampering, steps};
use crate::truth::Truth;
use crate::watcher::{Before, Done, Watcher, in_force};

/// Everything in memory answers at once.
fn wait<T>(future: impl Future<Output = T>) -> T {
    take_turns(vec![Box::pin(future)], &[0]).pop().unwrap()
}

/// The world and all that watches it.
struct Run {
    world: World,
    truth: Truth,
    watcher: Watcher,
    findings: Findings,
    /// Every message that was ever sent.
    messages: Vec<Job>,
    /// Those that are not dealt with yet.
    waiting: Vec<Job>,
    nudged: usize,
    now: Timestamp,
}

impl Run {
    fn new(setup: &Setup) -> Self {
        Self {
            world: setup.world(),
            truth: Truth::new(),
            watcher: Watcher::default(),
            findings: Findings::default(),
            messages: Vec::new(),
            waiting: Vec::new(),
            nudged: 0,
            now: "2026-01-05T08:00:00Z".parse().unwrap(),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::One(act, failing) => {
                if let Some(job) = self.job(act) {
                    self.work(job, failing)?;
                }
            }
            Step::Two(one, other, turns) => {
                let jobs: Vec<Job> = [one, other].into_iter().filter_map(|act| self.job(act)).collect();
                self.work_at_once(&jobs, turns)?;
            }
            Step::Tamper(who, how) => {
                let in_force = in_force(&self.world);
                self.truth.tamper(&self.world, *who, *how, in_force.get(CAST[*who].arn));
                self.watcher.tampered.insert(CAST[*who].arn.to_owned());
            }
            Step::Clock(seconds) => {
                let by = SignedDuration::from_secs(*seconds);
                self.watcher.set_back += if *seconds < 0 { -by } else { SignedDuration::ZERO };
                self.now += by;
            }
            Step::Mode(mode) => self.world.settings.mode = *mode,
            Step::Switch(on) => wait(async {
                if *on { self.world.around.stop("fire").await } else { self.world.around.resume().await }
            })
            .unwrap(),
        }
        Ok(())
    }

    fn job(&mut self, act: &Act) -> Option<Job> {
        let job = self.findings.job(act, &self.truth.ids(), &self.messages, self.now)?;
        if job.is_message() && !matches!(act, Act::Deliver { .. }) {
            self.messages.push(job.clone());
            self.waiting.push(job.clone());
        }
        Some(job)
    }

    /// One does it, and calls fail.
    fn work(&mut self, job: Job, failing: &Failing) -> Result<bool, TestCaseError> {
        let mut plan = vec![0; failing.iter().map(|(at, _)| at + 1).max().unwrap_or_default()];
        for (at, fault) in failing {
            plan[*at] = *fault;
        }
        let faults = Faults::plan(&plan);
        let before = Before::of(&self.world);
        let done = wait(until_death(&faults, job.clone().run(&self.world, &faults, self.now)));
        let dealt_with = done == Some(true);
        if dealt_with {
            self.dealt_with(&job);
        }
        let done = Done { jobs: &[job], faults: &faults, failing, now: self.now };
        self.watcher.look(&self.world, &mut self.truth, &before, &done)?;
        self.hear_answers();
        Ok(dealt_with)
    }

    /// Several do something at once.
    fn work_at_once(&mut self, jobs: &[Job], turns: &[usize]) -> Result<(), TestCaseError> {
        let faults = Faults::taking_turns();
        let before = Before::of(&self.world);
        let tasks = jobs.iter().map(|job| -> Task<'_, (Job, bool)> {
            let (world, faults, now) = (&self.world, &faults, self.now);
            Box::pin(async move { (job.clone(), job.clone().run(world, faults, now).await) })
        });
        for (job, done) in take_turns(tasks.collect(), turns) {
            if done {
                self.dealt_with(&job);
            }
        }
        let done = Done { jobs, faults: &faults, failing: &[], now: self.now };
        self.watcher.look(&self.world, &mut self.truth, &before, &done)?;
        self.hear_answers();
        Ok(())
    }

    fn dealt_with(&mut self, job: &Job) {
        self.waiting.retain(|waiting| match (waiting, job) {
            (Job::Respond { form, .. }, Job::Respond { form: done, .. }) => form != done,
            (Job::Withdraw(id), Job::Withdraw(done)) | (Job::Answered { id, .. }, Job::Answered { id: done, .. }) => {
                id != done
            }
            _ => true,
        });
    }

    fn hear_answers(&mut self) {
        let answers: Vec<FindingId> = self.world.around.answers();
        for id in &answers[self.nudged..] {
            let message = Job::Answered { id: id.clone(), last_try: false };
            self.messages.push(message.clone());
            self.waiting.push(message);
        }
        self.nudged = answers.len();
    }
}

fn run(steps: &[Step]) {
    let mut run = Run::new(&Setup::enforcing());
    for step in steps {
        run.step(step).unwrap();
    }
    run.end().unwrap();
}

fn find(who: usize, tier: u8, burst: bool) -> Step {
    Step::One(Act::Find { who, severity: 0, tier, denied: false, burst }, Vec::new())
}

/// Its end is another one because it is another containment: the clock of who released it went after that of the call.
#[test]
fn released_and_contained_anew_at_once() {
    let grow = Act::Grow { which: 0, worse: false, denied: false };
    // The form with the later call is heard of when it is released, and not before.
    let died = vec![(0, 4)];
    let at_once = Step::Two(Act::Release { who: 1 }, Act::Deliver { which: 1, last_try: false }, vec![0]);
    run(&[find(1, 0, true), Step::Clock(100), Step::One(grow, died), Step::Clock(-2), at_once]);
}

/// Both are told of, however alike they are.
#[test]
fn released_twice_in_one_moment() {
    let release = || Step::One(Act::Release { who: 6 }, Vec::new());
    let grow = Step::One(Act::Grow { which: 0, worse: true, denied: false }, Vec::new());
    run(&[find(6, 2, true), Step::Clock(-2), find(6, 0, false), release(), grow, release()]);
}

/// The end of each is moved, and both are told of.
#[test]
fn extended_and_made_again_and_extended() {
    let extend = || Act::Extend { who: 6, hours: 24 };
    let made_again = Step::Tamper(6, Tampering::Recreate);
    run(&[
        find(6, 0, false),
        Step::One(extend(), Vec::new()),
        made_again,
        find(6, 0, false),
        Step::One(extend(), Vec::new()),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 1_500, ..ProptestConfig::default() })]

    /// 256 cases, or as many as the environment variable `PROPTEST_CASES` says.
    #[test]
    fn whatever_happens(setup in setups(), steps in steps()) {
        let mut run = Run::new(&setup);
        for step in &steps {
            run.step(step)?;
        }
        run.end()?;
    }
}
