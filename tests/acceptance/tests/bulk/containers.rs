//! A service of fifty containers that start at once.

use jiff::Timestamp;
use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stage, Stream};

use crate::ordinary::NAT;
use crate::trial::{Trial, time, today};

/// A container: a session of the task role of its own, with its own credentials, from one of three private subnets. Half
/// of them reach Secrets Manager through the VPC endpoint, which tells their own addresses.
fn container(number: usize, deployment: i64) -> Caller {
    let task = Caller::role("ecs/orders-task", &format!("{deployment:04x}{number:028x}"));
    match number % 2 {
        0 => task.at(NAT[number % 3]),
        _ => task.at(&format!("192.0.2.{}", 100 + number)).through("vpce-0123456789abcdef0"),
    }
}

fn secrets() -> Vec<Secret> {
    Secret::several("prod/orders/part", 5, &Key::number(80))
}

/// So many containers start within a minute.
fn start(stream: &mut Stream, containers: usize, deployment: i64, at: impl Fn(i64) -> Timestamp) {
    for number in 0..containers {
        let caller = container(number, deployment);
        let second = i64::try_from(number).unwrap();
        for (place, secret) in (0..).zip(secrets()) {
            stream.get_secret(at(second + place / 2), &caller, &secret, Stage::Unnamed);
        }
    }
}

#[test]
fn fifty_containers_start_at_once() {
    // It ran with four containers, started anew twice a week.
    let history = |stream: &mut Stream| {
        for day in [0, 3, 7, 10] {
            start(stream, 4, day, |second| time(day, 9, 0, second));
        }
    };
    let others = |stream: &mut Stream| {
        for (place, secret) in (0..).zip(Secret::several("prod/customers/token", 25, &Key::number(60))) {
            stream.get_secret(today(12, 0, place * 2), &container(1, 14), &secret, Stage::Unnamed);
            stream.deed();
        }
    };
    Trial::established("", history)
        .quiet("fifty start", |stream| start(stream, 50, 14, |second| today(9, 0, second)))
        .pages("one of them reads others", others, "many-secrets-first-read-by-one-actor", 10)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new("").quiet("fifty start", |stream| start(stream, 50, 0, |second| time(0, 0, 10, second))).run();
}

/// A service that is new in an account that is not.
#[test]
fn for_the_first_time() {
    let first = |stream: &mut Stream| start(stream, 50, 14, |second| today(9, 0, second));
    Trial::established("", |_| ()).quiet("fifty start", first).run();
}
