//! Keys that took the place of others, and who used which of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::limits::Limits;
use super::names::Names;
use super::pairs::{Pair, Work};
use crate::overview::{HandoverUse, Point};

/// A key took the place of another. Assets and actors are told by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The alias, or the key whose material was rotated.
    pub(super) what: u32,
    pub(super) at: Timestamp,
    pub(super) by: u32,
    /// Absent when it is not known.
    pub(super) old: Option<u32>,
    pub(super) new: u32,
    /// Of a rotation: its number and those of later ones of the key.
    pub(super) since: Option<Vec<u32>>,
}

/// The work with each key.
pub(super) struct WorkWith<'p>(HashMap<u32, ByActor<'p>>);

#[derive(Default)]
struct ByActor<'p> {
    work: Vec<(u32, &'p [(u32, Work)])>,
    count: u64,
}

impl<'p> WorkWith<'p> {
    pub(super) fn new(pairs: impl Iterator<Item = ((u32, u32), &'p Pair)>) -> Self {
        let mut with: HashMap<u32, ByActor<'p>> = HashMap::new();
        for ((actor, asset), pair) in pairs.filter(|(_, pair)| !pair.work.is_empty()) {
            let by_actor = with.entry(asset).or_default();
            by_actor.work.push((actor, pair.work.as_slice()));
            by_actor.count += pair.work.iter().map(|(_, work)| work.count()).sum::<u64>();
        }
        Self(with)
    }

    fn of(&self, key: u32) -> impl Iterator<Item = (u32, u32, &'p Work)> {
        let by_actor = self.0.get(&key).into_iter().flat_map(|by_actor| &by_actor.work);
        by_actor.flat_map(|(actor, work)| work.iter().map(|(rotation, work)| (*actor, *rotation, work)))
    }

    fn count(&self, key: u32) -> u64 {
        self.0.get(&key).map_or(0, |by_actor| by_actor.count)
    }

    /// Those to show, in the order of their times. Where there are too many, aliases come before rotations, since a
    /// rotation asks nothing of whoever uses the key; then those of the keys that are used most.
    pub(super) fn choose(&self, mut turns: Vec<Turn>, assets: &Names, limits: &Limits) -> Vec<Turn> {
        let order = |turn: &Turn| [turn.what, turn.new].map(|number| assets.name(number).to_owned());
        turns.sort_by_cached_key(|turn| {
            let count = turn.old.filter(|old| *old != turn.new).map_or(0, |old| self.count(old)) + self.count(turn.new);
            (turn.since.is_some(), Reverse(count), turn.at, order(turn))
        });
        turns.truncate(limits.handovers);
        turns.sort_by_cached_key(|turn| (turn.at, order(turn)));
        turns
    }

    /// Who used the old and the new key; those who still use the old one first, the latest of them first.
    pub(super) fn uses(&self, turn: &Turn, actors: &Names, limits: &Limits) -> Vec<HandoverUse> {
        let mut users: BTreeMap<u32, User<'p>> = BTreeMap::new();
        let of_old = turn.old.into_iter().filter(|_| turn.since.is_none()).flat_map(|old| self.of(old));
        of_old.for_each(|(actor, _, work)| users.entry(actor).or_default().old.push(work));
        for (actor, rotation, work) in self.of(turn.new) {
            let user = users.entry(actor).or_default();
            let is_new = turn.since.as_ref().is_none_or(|since| since.contains(&rotation));
            if is_new { user.new.push(work) } else { user.old.push(work) }
        }
        let mut users: Vec<(u32, User<'p>)> = users.into_iter().collect();
        users.sort_by_key(|(actor, user)| (Reverse(user.last_old(turn)), Reverse(user.count()), actors.name(*actor)));
        users.truncate(limits.handover_actors);

        let works = users.iter().flat_map(|(_, user)| user.works());
        let rung = works.clone().map(|work| work.slices.rung()).max().unwrap_or_default();
        let first = works.clone().map(|work| work.first).fold(turn.at, Timestamp::min);
        let last = works.map(|work| work.last).fold(turn.at, Timestamp::max);
        let rung = rung.holding(first, last, limits.handover_slices);
        let range = rung.index(first)..=rung.index(last);
        let shown = |(actor, user): &(u32, User<'_>)| {
            let empty = range.clone().map(|index| Point { start: rung.start(index), old: 0, new: 0 });
            let mut points: Vec<Point> = empty.collect();
            let all = user.old.iter().map(|work| (false, work)).chain(user.new.iter().map(|work| (true, work)));
            for (is_new, work) in all {
                for (start, count) in work.slices.iter() {
                    let place = usize::try_from(rung.index(start) - range.start()).ok();
                    let Some(point) = place.and_then(|place| points.get_mut(place)) else { continue };
                    // What came before the record of the rotation was taken for older.
                    let is_new = is_new || (turn.since.is_some() && point.start >= turn.at);
                    *(if is_new { &mut point.new } else { &mut point.old }) += count;
                }
            }
            let first_new = user.new.iter().map(|work| work.first).min();
            HandoverUse { actor: actors.name(*actor).to_owned(), points, last_old: user.last_old(turn), first_new }
        };
        users.iter().map(shown).collect()
    }
}

/// One actor's work with the old and the new key.
#[derive(Default)]
struct User<'p> {
    old: Vec<&'p Work>,
    new: Vec<&'p Work>,
}

impl<'p> User<'p> {
    fn works(&self) -> impl Iterator<Item = &'p Work> + Clone {
        self.old.iter().chain(&self.new).copied()
    }

    fn count(&self) -> u64 {
        self.works().map(Work::count).sum()
    }

    /// When it last used the old key after the handover. Nobody uses old material: KMS itself picks the new one.
    fn last_old(&self, turn: &Turn) -> Option<Timestamp> {
        let last = self.old.iter().map(|work| work.last).max();
        last.filter(|last| *last > turn.at && turn.since.is_none())
    }
}
