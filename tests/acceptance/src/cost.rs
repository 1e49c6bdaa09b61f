//! What steady traffic costs: the writes that a store is asked for, of what was seen before, of windows, and of who was
//! active.

use jiff::{SignedDuration, Timestamp};
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, Tally, built_in};
use portcullis_knowledge::{ActiveRoles, Added};
use portcullis_settings::{Inventory, parse};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::stream::{Event, Key, Secret, Stage, Stream};

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// The first second of all traffic: a Monday.
const START: i64 = 1_767_571_200;

/// The day that counts as steady: the first after the learning period, with a history of every day before.
const STEADY_DAY: i64 = 8;

/// What the settings of an installation like this say.
const SETTINGS: &str = "
assets:
  - {name: secrets, secret: prod/app/*, tier: sensitive, authorized: [{path: /app/}]}
  - {name: keys, arn: 'arn:aws:kms:*:111122223333:key/*', tier: standard, authorized: [{path: /app/}]}
";

/// Steady traffic: each actor uses each asset every so many seconds, in turn.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// How many actors.
    pub actors: i64,
    /// How many assets: every other one a secret, the others keys.
    pub assets: i64,
    /// Seconds between two uses of an asset by an actor.
    pub every: i64,
    /// How many records come at once.
    pub batch: usize,
}

/// Records, and the writes that they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Records.
    pub events: usize,
    /// Writes of what was seen before.
    pub knowledge: usize,
    /// Writes of windows.
    pub windows: usize,
    /// Writes of who was active.
    pub active: usize,
}

impl Cost {
    /// Writes of what was seen before, of windows and of who was active, for a thousand records each, rounded up.
    pub fn per_thousand(&self) -> (usize, usize, usize) {
        let of = |writes: usize| (writes * 1000).div_ceil(self.events.max(1));
        (of(self.knowledge), of(self.windows), of(self.active))
    }
}

/// The built-in rules under ordinary settings.
///
/// # Errors
///
/// When rules or settings have problems; says which.
pub fn pipeline() -> Result<Pipeline, String> {
    let settings = parse(SETTINGS).map_err(|problems| problems.render("portcullis.yaml", SETTINGS))?;
    let context = Context { stack: "portcullis".to_owned(), ..Context::default() };
    let pipeline = Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), context);
    match pipeline.rules.problems() {
        [] => Ok(pipeline),
        problems => Err(format!("built-in rules have problems: {problems:?}")),
    }
}

impl Traffic {
    /// What the first day of an installation costs, and a day after the learning period.
    pub fn first_and_steady_day(&self, pipeline: &Pipeline) -> (Cost, Cost) {
        let mut worker = Worker::new(pipeline);
        let first = self.day(&mut worker, 0, self.every);
        for day in 1..STEADY_DAY {
            // Twice a day is enough of a history.
            self.day(&mut worker, day, self.every.max(DAY / 2));
        }
        (first, self.day(&mut worker, STEADY_DAY, self.every))
    }

    fn day(&self, worker: &mut Worker<'_>, day: i64, every: i64) -> Cost {
        let mut cost = Cost::default();
        for round in 0..DAY / every {
            for pair in 0..self.actors * self.assets {
                let second = START + day * DAY + round * every + pair * every / (self.actors * self.assets);
                let (actor, asset) = (pair / self.assets, pair % self.assets);
                access(
                    &mut worker.stream,
                    Timestamp::from_second(second).unwrap_or_default(),
                    actor,
                    asset,
                    day + round + pair,
                );
            }
            cost.add(worker.take(self.batch));
        }
        cost
    }
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.knowledge += other.knowledge;
        self.windows += other.windows;
        self.active += other.active;
    }
}

/// One worker, and what it is given.
struct Worker<'p> {
    detector: Detector<'p>,
    active: ActiveRoles,
    stream: Stream,
}

impl<'p> Worker<'p> {
    fn new(pipeline: &'p Pipeline) -> Self {
        Self { detector: Detector::new(pipeline, None), active: ActiveRoles::default(), stream: Stream::default() }
    }

    /// Takes what was added, so many records at once.
    fn take(&mut self, batch: usize) -> Cost {
        let before = self.detector.writes();
        let events = self.stream.take();
        let mut active = 0;
        for part in events.chunks(batch.max(1)) {
            let tally = self.detector.take(part.iter().map(|event: &Event| event.json.as_str()));
            active += self.note_active(&tally);
        }
        let after = self.detector.writes();
        Cost { events: events.len(), knowledge: after.0 - before.0, windows: after.1 - before.1, active }
    }

    /// Notes who was active, as detect does after each batch, at the moment of the latest record; answers with the writes.
    fn note_active(&mut self, tally: &Tally) -> usize {
        let relevant = || tally.accesses.iter().flatten().filter(|access| access.is_relevant());
        let now = relevant().filter_map(|access| access.time).max().unwrap_or_default();
        for access in relevant() {
            let principal = &access.actor.principal;
            if let (Some(account), Some(arn), Some(time)) = (principal.account(), principal.arn(), access.time) {
                self.active.note(&account, arn, time, now);
            }
        }
        let writes = self.active.pending();
        for (account, day, hashes) in &writes {
            self.active.written(account, *day, hashes, Added::All);
        }
        writes.len()
    }
}

/// One access, three of four times a use and else a look: a read of a secret with the decryption behind it; a
/// decryption, a data key.
fn access(stream: &mut Stream, at: Timestamp, actor: i64, asset: i64, turn: i64) {
    let caller = application(actor);
    if asset % 2 == 0 {
        let secret = secret(asset);
        match turn % 4 {
            3 => stream.look_at_secret(at, &caller, "DescribeSecret", &secret),
            _ => stream.get_secret(at, &caller, &secret, Stage::Unnamed),
        }
    } else {
        let key = key(asset);
        match turn % 4 {
            3 => stream.look_at_key(at, &caller, "DescribeKey", &key),
            1 => stream.generate_data_key(at, &caller, &key, &Value::Null),
            _ => stream.decrypt(at, &caller, &key, &json!({"purpose": "orders"})),
        }
    }
}

fn application(number: i64) -> Caller {
    let nat = ["203.0.113.10", "198.51.100.10", "192.0.2.10"];
    let place = usize::try_from(number).unwrap_or(0) % nat.len();
    Caller::role(&format!("app/app-{number}"), &format!("app-{number}-task")).at(nat.get(place).unwrap_or(&"192.0.2.1"))
}

fn key(number: i64) -> Key {
    Key::number(number.unsigned_abs())
}

fn secret(number: i64) -> Secret {
    Secret::new(format!("prod/app/part-{number}"), &Key::number(1000))
}

/// A call that a known actor makes again and again.
pub type Habit = (&'static str, fn(&mut Stream, Timestamp));

/// Calls that known actors make again and again.
pub const HABITS: &[Habit] = &[
    ("a secret read, and the decryption behind it", |stream, at| {
        stream.get_secret(at, &application(1), &secret(0), Stage::Unnamed);
    }),
    ("a secret described", |stream, at| stream.look_at_secret(at, &application(1), "DescribeSecret", &secret(0))),
    ("a decryption", |stream, at| stream.decrypt(at, &application(1), &key(1), &Value::Null)),
    ("a data key", |stream, at| stream.generate_data_key(at, &application(1), &key(1), &Value::Null)),
    ("a key described by who uses it", |stream, at| {
        stream.look_at_key(at, &application(1), "DescribeKey", &key(1));
    }),
    ("a key described by who only looks", |stream, at| {
        stream.look_at_key(at, &application(2), "DescribeKey", &key(1));
    }),
    ("secrets listed", |stream, at| stream.list_secrets(at, &application(1))),
    ("secrets read in a batch, by a tag", |stream, at| stream.batch_get_secrets(at, &application(1))),
    ("a parameter decrypted with the command line", |stream, at| {
        stream.get_parameter(at, &application(1).with("aws-cli/2.31.0"), "/app/token");
    }),
];

/// What a thousand of a habit cost, one every minute, after a week of it every six hours.
pub fn habit(pipeline: &Pipeline, habit: &Habit) -> Cost {
    let mut worker = Worker::new(pipeline);
    let start = Timestamp::from_second(START).unwrap_or_default();
    for (_, other) in HABITS.iter().take(4) {
        other(&mut worker.stream, start);
    }
    (0..STEADY_DAY * 4).for_each(|part| habit.1(&mut worker.stream, start + SignedDuration::from_hours(part * 6)));
    worker.take(1);
    let steady = start + SignedDuration::from_secs(STEADY_DAY * DAY);
    (0..1000).for_each(|minute| habit.1(&mut worker.stream, steady + SignedDuration::from_mins(minute)));
    worker.take(1)
}
