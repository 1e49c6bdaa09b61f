//! A nightly backup that reads objects which S3 decrypts one by one.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Bucket, Form, Key, Stream};
use serde_json::Value;

use crate::ordinary::NAT;
use crate::trial::{ORDINARY_DAYS, Trial, time, today};

fn key() -> Key {
    Key::number(70)
}

/// A night of the backup: a bit more than an object a second.
fn night(stream: &mut Stream, day: i64, objects: i64, form: Form) {
    let caller = Caller::role("backup/nightly", "backup").at("203.0.113.60");
    let bucket = Bucket::new("documents", &key(), form);
    for object in 0..objects {
        stream.get_object(time(day, 1, 0, object * 4 / 5), &caller, &bucket, &format!("2026/{object}.pdf"));
    }
}

/// An application that reads a few objects a day.
fn few_objects(stream: &mut Stream, day: i64, form: Form) {
    let caller = Caller::role("app/archive", "archive-1").at(NAT[0]);
    let bucket = Bucket::new("documents", &key(), form);
    for object in 0..4 {
        stream.get_object(time(day, 11, object, 0), &caller, &bucket, &format!("2026/{object}.pdf"));
        stream.decrypt(time(day, 11, object, 30), &caller, &Key::number(71), &Value::Null);
    }
}

/// An application with a short history reads so many objects, two a second.
fn empties_the_bucket(stream: &mut Stream, objects: i64, form: Form) {
    let thief = Caller::role("app/archive", "archive-1").at(NAT[0]);
    let bucket = Bucket::new("documents", &key(), form);
    for object in 0..objects {
        stream.get_object(today(14, 0, object / 2), &thief, &bucket, &format!("2025/{object}.pdf"));
        stream.deed();
    }
}

fn decrypts_directly(stream: &mut Stream) {
    let thief = Caller::role("app/archive", "archive-1").at(NAT[0]);
    for call in 0..1000 {
        stream.decrypt(today(17, 0, call / 2), &thief, &Key::number(71), &Value::Null);
        stream.deed();
    }
}

fn history(stream: &mut Stream, form: Form) {
    for day in 0..ORDINARY_DAYS {
        night(stream, day, 250 + day % 5 * 20, form);
    }
    (9..ORDINARY_DAYS).for_each(|day| few_objects(stream, day, form));
}

/// A hundred in ten minutes are never too much for an actor that has used the key on some days; five more make a burst.
const THRESHOLD: usize = 105;

#[test]
fn a_thousand_objects() {
    let form = Form::Forwarded;
    let thief = |stream: &mut Stream| empties_the_bucket(stream, 1000, form);
    Trial::established("", |stream| history(stream, form))
        .quiet("the backup", |stream| night(stream, ORDINARY_DAYS, 1000, form))
        .pages("an application empties the bucket", thief, "key-used-through-s3-far-above-usual", THRESHOLD)
        .pages("and decrypts by itself", decrypts_directly, "key-used-to-decrypt-far-above-usual", THRESHOLD)
        .run();
}

#[test]
fn however_the_records_name_s3() {
    for form in Form::ALL {
        let thief = |stream: &mut Stream| empties_the_bucket(stream, 150, form);
        let history = |stream: &mut Stream| (9..ORDINARY_DAYS).for_each(|day| few_objects(stream, day, form));
        Trial::established("", history)
            .pages("an application empties the bucket", thief, "key-used-through-s3-far-above-usual", THRESHOLD)
            .run();
    }
}

#[test]
fn in_the_first_hour() {
    Trial::new("").quiet("the backup", |stream| night(stream, 0, 1000, Form::Forwarded)).run();
}
