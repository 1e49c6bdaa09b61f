//! From a scenario to its log files, one after the other.

use std::collections::VecDeque;

use crate::activity::plan::{ALWAYS, Occasion, TIMED, mix, pick};
use crate::attack::Played;
use crate::budget::Budget;
use crate::clock::{Clock, Moment, TICK};
use crate::delivery::{LogFile, Stream};
use crate::organization::Organization;
use crate::rng::Rng;
use crate::scenario::{Scenario, ScenarioError};
use crate::stage::Stage;
use crate::truth::Truth;

/// The log files of a scenario, in the order in which they are delivered. Five minutes of the organisation are in memory at a time,
/// however long the logs are.
#[derive(Debug)]
pub struct Simulation {
    seed: u64,
    organization: Organization,
    truth: Truth,
    /// What is yet to be played of the attacks, the first to come last.
    attacks: Vec<Played>,
    streams: Vec<Stream>,
    clock: Clock,
    budget: Budget,
    /// When the next five minutes begin, and when the last end.
    next: i64,
    end: i64,
    repointed: i64,
    ready: VecDeque<LogFile>,
}

impl Simulation {
    /// Makes the organisation and plays the attacks; the rest is made file by file.
    ///
    /// # Errors
    ///
    /// When the scenario cannot be made.
    pub fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let start = scenario.check()?;
        let seed = scenario.seed;
        let length = i64::from(scenario.days) * 86_400;
        let end = start + length;
        let repointed = start + length * 2 / 5 / TICK * TICK;
        let organization = Organization::new(seed, scenario.accounts, repointed);
        let clock = Clock::new();
        let (truth, attacks) = crate::attack::play_all(scenario, &organization, &clock, (start, end));
        let streams = Stream::all(&organization, seed);
        let shares = (start..end).step_by(usize::try_from(TICK).unwrap_or(1)).map(|at| clock.moment(at));
        let whole = shares.map(|moment| streams.iter().map(|stream| stream.share(&moment)).sum::<u64>()).sum();
        let of_attacks =
            [true, false].map(|relevant| attacks.iter().filter(|played| played.relevant == relevant).count() as u64);
        let budget = Budget::new(scenario, of_attacks, whole)?;
        Ok(Self {
            seed,
            organization,
            truth,
            attacks,
            streams,
            clock,
            budget,
            next: start,
            end,
            repointed,
            ready: VecDeque::new(),
        })
    }

    /// What was done to the organisation.
    pub const fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The settings of the organisation, `portcullis.yaml`.
    pub fn settings(&self) -> String {
        crate::settings::yaml(&self.organization)
    }

    /// The next five minutes of every account and Region.
    fn advance(&mut self) {
        let moment = self.clock.moment(self.next);
        let until = self.next + TICK;
        while let Some(played) = self.attacks.pop_if(|played| played.at < until) {
            if let Some(stream) = self.streams.iter_mut().find(|stream| stream.is(&played.account, played.region)) {
                stream.add(played.at, played.json);
            }
        }
        if self.next < self.end {
            for number in 0..self.streams.len() {
                self.fill(number, &moment);
            }
        }
        for stream in &mut self.streams {
            stream.deliver(&moment, &mut self.budget, &mut self.ready);
        }
        self.next = until;
    }

    /// What goes on in one account and Region.
    fn fill(&mut self, number: usize, moment: &Moment) {
        let Self { seed, organization, streams, budget, repointed, .. } = self;
        let Some(stream) = streams.get(number) else { return };
        budget.turn(stream.share(moment));
        let Some(account) = organization.accounts.get(stream.account_number) else { return };
        let Some(place) = account.regions.iter().find(|(region, _)| *region == stream.region) else { return };
        let rng = Rng::of(&[*seed, number as u64, moment.start.cast_unsigned()]);
        let mut stage = Stage::new(organization, account, (place.0, &place.1), moment.clone(), rng);
        let occasion =
            Occasion { region: stream.region, number: i64::try_from(number).unwrap_or(0), repointed: *repointed };
        for (number, timed) in TIMED.iter().enumerate() {
            let Some(activity) = timed(moment, &occasion, &mut stage.rng) else { continue };
            // Where few records are to be made, what has its time does not use them all up.
            if number >= ALWAYS && budget.is_ahead() {
                continue;
            }
            stage.at = moment.start + stage.rng.seconds(TICK - 60);
            let Some(turn) = streams.get_mut(occasion_index(&occasion)).map(|stream| stream.turn(number)) else {
                continue;
            };
            activity(&mut stage, turn);
            take(streams, budget, &mut stage);
        }
        for relevant in [true, false] {
            let mix = mix(occasion.region, relevant);
            while budget.is_due(relevant) {
                let Some((kind, activity)) = pick(mix, &mut stage.rng) else { break };
                stage.at = moment.start + stage.rng.seconds(TICK);
                let kind = TIMED.len() + kind + if relevant { 0 } else { 32 };
                let Some(turn) = streams.get_mut(occasion_index(&occasion)).map(|stream| stream.turn(kind)) else {
                    break;
                };
                activity(&mut stage, turn);
                take(streams, budget, &mut stage);
            }
        }
    }
}

fn occasion_index(occasion: &Occasion<'_>) -> usize {
    usize::try_from(occasion.number).unwrap_or(0)
}

/// Puts what was written where it belongs, as far as there may be so many records.
fn take(streams: &mut [Stream], budget: &mut Budget, stage: &mut Stage<'_>) {
    for written in stage.written.drain(..) {
        if budget.spend(written.relevant)
            && let Some(stream) = streams.iter_mut().find(|stream| stream.is(written.account, written.region))
        {
            stream.add(written.at, written.json);
        }
    }
}

impl Iterator for Simulation {
    type Item = LogFile;

    fn next(&mut self) -> Option<LogFile> {
        loop {
            if let Some(file) = self.ready.pop_front() {
                return Some(file);
            }
            let is_over = self.next >= self.end && self.attacks.is_empty() && self.streams.iter().all(Stream::is_empty);
            if is_over {
                return None;
            }
            self.advance();
        }
    }
}
