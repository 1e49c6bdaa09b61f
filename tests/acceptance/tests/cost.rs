//! What steady traffic costs.

#![cfg(test)]

use portcullis_acceptance::cost::{HABITS, Traffic, habit, pipeline};
use test_case::test_case;

/// Fewer pairs than in an account, since each costs the same.
#[test_case(1 ; "records that come one by one")]
#[test_case(10 ; "records that come by ten")]
fn steady_traffic_costs_less_than_twenty_writes_for_a_thousand_records(batch: usize) {
    let pipeline = pipeline().unwrap();
    let traffic = Traffic { actors: 4, assets: 4, every: 600, batch };
    let (_, steady) = traffic.first_and_steady_day(&pipeline);
    assert!(steady.events >= 2000, "{steady:?}");
    let (knowledge, windows, active) = steady.per_thousand();
    assert!(knowledge + windows + active < 20, "{steady:?}");
    assert!(steady.active <= 4, "each of the actors is written once a day: {steady:?}");
    assert_eq!(windows, 0, "a correlation counts what known actors do every day");
}

/// What is counted all the same: looks at keys that the actor never uses, and calls that name no asset that could be known.
const COUNTED_ANYWAY: &[&str] = &[
    "a key described by who only looks",
    "secrets listed",
    "secrets read in a batch, by a tag",
    "a parameter decrypted with the command line",
];

#[test]
fn no_correlation_counts_what_known_actors_do_with_known_assets() {
    let pipeline = pipeline().unwrap();
    let counted = HABITS.iter().filter(|one| habit(&pipeline, one).windows > 0).map(|(name, _)| *name);
    assert_eq!(counted.collect::<Vec<_>>(), COUNTED_ANYWAY);
}
