//! Makes an [`Overview`] of accesses as they pass, in bounded memory.

mod aliases;
mod assets;
mod counted;
mod handovers;
mod heavy;
mod limits;
mod names;
mod pairs;
mod rotations;
mod slices;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, Outcome};
use portcullis_settings::{Inventory, Judgement, Settings};

use self::aliases::Aliases;
use self::counted::Thing;
use self::handovers::{Turn, WorkWith};
use self::heavy::Heavy;
pub use self::limits::Limits;
use self::names::Names;
use self::pairs::{Outcomes, Pair, both};
use self::rotations::Rotations;
use self::slices::Slices;
use crate::overview::{ActorHours, Handover, Overview, Slice, Use};

/// What a handover says of a key that no record names.
const NOT_TOLD: &str = "a key that no record names";

/// Makes an [`Overview`] of accesses as they pass, in bounded memory.
///
/// Accesses may come in any order. Records of rotated key material should come before those of later uses of the key: what
/// comes before them counts for the old material, as far as the slice that the rotation falls in goes.
#[derive(Clone, Debug)]
pub struct OverviewBuilder<'s> {
    settings: &'s Settings,
    inventory: &'s Inventory,
    limits: Limits,
    counted: u64,
    timeline: Slices<Outcomes>,
    actors: Names,
    assets: Names,
    hours: Heavy<u32, Hours>,
    /// By actor and asset.
    pairs: Heavy<(u32, u32), Pair>,
    aliases: Aliases,
    rotations: Rotations,
    /// Saves allocations.
    buffer: String,
}

#[derive(Clone, Debug, Default)]
struct Hours {
    by_hour: [u64; 24],
    denied: [u64; 24],
}

impl<'s> OverviewBuilder<'s> {
    /// Nothing yet. The settings say who is authorized for what; what their aliases and tags stand for, the inventory says.
    pub fn new(settings: &'s Settings, inventory: &'s Inventory, limits: Limits) -> Self {
        Self {
            settings,
            inventory,
            limits,
            counted: 0,
            timeline: Slices::default(),
            actors: Names::default(),
            assets: Names::default(),
            hours: Heavy::new(limits.actors),
            pairs: Heavy::new(limits.pairs),
            aliases: Aliases::new(limits.aliases),
            rotations: Rotations::default(),
            buffer: String::new(),
        }
    }

    /// Looks at an access, of which the settings say `judgement`. One that came before (`again`) does not count.
    pub fn see(&mut self, access: &Access, judgement: &Judgement, again: bool) {
        if again {
            return;
        }
        self.forget();
        self.see_turn(access);
        if !counted::counts(access) {
            return;
        }
        self.counted += 1;
        let actor = self.actors.number(counted::actor(&access.actor.principal, &mut self.buffer));
        let hours = self.hours.count(actor);
        if let Some(time) = access.time {
            let hour = usize::try_from(time.as_second().rem_euclid(86_400) / 3_600).unwrap_or_default();
            let is_denied = access.outcome == Outcome::Denied;
            hours.by_hour.get_mut(hour).into_iter().for_each(|count| *count += 1);
            hours.denied.get_mut(hour).into_iter().for_each(|count| *count += u64::from(is_denied));
            self.timeline.change(time, self.limits.slices, |slice| slice.count(access.outcome));
        }
        let is_work = counted::is_work(access);
        for (place, thing) in counted::things(access).enumerate() {
            let asset = self.assets.number(assets::text(thing, &mut self.buffer));
            let pair = self.pairs.count((actor, asset));
            pair.judge(match thing {
                // The judgement is of all assets together.
                Thing::Asset(_) if access.assets.len() == 1 => judgement.authorized,
                Thing::Asset(asset) if pair.outcomes.sum() == 0 => {
                    authorized(access, asset, self.settings, self.inventory)
                }
                _ => None,
            });
            pair.outcomes.count(access.outcome);
            pair.accesses += u64::from(place == 0);
            let Some(time) = access.time else { continue };
            pair.reach(time);
            if is_work && matches!(thing, Thing::Asset(Asset::Key(_))) {
                pair.work(self.rotations.last(asset, time), time, self.limits.handover_slices);
            }
        }
    }

    /// Looks whether it tells of an alias or a rotation.
    fn see_turn(&mut self, access: &Access) {
        let Some(time) = access.time else { return };
        if let Some((alias, key)) = aliases::told(access) {
            let by = self.actors.number(counted::actor(&access.actor.principal, &mut self.buffer));
            let key = self.assets.number(key.as_str());
            self.aliases.see(alias, key, time, &access.action.name, by);
        }
        if let Some(told) = rotations::told(access)
            && let Some(Asset::Key(key)) = access.assets.first()
        {
            let by = self.actors.number(counted::actor(&access.actor.principal, &mut self.buffer));
            let key = self.assets.number(key.as_str());
            self.rotations.see(key, time, by, told);
        }
    }

