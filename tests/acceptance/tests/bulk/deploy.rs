//! A pipeline that deploys, and is refused much of what it asks on the way.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stream};

use crate::ordinary::secrets_of;
use crate::trial::{ORDINARY_DAYS, Trial, time, today};

fn pipeline() -> Caller {
    Caller::role("deploy/pipeline", "build-4711").at("203.0.113.140").with("aws-cdk/2.1030.0")
}

/// It plans before it deploys: it asks about every key and secret that the templates name, sixty times in vain, since it
/// may see its own alone; and tries four data keys without making them. Then it makes twelve functions, for each of which
/// Lambda tries its key (Lambda Developer Guide, *Durable functions*, `DurableConfig`).
fn plan(stream: &mut Stream, day: i64) {
    let caller = pipeline();
    for (second, secret) in (0..).zip((1..=6).flat_map(secrets_of)) {
        stream.look_at_secret_denied(time(day, 13, 0, second), &caller, "DescribeSecret", &secret);
        stream.look_at_secret_denied(time(day, 13, 0, second), &caller, "GetResourcePolicy", &secret);
    }
    for (second, number) in (0..).zip(41..=52) {
        for name in ["DescribeKey", "GetKeyPolicy"] {
            stream.look_at_key_denied(time(day, 13, 1, second), &caller, name, &Key::number(number));
        }
    }
    for (second, number) in (0..).zip(300..304) {
        stream.data_key_on_trial(time(day, 13, 2, second), &caller, &Key::number(number));
    }
    for second in 0..12 {
        stream.data_key_on_trial(time(day, 13, 3, second), &caller.behind("lambda.amazonaws.com"), &Key::number(304));
    }
}

#[test]
fn a_plan_that_is_refused_sixty_times() {
    let history = |stream: &mut Stream| [1, 4, 8, 11].into_iter().for_each(|day| plan(stream, day));
    let thief = pipeline().with("aws-cli/2.31.0");
    let reads = |stream: &mut Stream| {
        for (place, secret) in (0..).zip(Secret::several("prod/customers/token", 12, &Key::number(60))) {
            stream.get_secret_denied(today(16, 0, place * 2), &thief, &secret);
            stream.deed();
        }
    };
    let uses = |stream: &mut Stream| {
        for (place, number) in (0..).zip(41..=52) {
            stream.decrypt_denied(today(19, 0, place * 2), &thief, &Key::number(number));
            stream.deed();
        }
    };
    let tries = |stream: &mut Stream| {
        for (place, number) in (0..).zip(41..=52) {
            stream.data_key_on_trial(today(22, 0, place * 2), &thief, &Key::number(number));
            stream.deed();
        }
    };
    Trial::established("", history)
        .quiet("the plan", |stream| plan(stream, ORDINARY_DAYS))
        .pages("somebody tries to read with its rights", reads, "denied-reads-of-many-secrets", 5)
        .pages("and to decrypt", uses, "key-access-denied-across-many-keys", 5)
        .pages("and what would work", tries, "key-permissions-probed-by-dry-run", 5)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new("").quiet("the plan", |stream| plan(stream, 0)).run();
}
