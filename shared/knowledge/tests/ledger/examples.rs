//! The ledger's answers, one by one.

use std::collections::BTreeMap;

use portcullis_knowledge::{History, Key, Knowledge, LEARNING, MAX_PLACES, RateLevel, Sighting, TOUCHED_DAYS};

use crate::world::{ACCOUNT, DAY, Fault, Flaky, actor_of, asset_of, at, observe_one, pair, sighting, watched};

#[tokio::test]
async fn first_then_known() {
    let (mut knowledge, store) = watched().await;
    let new = History {
        first_seen: Some(true),
        learning: Some(false),
        origin_first_seen: Some(true),
        origin_first_use: Some(true),
        asset_first_use: Some(true),
        rate: Some(RateLevel::Learning),
    };
    let known = History {
        first_seen: Some(false),
        origin_first_seen: Some(false),
        origin_first_use: Some(false),
        asset_first_use: Some(false),
        ..new
    };
    assert_eq!(observe_one(&mut knowledge, &store, sighting("a", 10)).await, new);
    assert_eq!(observe_one(&mut knowledge, &store, sighting("b", 20)).await, known);
    assert_eq!(observe_one(&mut knowledge, &store, sighting("a", 10)).await, new, "redelivered");
    let mut other = Knowledge::default();
    assert_eq!(observe_one(&mut other, &store, sighting("b", 20)).await, known, "to another worker");
    assert_eq!(observe_one(&mut other, &store, sighting("a", 10)).await, new, "redelivered to another worker");

    let other_actor = Sighting { actor: "ops".into(), ..sighting("c", 30) };
    let history = observe_one(&mut knowledge, &store, other_actor).await;
    assert_eq!((history.first_seen, history.asset_first_use), (Some(true), Some(false)));
    let other_key = Sighting { asset: Some("other".into()), ..sighting("d", 40) };
    let history = observe_one(&mut knowledge, &store, other_key).await;
    assert_eq!((history.first_seen, history.asset_first_use), (Some(true), Some(true)));
    assert_eq!(history.origin_first_seen, Some(false), "a place is the actor's, over all assets");
    let other_account = Sighting { account: "444455556666".into(), ..sighting("e", 50) };
    let history = observe_one(&mut knowledge, &store, other_account).await;
    assert_eq!((history.first_seen, history.learning), (Some(true), Some(true)), "each account on its own");
}

/// Looking first, or being refused first, does not make a thief a regular.
#[tokio::test]
async fn only_a_use_makes_known() {
    let (mut knowledge, store) = watched().await;
    for (event, second) in [("looks", 10), ("is refused", 20)] {
        let look = Sighting { uses: false, counted: false, ..sighting(event, second) };
        let history = observe_one(&mut knowledge, &store, look).await;
        assert_eq!((history.first_seen, history.asset_first_use), (Some(true), Some(true)), "{event}");
        assert_eq!(history.origin_first_use, Some(true), "{event}");
        assert_eq!(history.origin_first_seen, Some(event == "looks"), "the place is seen by any call");
    }
    let history = observe_one(&mut knowledge, &store, sighting("reads", 30)).await;
    assert_eq!((history.first_seen, history.origin_first_use), (Some(true), Some(true)));
    let history = observe_one(&mut Knowledge::default(), &store, sighting("reads again", 40)).await;
    assert_eq!((history.first_seen, history.origin_first_use), (Some(false), Some(false)));
}

#[tokio::test]
async fn a_late_record_moves_the_first_time_back_and_is_not_new() {
    let (mut knowledge, store) = watched().await;
    observe_one(&mut knowledge, &store, sighting("on time", 1000)).await;
    let history = observe_one(&mut Knowledge::default(), &store, sighting("late", 400)).await;
    assert_eq!((history.first_seen, history.asset_first_use), (Some(false), Some(false)));
    let item = store.item(&pair());
    assert_eq!((item.event(), item.first()), (Some("on time"), Some(at(400))));
    let history = observe_one(&mut knowledge, &store, sighting("on time", 1000)).await;
    assert_eq!(history.first_seen, Some(true), "it stays the first sighting");
}

#[tokio::test]
async fn what_a_sighting_lacks_is_not_answered() {
    let (mut knowledge, store) = watched().await;
    let bare = Sighting { asset: None, place: None, ..sighting("a", 10) };
    let history = observe_one(&mut knowledge, &store, bare).await;
    assert_eq!(history, History { learning: Some(false), ..History::default() });
    let uncounted = Sighting { counted: false, place: None, ..sighting("b", 20) };
    let history = observe_one(&mut knowledge, &store, uncounted).await;
    assert_eq!((history.first_seen, history.origin_first_seen, history.rate), (Some(true), None, None));
}

#[tokio::test]
async fn learning_lasts_seven_days() {
    let (mut knowledge, store) = (Knowledge::default(), portcullis_knowledge::MemoryKnowledge::default());
    let week = LEARNING.as_secs();
    assert_eq!(week, 7 * DAY);
    let mut learning = Vec::new();
    for (event, second) in [("start", 0), ("earlier", -10), ("last", week - 1), ("after", week)] {
        learning.push(observe_one(&mut knowledge, &store, sighting(event, second)).await.learning.unwrap());
    }
    assert_eq!(learning, [true, true, true, false]);
    assert_eq!(knowledge.begin_watch(&store, ACCOUNT, at(-DAY)).await.unwrap(), at(0), "the first word stands");
    assert_eq!(Knowledge::default().begin_watch(&store, ACCOUNT, at(5)).await.unwrap(), at(0));
}