    /// Drops names that nothing needs any more.
    fn forget(&mut self) {
        if self.actors.is_full() {
            let rotated = self.rotations.iter().map(|(_, rotation)| rotation.by);
            let counted =
                self.hours.iter().map(|(actor, _)| actor).chain(self.pairs.iter().map(|((actor, _), _)| actor));
            self.actors.keep(counted.chain(self.aliases.actors()).chain(rotated));
        }
        if self.assets.is_full() {
            let rotated = self.rotations.iter().map(|(key, _)| key);
            self.assets.keep(self.pairs.iter().map(|((_, asset), _)| asset).chain(self.aliases.keys()).chain(rotated));
        }
    }

    /// What it came to.
    pub fn finish(mut self) -> Overview {
        let turns = self.turns();
        let works = WorkWith::new(self.pairs.iter().map(|(pair, held)| (pair, &held.known)));
        let turns = works.choose(turns, &self.assets, &self.limits);
        let pairs = self.shown_pairs();

        let of_pairs = pairs.iter().map(|((_, asset), _)| *asset);
        let of_turns = turns.iter().flat_map(|turn| [Some(turn.what), turn.old, Some(turn.new)]).flatten();
        let called = assets::called(of_pairs.chain(of_turns).map(|asset| (asset, self.assets.name(asset))));
        let asset = |number: u32| called.get(&number).cloned().unwrap_or_default();
        let actor = |number: u32| self.actors.name(number).to_owned();

        let mut hours: Vec<_> = self.hours.iter().collect();
        hours.sort_by_key(|(actor, held)| (Reverse(held.seen), self.actors.name(*actor)));
        hours.truncate(self.limits.shown_actors);
        // An actor's accesses in `uses` are among those in `hours`, as far as nothing was dropped in between.
        let mut shown: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for (actor, held) in &hours {
            shown.entry(*actor).or_default().0 += held.seen;
        }
        for ((actor, _), pair) in &pairs {
            shown.entry(*actor).or_default().1 += pair.accesses;
        }
        let shown: u64 = shown.values().map(|(hours, uses)| hours.max(uses)).sum();

        Overview {
            slice: SignedDuration::from_secs(self.timeline.rung().seconds()),
            timeline: self.timeline.iter().map(|(start, outcomes)| slice(start, *outcomes)).collect(),
            hours: hours
                .into_iter()
                .map(|(number, held)| {
                    let Hours { by_hour, denied } = held.known;
                    ActorHours { actor: actor(number), by_hour, denied }
                })
                .collect(),
            uses: pairs.iter().map(|((of, on), pair)| used(actor(*of), asset(*on), pair)).collect(),
            handovers: turns
                .iter()
                .map(|turn| Handover {
                    what: asset(turn.what),
                    at: turn.at,
                    by: actor(turn.by),
                    old: turn.old.map_or_else(|| NOT_TOLD.to_owned(), asset),
                    new: asset(turn.new),
                    uses: works.uses(turn, &self.actors, &self.limits),
                })
                .collect(),
            beyond: self.counted.saturating_sub(shown),
        }
    }

    /// Every time that a key took the place of another.
    fn turns(&mut self) -> Vec<Turn> {
        let rotated = self.rotations.iter().map(|(key, rotation)| {
            let since = Some(self.rotations.since(key, rotation.at));
            Turn { what: key, at: rotation.at, by: rotation.by, old: Some(key), new: key, since }
        });
        let rotated: Vec<Turn> = rotated.collect();
        let repointed = self.aliases.repointed().map(|found| {
            let what = self.assets.number(found.alias);
            Turn { what, at: found.at, by: found.by, old: found.old, new: found.new, since: None }
        });
        repointed.chain(rotated).collect()
    }

    /// The pairs with most accesses, names of one secret taken together.
    fn shown_pairs(&self) -> Vec<((u32, u32), Pair)> {
        let same = assets::spellings(self.pairs.iter().map(|((_, asset), _)| (asset, self.assets.name(asset))));
        let mut joined: HashMap<(u32, u32), Pair> = HashMap::new();
        for ((actor, asset), held) in self.pairs.iter() {
            joined.entry((actor, same.get(&asset).copied().unwrap_or(asset))).or_default().add(&held.known);
        }
        let mut pairs: Vec<_> = joined.into_iter().collect();
        pairs.sort_by_key(|((actor, asset), pair)| {
            (Reverse(pair.outcomes.sum()), self.actors.name(*actor), self.assets.name(*asset))
        });
        pairs.truncate(self.limits.shown_pairs);
        pairs
    }
}

/// Whether the settings authorize the actor for this one of several assets.
fn authorized(access: &Access, asset: &Asset, settings: &Settings, inventory: &Inventory) -> Option<bool> {
    let entries = settings.assets.iter().filter(|entry| entry.selector.matches(asset, inventory));
    entries.map(|entry| entry.authorizes(&access.actor, inventory)).fold(None, both)
}

fn slice(start: Timestamp, Outcomes { success, denied, failed }: Outcomes) -> Slice {
    Slice { start, success, denied, failed }
}

fn used(actor: String, asset: String, pair: &Pair) -> Use {
    let Outcomes { success, denied, failed } = pair.outcomes;
    let (first, last) = pair.reach.unzip();
    Use { actor, asset, success, denied, failed, first, last, authorized: pair.authorized }
}

#[cfg(test)]
mod tests;
