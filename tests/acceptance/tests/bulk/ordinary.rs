//! What an account does on ordinary days, whoever else does what in it.
//!
//! Six applications read their three secrets each every six hours, from three networks, and use a key of their own. A
//! developer works from home and from the office, lists secrets, looks at two and a key, and reads the two. Config takes
//! its inventory, and a trail writes its log files. So two weeks are some 3,300 records; each pair has a history of every
//! day, each actor its places.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stage, Stream};
use serde_json::{Value, json};

use crate::trial::{ORDINARY_DAYS, time};

/// The networks that applications leave the account by: one NAT gateway for each availability zone.
pub(crate) const NAT: [&str; 3] = ["203.0.113.10", "198.51.100.10", "192.0.2.10"];

/// The office, and the developer's home.
pub(crate) const OFFICE: &str = "198.51.100.77";
pub(crate) const HOME: &str = "2001:db8:50::7";

/// Two ordinary weeks.
pub(crate) fn weeks(stream: &mut Stream) {
    for day in 0..ORDINARY_DAYS {
        self::day(stream, day);
    }
}

/// One ordinary day.
pub(crate) fn day(stream: &mut Stream, day: i64) {
    for number in 1..=6_u64 {
        let start = i64::try_from(number).unwrap();
        for hour in (0..24).step_by(6) {
            application(stream, number, day, hour, start * 7);
        }
    }
    developer(stream, day);
    services(stream, day);
}

/// The key of an application.
pub(crate) fn key_of(number: u64) -> Key {
    Key::number(number)
}

/// The secrets of an application.
pub(crate) fn secrets_of(number: u64) -> Vec<Secret> {
    Secret::several(&format!("prod/app-{number}/part"), 3, &key_of(number))
}

/// An application.
pub(crate) fn application_of(number: u64) -> Caller {
    Caller::role(&format!("app/app-{number}"), &format!("app-{number}-task"))
}

fn application(stream: &mut Stream, number: u64, day: i64, hour: i64, minute: i64) {
    let nat = NAT[usize::try_from(hour / 6 + day).unwrap() % NAT.len()];
    let (caller, key) = (application_of(number).at(nat), key_of(number));
    for (place, secret) in (0..).zip(secrets_of(number)) {
        stream.get_secret(time(day, hour, minute, place), &caller, &secret, Stage::Unnamed);
    }
    stream.decrypt(time(day, hour, minute, 10), &caller, &key, &json!({"service": format!("app-{number}")}));
    stream.generate_data_key(time(day, hour, minute, 11), &caller, &key, &Value::Null);
}

/// The developer, who works on weekdays.
pub(crate) fn developer_of() -> Caller {
    Caller::person("Developer", "alice@example.com")
}

fn developer(stream: &mut Stream, day: i64) {
    if day % 7 >= 5 {
        return;
    }
    let key = key_of(1);
    let secrets = Secret::several("dev/alice/part", 2, &key);
    for (hour, place) in [(8, HOME), (10, OFFICE), (15, OFFICE)] {
        let caller = developer_of().at(place);
        stream.list_secrets(time(day, hour, 0, 0), &caller);
        for (second, secret) in (1..).zip(&secrets) {
            stream.look_at_secret(time(day, hour, 0, second), &caller, "DescribeSecret", secret);
            stream.get_secret(time(day, hour, 1, second), &caller, secret, Stage::Unnamed);
        }
        stream.look_at_key(time(day, hour, 2, 0), &caller, "DescribeKey", &key);
    }
}

fn services(stream: &mut Stream, day: i64) {
    let config = Caller::role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "AWSConfig-Describe");
    let config = config.behind("config.amazonaws.com");
    for number in 1..=6 {
        let second = i64::try_from(number).unwrap();
        stream.look_at_key(time(day, 3, 0, second), &config, "DescribeKey", &key_of(number));
        for secret in secrets_of(number) {
            stream.look_at_secret(time(day, 3, 1, second), &config, "DescribeSecret", &secret);
        }
    }
    let trail = Caller::service("cloudtrail.amazonaws.com");
    let context = json!({"aws:cloudtrail:arn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org-trail"});
    for hour in (0..24).step_by(4) {
        stream.generate_data_key(time(day, hour, 5, 0), &trail, &Key::number(900), &context);
    }
}
