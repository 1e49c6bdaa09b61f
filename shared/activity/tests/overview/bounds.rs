//! Whatever comes: nothing is counted twice or lost, and no more is shown than the limits say.

use std::collections::BTreeMap;

use portcullis_activity::{Limits, Overview};
use portcullis_cloudtrail::Access;
use proptest::prelude::*;

use crate::calls::{Call, kms, overview_of, read};

/// What an overview must add up to, counted plainly.
fn counted(accesses: &[(Access, bool)]) -> u64 {
    accesses.iter().filter(|(_, again)| !again).count() as u64
}

fn in_timeline(overview: &Overview) -> u64 {
    overview.timeline.iter().map(|slice| slice.success + slice.denied + slice.failed).sum()
}

/// Accesses in `hours` and in `uses`, by actor.
fn shown(overview: &Overview) -> BTreeMap<&str, (u64, u64)> {
    let mut shown: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for hours in &overview.hours {
        shown.entry(&hours.actor).or_default().0 += hours.by_hour.iter().sum::<u64>();
    }
    for used in &overview.uses {
        shown.entry(&used.actor).or_default().1 += used.success + used.denied + used.failed;
    }
    shown
}

/// Calls that each count, to one asset.
fn call() -> impl Strategy<Value = Call> {
    let (minutes, actor, asset) = (0_i64..50_000, prop_oneof![0_u32..4, 0_u32..40], prop_oneof![0_u32..4, 0_u32..40]);
    (minutes, actor, asset, 0..4, any::<bool>()).prop_map(|(minutes, actor, asset, outcome, is_key)| {
        let (actor, key) = (format!("r{actor}"), format!("arn:aws:kms:eu-west-1:111122223333:key/k{asset}"));
        let call =
            if is_key { kms(minutes, &actor, "Encrypt", &[&key]) } else { read(minutes, &actor, &format!("s{asset}")) };
        match outcome {
            0 => call.but("AccessDenied"),
            1 => call.but("NotFoundException"),
            _ => call,
        }
    })
}

/// Calls, some of which came before, and some aliases pointed elsewhere.
fn calls() -> impl Strategy<Value = Vec<(Access, bool)>> {
    let repoint = (0_i64..50_000, 0..5, 0..5).prop_map(|(minutes, alias, key)| {
        let base = "arn:aws:kms:eu-west-1:111122223333";
        kms(minutes, "admin", "UpdateAlias", &[&format!("{base}:alias/a{alias}"), &format!("{base}:key/k{key}")])
    });
    let call = prop_oneof![9 => call(), 1 => repoint];
    let one = (call, prop::bool::weighted(0.2)).prop_map(|(call, again)| (call.access(), again));
    proptest::collection::vec(one, 0..120)
}

fn limits() -> impl Strategy<Value = Limits> {
    let counts = (2_usize..20, 1_usize..20, 1_usize..20, 1_usize..40, 1_usize..40);
    (counts, 0_usize..4, 0_usize..4, 0_usize..4, 2_usize..10).prop_map(
        |(counts, aliases, handovers, handover_actors, handover_slices)| {
            let (slices, actors, shown_actors, pairs, shown_pairs) = counts;
            Limits {
                slices,
                actors,
                shown_actors,
                pairs,
                shown_pairs,
                aliases,
                handovers,
                handover_actors,
                handover_slices,
            }
        },
    )
}

/// Two at the same time may come in either order, and an alias stands for the key that came last.
fn has_ties(accesses: &[(Access, bool)]) -> bool {
    let turns = accesses.iter().filter(|(access, again)| !again && access.action.name == "UpdateAlias");
    let mut times: Vec<_> = turns.map(|(access, _)| access.time).collect();
    times.sort_unstable();
    times.windows(2).any(|two| two[0] == two[1])
}

