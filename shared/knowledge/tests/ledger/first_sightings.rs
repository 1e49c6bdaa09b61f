//! Exactly one event is the first of its pair, of its asset, of its actor's place; whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use portcullis_domain::Outcome;
use portcullis_knowledge::{Day, History, Key, Sighting};
use proptest::prelude::*;

use crate::world::{ACCOUNT, DAY, Delivery, Fault, Flaky, World, actor_of, asset_of, at, pair_of, run};

const EVENTS: usize = 30;
const WORKERS: usize = 3;

/// An event of `app-n` on some of three keys; one on none makes a sighting without an asset.
pub(crate) fn event() -> impl Strategy<Value = Vec<Sighting>> {
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Denied), Just(Outcome::Failed)];
    let place = proptest::option::of(0..4u8);
    (0..3u8, proptest::collection::btree_set(0..3u8, 0..3), 0..20 * DAY, outcome, place, any::<bool>()).prop_map(
        |(actor, assets, second, outcome, place, counted)| {
            let sighting = |asset: Option<String>| Sighting {
                account: ACCOUNT.to_owned(),
                actor: format!("app-{actor}"),
                asset,
                time: at(second),
                event_id: String::new(),
                outcome,
                place: place.map(|place| format!("place-{place}")),
                uses: outcome == Outcome::Success,
                counted,
            };
            if assets.is_empty() {
                return vec![sighting(None)];
            }
            assets.into_iter().map(|asset| sighting(Some(format!("key-{asset}")))).collect()
        },
    )
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Vec<Sighting>>> {
    proptest::collection::vec(event(), EVENTS).prop_map(|mut events| {
        for (n, event) in events.iter_mut().enumerate() {
            for sighting in event {
                sighting.event_id = format!("e-{n}");
            }
        }
        events
    })
}

/// Rounds of batches, as places in the list of events: in any order, some twice, some never.
type Rounds = Vec<Vec<(Vec<usize>, bool)>>;

fn rounds(dies: f64) -> impl Strategy<Value = Rounds> {
    let batch = proptest::collection::vec(0..EVENTS, 0..8);
    let round = proptest::collection::vec((batch, proptest::bool::weighted(dies)), WORKERS);
    proptest::collection::vec(round, 0..8)
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        8 => Just(Fault::None),
        1 => Just(Fault::Before),
        1 => Just(Fault::After),
        2 => Just(Fault::Stale),
    ];
    proptest::collection::vec(fault, 0..120)
}

/// Hands out the rounds, and then, with a store that works, whatever was not acknowledged.
async fn play(world: &mut World, events: &[Vec<Sighting>], rounds: &Rounds) {
    for round in rounds {
        let deliveries = round.iter().map(|(batch, dies)| -> Delivery {
            (batch.iter().flat_map(|event| events[*event].clone()).collect(), *dies)
        });
        let deliveries = deliveries.collect();
        world.round(deliveries).await;
    }
    world.store.recover();
    let acknowledged: BTreeSet<_> = world.answers.iter().map(|(sighting, _)| sighting.event_id.clone()).collect();
    for event in events.iter().filter(|event| !acknowledged.contains(&event[0].event_id)) {
        world.deliver(event.clone()).await;
    }
}

/// Of all that share a subject, exactly one event is answered true, every time; and the rest false, every time.
fn one_first<S: Ord + Debug>(
    answers: &[(Sighting, History)],
    subject: impl Fn(&Sighting) -> Option<S>,
    answer: impl Fn(&History) -> Option<bool>,
) -> Result<BTreeMap<S, String>, TestCaseError> {
    let mut verdicts = BTreeMap::<S, BTreeMap<&str, BTreeSet<bool>>>::new();
    for (sighting, history) in answers {
        let subject = subject(sighting);
        prop_assert_eq!(subject.is_some(), answer(history).is_some(), "{:?}", sighting);
        if let (Some(subject), Some(first)) = (subject, answer(history)) {
            verdicts.entry(subject).or_default().entry(&sighting.event_id).or_default().insert(first);
        }
    }
    let mut firsts = BTreeMap::new();
    for (subject, verdicts) in verdicts {
        let first: Vec<_> = verdicts.iter().filter(|(_, answers)| answers.contains(&true)).collect();
        prop_assert_eq!(first.len(), 1, "{:?}: {:?}", &subject, &verdicts);
        prop_assert!(verdicts.values().all(|answers| answers.len() == 1), "{:?}: {:?}", &subject, &verdicts);
        firsts.insert(subject, (*first[0].0).to_owned());
    }
    Ok(firsts)
}

/// The answers about uses, and not about who only looked or was refused.
fn uses(answers: &[(Sighting, History)]) -> Vec<(Sighting, History)> {
    answers.iter().filter(|(sighting, _)| sighting.uses).cloned().collect()
}

