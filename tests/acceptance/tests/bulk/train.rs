//! A developer who works on the train.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Secret, Stage, Stream};

use crate::ordinary::{developer_of, key_of};
use crate::trial::{Trial, time, today};

/// Networks that the developer was never seen in: of phones and of the train.
const ON_THE_WAY: [&str; 6] =
    ["2001:db8:71::9", "2001:db8:72::9", "2001:db8:73::9", "2001:db8:74::9", "2001:db8:75::9", "2001:db8:76::9"];

/// A look at a secret and at a key, and a read of an own secret.
fn work(stream: &mut Stream, caller: &Caller, hour: i64, minute: i64, day: i64) {
    let secret = Secret::several("dev/alice/part", 2, &key_of(1)).remove(0);
    stream.list_secrets(time(day, hour, minute, 0), caller);
    stream.look_at_secret(time(day, hour, minute, 1), caller, "DescribeSecret", &secret);
    stream.get_secret(time(day, hour, minute, 2), caller, &secret, Stage::Unnamed);
    stream.look_at_key(time(day, hour, minute, 3), caller, "DescribeKey", &key_of(1));
}

/// Another network every twelve minutes, with the same session.
fn ride(stream: &mut Stream, day: i64, hour: i64) {
    for (minute, network) in (0..).step_by(12).zip(ON_THE_WAY) {
        let caller = developer_of().at(network);
        for pause in [0, 5, 11] {
            work(stream, &caller, hour, minute + pause, day);
        }
    }
}

#[test]
fn a_ride_through_six_networks() {
    let stolen = |stream: &mut Stream| {
        // Through proxies, one after the other.
        for call in 0..10 {
            let caller = developer_of().at(&format!("2001:db8:8{call}::9")).with("Boto3/1.40.0");
            stream.list_secrets(today(16, 0, call * 20), &caller);
            stream.deed();
        }
    };
    Trial::established("", |_| ())
        .quiet("the ride", |stream| ride(stream, crate::trial::ORDINARY_DAYS, 7))
        .pages("somebody uses the session through proxies", stolen, "access-key-used-from-several-places", 3)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new("").quiet("the ride", |stream| ride(stream, 0, 0)).run();
}