proptest! {
    #[test]
    fn all_is_counted_once(accesses in calls()) {
        let overview = overview_of(&accesses, Limits::default());
        let all = counted(&accesses);
        prop_assert_eq!(in_timeline(&overview), all);
        prop_assert_eq!(overview.hours.iter().flat_map(|row| row.by_hour).sum::<u64>(), all);
        prop_assert_eq!(overview.uses.iter().map(|row| row.success + row.denied + row.failed).sum::<u64>(), all);
        prop_assert_eq!(overview.beyond, 0);
        let denied = |access: &Access| access.outcome == portcullis_domain::Outcome::Denied;
        let refused = accesses.iter().filter(|(access, again)| !again && denied(access)).count() as u64;
        prop_assert_eq!(overview.timeline.iter().map(|slice| slice.denied).sum::<u64>(), refused);
        prop_assert_eq!(overview.hours.iter().flat_map(|row| row.denied).sum::<u64>(), refused);
    }

    #[test]
    fn any_order_gives_the_same_while_there_is_room((in_order, shuffled) in calls().prop_flat_map(|accesses| (Just(accesses.clone()), Just(accesses).prop_shuffle()))) {
        prop_assume!(!has_ties(&in_order));
        let limits = Limits::default();
        prop_assert_eq!(overview_of(&shuffled, limits), overview_of(&in_order, limits));
    }

    #[test]
    fn no_more_is_shown_than_the_limits_say_and_the_rest_is_counted(accesses in calls(), limits in limits()) {
        let overview = overview_of(&accesses, limits);
        prop_assert_eq!(in_timeline(&overview), counted(&accesses), "the timeline has room for all");
        prop_assert!(overview.timeline.len() <= limits.slices);
        prop_assert!(overview.hours.len() <= limits.shown_actors.min(limits.actors));
        prop_assert!(overview.uses.len() <= limits.shown_pairs.min(limits.pairs));
        prop_assert!(overview.handovers.len() <= limits.handovers);
        for handover in &overview.handovers {
            prop_assert!(handover.uses.len() <= limits.handover_actors);
            prop_assert!(handover.uses.iter().all(|used| used.points.len() <= limits.handover_slices));
        }
        let whole = overview_of(&accesses, Limits { shown_actors: 1_000, shown_pairs: 10_000, ..Limits::default() });
        let all = shown(&whole);
        let there = shown(&overview);
        for (actor, (hours, uses)) in &there {
            let (all_hours, all_uses) = all[actor];
            prop_assert!(*hours <= all_hours && *uses <= all_uses, "{} has more than there was", actor);
        }
        let covered: u64 = there.values().map(|(hours, uses)| hours.max(uses)).sum();
        prop_assert_eq!(covered + overview.beyond, counted(&accesses));
        // What is heavy enough is there, however late it came.
        let bound = |most: usize| counted(&accesses) / (most as u64 - most.div_ceil(4) as u64 + 1);
        if limits.shown_actors >= limits.actors && limits.actors > 1 {
            for (actor, (came, _)) in &all {
                let is_there = there.get(actor).is_some_and(|(hours, _)| *hours > 0);
                prop_assert!(is_there || *came <= bound(limits.actors), "{} came {} times and is lost", actor, came);
            }
        }
    }
}

#[test]
fn an_attacker_with_many_names_does_not_hide_the_others() {
    let limits = Limits { actors: 40, pairs: 80, shown_actors: 10, shown_pairs: 10, ..Limits::default() };
    let mut accesses = Vec::new();
    for number in 0..4_000 {
        accesses.push((read(number, &format!("noise-{number}"), &format!("noise-{number}")).access(), false));
        if number >= 3_000 {
            accesses.push((read(number, "late", "prod/db").access(), false));
        }
    }
    let overview = overview_of(&accesses, limits);
    assert!(overview.hours[0].actor.ends_with("/late"));
    assert_eq!(overview.hours[0].by_hour.iter().sum::<u64>(), 1_000);
    assert_eq!((&*overview.uses[0].asset, overview.uses[0].success), ("secret prod/db", 1_000));
    let shown = shown(&overview).values().map(|(hours, uses)| hours.max(uses)).sum::<u64>();
    assert_eq!(overview.beyond, 5_000 - shown);
}