fn place_of(sighting: &Sighting) -> Option<(Key, String)> {
    Some((actor_of(sighting), sighting.place.clone()?))
}

/// The ledger holds what was answered, and the whole truth about times, days and places.
fn the_ledger_agrees(world: &World, events: &[Vec<Sighting>]) -> Result<(), TestCaseError> {
    let memory = &world.store.memory;
    let pairs = one_first(&uses(&world.answers), pair_of, |history| history.first_seen)?;
    let assets = one_first(&uses(&world.answers), asset_of, |history| history.asset_first_use)?;
    for (key, event) in pairs.iter().chain(&assets) {
        let item = memory.item(key);
        prop_assert_eq!(item.event(), Some(event.as_str()));
        let about = |s: &&Sighting| pair_of(s).as_ref() == Some(key) || asset_of(s).as_ref() == Some(key);
        let seen: Vec<_> = events.iter().flatten().filter(about).collect();
        let used = seen.iter().filter(|sighting| sighting.uses);
        prop_assert_eq!(item.first(), used.map(|sighting| sighting.time).min());
        if matches!(key, Key::Pair { .. }) {
            prop_assert_eq!(item.last_day(), seen.iter().map(|sighting| Day::of(sighting.time)).max());
            let places: BTreeSet<_> = seen.iter().filter_map(|sighting| sighting.place.as_deref()).collect();
            prop_assert_eq!(item.places().map(|(place, _)| place).collect::<BTreeSet<_>>(), places);
        }
    }
    let used = one_first(&uses(&world.answers), place_of, |history| history.origin_first_use)?;
    for ((actor, place), event) in &used {
        let item = memory.item(actor);
        prop_assert_eq!(item.place_used(place), Some(event.as_str()));
    }
    let places = one_first(&world.answers, place_of, |history| history.origin_first_seen)?;
    for ((actor, place), event) in &places {
        let item = memory.item(actor);
        prop_assert_eq!(item.place(place), Some(event.as_str()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Workers race and die, the store fails, forgets to answer, or answers from the past; events come in any order
    /// and many times.
    #[test]
    fn no_first_sighting_is_lost_and_none_is_made_up(
        events in events(),
        rounds in rounds(0.2),
        faults in faults(),
        yields in proptest::collection::vec(0..4u8, 0..200),
        capacity in prop_oneof![Just(2usize), Just(8), Just(4096)],
    ) {
        run(async {
            let mut world = World::new(Flaky::plan(&faults, &yields), WORKERS, capacity);
            play(&mut world, &events, &rounds).await;
            the_ledger_agrees(&world, &events)?;
            // However often the whole of it comes again, in one batch, to a new worker.
            world.workers = vec![portcullis_knowledge::Knowledge::default()];
            for _ in 0..2 {
                world.deliver(events.concat()).await;
            }
            the_ledger_agrees(&world, &events)
        })?;
    }

    /// Whatever order one worker hears of things, nothing but who was first differs in the ledger.
    #[test]
    fn order_does_not_matter(events in events(), order in Just((0..EVENTS).collect::<Vec<_>>()).prop_shuffle()) {
        run(async {
            let mut ends = Vec::new();
            for order in [(0..EVENTS).collect(), order] {
                let mut world = World::new(Flaky::default(), 1, 4096);
                let batches: Vec<Vec<Sighting>> = order.into_iter().map(|event| events[event].clone()).collect();
                for batch in batches {
                    world.deliver(batch).await;
                }
                world.flush_all().await;
                let facts = world.store.memory.items().into_iter().filter(|(key, _)| !matches!(key, Key::Watch { .. }));
                let fact = |(key, item): (Key, portcullis_knowledge::Item)| {
                    let days: Vec<_> = item.days().into_iter().map(|(d, u)| (d, u.successes, u.denials, u.failures)).collect();
                    let places: Vec<_> = item.places().map(|(place, _)| place.to_owned()).collect();
                    (key, item.first(), days, places)
                };
                ends.push(facts.map(fact).collect::<Vec<_>>());
            }
            prop_assert_eq!(&ends[0], &ends[1]);
            Ok(())
        })?;
    }

    /// In one batch the event that happened first is the first, whatever its place in the batch.
    #[test]
    fn within_a_batch_the_earliest_is_first(events in events()) {
        run(async {
            let mut world = World::new(Flaky::default(), 1, 4096);
            world.deliver(events.concat()).await;
            let pairs = one_first(&uses(&world.answers), pair_of, |history| history.first_seen)?;
            for (pair, event) in pairs {
                let of_pair = |sighting: &&Sighting| sighting.uses && pair_of(sighting).as_ref() == Some(&pair);
                let seen = events.iter().flatten().filter(of_pair);
                let earliest = seen.min_by_key(|sighting| (sighting.time, sighting.event_id.clone())).unwrap();
                prop_assert_eq!(&earliest.event_id, &event);
            }
            Ok(())
        })?;
    }
}
