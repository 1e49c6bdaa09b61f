//! A Lambda function that rotates two hundred secrets in a night.

use jiff::{SignedDuration, Timestamp};
use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stage, Stream};

use crate::trial::{ORDINARY_DAYS, Trial, time};

/// What a deployment says of databases whose secrets are rotated.
const SETTINGS: &str = "
assets:
  - name: databases
    secret: prod/db/*
    tier: critical
    authorized: [{path: /app/}]
    rotators: [{function: 'arn:aws:lambda:eu-west-1:111122223333:function:rotate-*'}]
";

/// The same deployment, if it says nothing of rotation.
const WITHOUT_SETTINGS: &str = "";

fn function() -> Caller {
    Caller::function("service-role/rotate-database", "rotate-database").at("203.0.113.90")
}

fn secrets() -> Vec<Secret> {
    Secret::several("prod/db/user", 200, &Key::number(90))
}

/// The four steps as AWS's own rotation functions take them (Secrets Manager User Guide, *Lambda rotation functions*).
fn rotate(stream: &mut Stream, caller: &Caller, secret: &Secret, start: Timestamp) {
    let at = |second| start + SignedDuration::from_secs(second);
    stream.tell_of_rotation(at(0), "RotationStarted", secret);
    // createSecret
    stream.look_at_secret(at(1), caller, "DescribeSecret", secret);
    stream.get_secret(at(1), caller, secret, Stage::Current);
    stream.get_secret_missing(at(1), caller, secret, Stage::Pending);
    stream.random_password(at(1), caller);
    stream.put_secret(at(2), caller, secret, Stage::Pending);
    // setSecret
    stream.look_at_secret(at(3), caller, "DescribeSecret", secret);
    stream.get_secret(at(3), caller, secret, Stage::Previous);
    stream.get_secret(at(3), caller, secret, Stage::Current);
    stream.get_secret(at(3), caller, secret, Stage::Pending);
    // testSecret
    stream.look_at_secret(at(5), caller, "DescribeSecret", secret);
    stream.get_secret(at(5), caller, secret, Stage::Pending);
    // finishSecret
    stream.look_at_secret(at(6), caller, "DescribeSecret", secret);
    stream.make_current(at(6), caller, secret);
    stream.tell_of_rotation(at(7), "RotationSucceeded", secret);
}

/// A night of rotation: another secret every three seconds.
fn night(stream: &mut Stream, start: Timestamp) {
    for (place, secret) in (0..).zip(secrets()) {
        rotate(stream, &function(), &secret, start + SignedDuration::from_secs(place * 3));
    }
}

/// The function's role reads two hundred others, and no rotation has started.
fn reads_without_rotating(stream: &mut Stream, day: i64) {
    for (place, secret) in (0..).zip(Secret::several("prod/customers/token", 200, &Key::number(60))) {
        stream.get_secret(time(day, 12, 0, place * 2), &function(), &secret, Stage::Unnamed);
        stream.deed();
    }
}

const FIRST_READS: &str = "many-secrets-first-read-by-one-actor";

#[test]
fn two_hundred_secrets_for_the_first_time() {
    let thief = |stream: &mut Stream| reads_without_rotating(stream, ORDINARY_DAYS);
    Trial::established(SETTINGS, |_| ())
        .quiet("the rotation", |stream| night(stream, time(ORDINARY_DAYS, 2, 0, 0)))
        .pages("the function reads what it does not rotate", thief, FIRST_READS, 10)
        .run();
}

/// That one role reads two hundred secrets for the first time is worth one page, if nobody said that it rotates them;
/// the next night is none.
#[test]
fn not_in_the_settings() {
    let thief = |stream: &mut Stream| reads_without_rotating(stream, ORDINARY_DAYS + 1);
    Trial::established(WITHOUT_SETTINGS, |_| ())
        .tells_once("the first night", |stream| night(stream, time(ORDINARY_DAYS, 2, 0, 0)), FIRST_READS)
        .quiet("the second night", |stream| night(stream, time(ORDINARY_DAYS + 1, 2, 0, 0)))
        .pages("the function reads what it does not rotate", thief, FIRST_READS, 10)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new(SETTINGS).quiet("the rotation", |stream| night(stream, time(0, 0, 5, 0))).run();
}

#[test]
fn in_the_first_hour_and_not_in_the_settings() {
    let rule = "many-secrets-read-while-learning";
    Trial::new(WITHOUT_SETTINGS).tells_once("the rotation", |stream| night(stream, time(0, 0, 5, 0)), rule).run();
}