#[tokio::test]
async fn beyond_64_places_there_are_too_many_to_tell() {
    let (mut knowledge, store) = watched().await;
    let from = |n: usize| Sighting { place: Some(format!("place-{n}")), ..sighting(format!("e-{n}"), 10) };
    for n in 0..MAX_PLACES {
        assert_eq!(observe_one(&mut knowledge, &store, from(n)).await.origin_first_seen, Some(true), "{n}");
    }
    let writes = store.writes();
    for knowledge in [&mut knowledge, &mut Knowledge::default()] {
        let history = observe_one(knowledge, &store, from(MAX_PLACES)).await;
        assert_eq!((history.origin_first_seen, history.origin_first_use), (Some(false), Some(false)));
        assert_eq!(observe_one(knowledge, &store, from(MAX_PLACES - 1)).await.origin_first_seen, Some(true));
    }
    assert_eq!(store.writes(), writes, "and nothing more is written");
    for key in [pair(), actor_of(&from(0))] {
        assert_eq!(store.item(&key).places().count(), MAX_PLACES);
    }
}

#[tokio::test]
async fn a_failure_is_told_and_the_batch_can_come_again() {
    for fault in [Fault::Before, Fault::After] {
        // Load, watch, place, asset, pair: each in turn.
        for call in 0..5 {
            let mut faults = vec![Fault::None; call];
            faults.insert(0, fault);
            let store = Flaky::plan(&faults, &[]);
            let mut knowledge = Knowledge::default();
            let error = knowledge.observe(&store, &[sighting("a", 10)]).await.unwrap_err();
            assert!(error.retryable && error.chain().contains("injected fault"), "{error:?}");
            let again = knowledge.observe(&store, &[sighting("a", 10)]).await.unwrap()[0];
            assert_eq!(
                again.first_seen.zip(again.origin_first_seen).zip(again.asset_first_use),
                Some(((true, true), true))
            );
        }
    }
}

#[tokio::test]
async fn several_assets_of_one_event_are_each_first() {
    let (mut knowledge, store) = watched().await;
    let batch = ["a", "b"].map(|asset| Sighting { asset: Some(asset.into()), ..sighting("batch", 10) });
    let [one, two] = knowledge.observe(&store, &batch).await.unwrap()[..] else { panic!("two answers") };
    assert_eq!(one, two);
    assert_eq!((one.first_seen, one.origin_first_seen), (Some(true), Some(true)));
    assert_eq!(one.joined(two), one);
}

#[tokio::test]
async fn one_load_per_batch_and_none_for_what_is_held() {
    let (mut knowledge, store) = watched().await;
    knowledge.observe(&store, &[sighting("a", 10), sighting("b", 20)]).await.unwrap();
    assert_eq!(store.loaded(), 3, "the actor, the asset, the pair");
    knowledge.observe(&store, &[sighting("c", 30)]).await.unwrap();
    assert_eq!(store.loaded(), 3);
}

#[tokio::test]
async fn what_was_used_longest_ago_makes_room_and_is_written_first() {
    let (_, store) = watched().await;
    let mut knowledge = Knowledge::with_capacity(8);
    for n in 0..40 {
        let use_of = |time| Sighting { asset: Some(format!("key-{n}")), ..sighting(format!("{n}-{time}"), time) };
        knowledge.observe(&store, &[use_of(10), use_of(20)]).await.unwrap();
        assert!(knowledge.pending() <= 8, "each pair has one pending, and few are held");
    }
    knowledge.flush_all(&store).await.unwrap();
    let successes = store.items().values().flat_map(|item| item.days().into_values()).map(|day| day.successes).sum();
    assert_eq!(80_i64, successes);
}

#[tokio::test]
async fn what_is_in_use_is_not_loaded_again() {
    let (_, store) = watched().await;
    let mut knowledge = Knowledge::with_capacity(8);
    for n in 0..40 {
        let cold = Sighting { asset: Some(format!("key-{n}")), ..sighting(format!("cold-{n}"), n) };
        knowledge.observe(&store, &[sighting(format!("hot-{n}"), n), cold]).await.unwrap();
    }
    assert_eq!(store.loaded(), 4 + 40 * 2, "the watch, the actor, the asset, the pair; and each cold asset and pair");
}

/// A store may let items expire that were not written for long.
#[tokio::test]
async fn every_item_in_use_is_written_once_in_a_while() {
    let (mut knowledge, store) = watched().await;
    let first = sighting("e-0", 0);
    let keys = [pair(), actor_of(&first), asset_of(&first).unwrap(), Key::Watch { account: ACCOUNT.to_owned() }];
    let mut written = BTreeMap::new();
    for day in 0..400 {
        let before = store.items();
        observe_one(&mut knowledge, &store, sighting(format!("e-{day}"), day * DAY)).await;
        for key in &keys {
            if before.get(key) != Some(&store.item(key)) {
                written.insert(key.clone(), day);
            }
            assert!(day - written[key] < TOUCHED_DAYS, "{key:?} was last written on day {}", written[key]);
        }
    }
    let writes = store.writes();
    observe_one(&mut knowledge, &store, sighting("e-400", 400 * DAY)).await;
    assert_eq!(store.writes() - writes, 1, "and not on each day: only the pair is");
}
