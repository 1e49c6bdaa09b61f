//! When things go on: what fills the day, and what has its time.

use super::{Activity, deploy, keys, noise, people, rotation, scan, secrets};
use crate::clock::{Moment, TICK};
use crate::organization::HOME;
use crate::rng::Rng;

/// What goes on all the time, and how often in comparison.
pub(crate) type Mix = &'static [(u64, Activity)];

/// With keys and secrets, where the applications are.
const RELEVANT_AT_HOME: Mix = &[
    (46, secrets::by_application),
    (20, keys::tokens),
    (12, keys::own_data),
    (4, secrets::parameters),
    (6, keys::by_services),
    (3, keys::volumes),
    (3, keys::backups),
    (3, keys::across_accounts),
    (1, people::partner),
    (2, keys::inventory),
];

/// With keys, in other Regions.
const RELEVANT_ELSEWHERE: Mix = &[(8, keys::by_services), (2, keys::volumes), (1, keys::inventory)];

/// With everything else, where the applications are.
const NOISE_AT_HOME: Mix = &[
    (210, noise::of_services),
    (12, noise::chained),
    (20, noise::agents),
    (34, noise::inventory_of_instances),
    (40, noise::scaling),
    (16, noise::balancers),
    (10, noise::functions),
    (10, noise::tasks),
    (5, noise::images),
    (34, noise::buckets),
    (6, noise::tables),
    (16, noise::log_streams),
    (8, noise::alarms),
    (14, noise::consoles),
    (3, noise::numbers),
    (1, deploy::by_pipeline),
];

/// With everything else, in other Regions.
const NOISE_ELSEWHERE: Mix = &[
    (40, noise::of_services),
    (2, noise::chained),
    (10, noise::inventory_of_instances),
    (2, noise::scaling),
    (12, noise::buckets),
    (3, noise::tables),
    (3, noise::alarms),
    (3, noise::consoles),
];

/// What fills the day in a Region: about keys and secrets, or not.
pub(crate) fn mix(region: &str, relevant: bool) -> Mix {
    match (relevant, region == HOME) {
        (true, true) => RELEVANT_AT_HOME,
        (true, false) => RELEVANT_ELSEWHERE,
        (false, true) => NOISE_AT_HOME,
        (false, false) => NOISE_ELSEWHERE,
    }
}

/// One of a mix, by its weight.
pub(crate) fn pick(mix: Mix, rng: &mut Rng) -> Option<(usize, Activity)> {
    let mut left = rng.below(mix.iter().map(|(weight, _)| weight).sum());
    mix.iter().enumerate().find_map(|(number, (weight, activity))| {
        let found = left < *weight;
        left = left.saturating_sub(*weight);
        found.then_some((number, *activity))
    })
}

/// What goes on at a time, if it is the time for it.
type Timed = fn(&Moment, &Occasion<'_>, &mut Rng) -> Option<Activity>;

/// What has its time: what people do has their hours, a scan its night, a rotation its day.
pub(crate) const TIMED: &[Timed] = &[
    |moment, at, _| (at.is_home() && moment.tick_of_day() == 30 + at.number % 24).then_some(secrets::at_restart),
    |moment, at, _| (moment.tick_of_day() == 12 + at.number % 24).then_some(scan::nightly),
    |moment, at, _| {
        (at.is_home() && moment.tick_of_day() == 40 + at.number % 24 && (moment.day() + at.number) % 2 == 0)
            .then_some(rotation::of_secret)
    },
    |moment, at, _| {
        (moment.tick_of_day() == 90 + at.number % 24 && (moment.day() + at.number) % 3 == 0)
            .then_some(rotation::of_material)
    },
    |moment, at, _| {
        (at.is_home() && (moment.start..moment.start + TICK).contains(&at.repointed)).then_some(rotation::of_own_alias)
    },
    |moment, at, rng| {
        (at.is_home() && moment.activity() > 20 && rng.per_mille(120)).then_some(people::database_operator)
    },
    |moment, at, rng| (at.is_home() && moment.activity() > 20 && rng.per_mille(160)).then_some(people::developer),
    |moment, at, rng| {
        (at.is_home() && moment.activity() > 20 && rng.per_mille(90)).then_some(people::platform_operator)
    },
    |moment, at, rng| (at.is_home() && moment.activity() > 28 && rng.per_mille(50)).then_some(deploy::by_pipeline),
    |_, at, rng| (at.is_home() && rng.per_mille(15)).then_some(people::misspelt),
];

/// How many of them come first, and are done however few records there are: who is attacked is known by then.
pub(crate) const ALWAYS: usize = 1;

/// Where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'o> {
    pub(crate) region: &'o str,
    /// The number of the account and Region, so that not all do the same at one time.
    pub(crate) number: i64,
    /// When aliases are pointed to new keys.
    pub(crate) repointed: i64,
}

impl Occasion<'_> {
    fn is_home(&self) -> bool {
        self.region == HOME
    }
}
