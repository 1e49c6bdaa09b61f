//! A Lambda function that is started hundreds of times at once, each time with its environment variables decrypted.

use jiff::Timestamp;
use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Stream};
use serde_json::json;

use crate::trial::{ORDINARY_DAYS, Trial, time, today};

const ROLE: &str = "service-role/thumbnails";

fn key() -> Key {
    Key::number(95)
}

/// So many starts, from addresses of Lambda's own that nobody knows beforehand.
fn starts(stream: &mut Stream, number: i64, at: impl Fn(i64) -> Timestamp) {
    for start in 0..number {
        stream.start_function(at(start), ROLE, "thumbnails", &format!("2001:db8:{:x}::1", 0x100 + start % 40), &key());
    }
}

#[test]
fn four_hundred_starts_within_ten_minutes() {
    let history = |stream: &mut Stream| {
        for day in 0..ORDINARY_DAYS {
            starts(stream, 4, |start| time(day, start * 5, 0, 0));
        }
    };
    let function = Caller::function(ROLE, "thumbnails").at("203.0.113.10");
    let decrypts = |stream: &mut Stream| {
        for call in 0..600 {
            stream.decrypt(today(15, 0, call / 2), &function, &key(), &json!({"table": "customers"}));
            stream.deed();
        }
    };
    // The starts of the morning are the highest rate that the role is known for; what comes above a hundred is judged.
    Trial::established("", history)
        .quiet("the starts", |stream| starts(stream, 400, |start| today(9, 0, start)))
        .pages("the function's code decrypts what others wrote", decrypts, "key-used-to-decrypt-far-above-usual", 105)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new("").quiet("the starts", |stream| starts(stream, 400, |start| time(0, 0, 5, start))).run();
}
