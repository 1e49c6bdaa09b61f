//! A scanner of the account's posture, which looks at everything that there is.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stage, Stream};

use crate::ordinary::{key_of, secrets_of};
use crate::trial::{ORDINARY_DAYS, Trial, time, today};

/// What a deployment says of its scanner, and of what it must not read.
const SETTINGS: &str = "
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: [{path: /payroll/}]
  - name: bait
    secret: prod/root-credentials
    decoy: true
exemptions:
  - name: scanner
    actors: ['arn:aws:iam::111122223333:role/security/scanner']
    rules:
      - decoy-secret-touched
      - denied-access-critical-asset
      - keys-inspected-in-series
    reason: looks at every key and secret each night, and reads none
    until: 2027-03-31
";

fn scanner() -> Caller {
    Caller::role("security/scanner", "prowler").at("203.0.113.120").with("Boto3/1.40.0 md/Botocore#1.40.0 Prowler")
}

/// Everything in the account: what the applications have, and what `number` more have come since.
fn everything(number: u64) -> (Vec<Key>, Vec<Secret>) {
    let keys = (1..=6).map(key_of).chain((200..220 + number).map(Key::number)).collect();
    let mut secrets: Vec<Secret> = (1..=6).flat_map(secrets_of).collect();
    secrets.extend(Secret::several("prod/payroll/part", 4, &Key::number(200)));
    secrets.push(Secret::new("prod/root-credentials", &Key::number(200)));
    secrets.extend(Secret::several("prod/other/part", number, &Key::number(200)));
    (keys, secrets)
}

/// One scan. Payroll is closed to it, and so are the last ten keys.
fn scan(stream: &mut Stream, day: i64, number: u64) {
    let caller = scanner();
    let (keys, secrets) = everything(number);
    stream.list_secrets(time(day, 4, 0, 0), &caller);
    for (second, secret) in (1..).zip(&secrets) {
        for name in ["DescribeSecret", "GetResourcePolicy"] {
            let at = time(day, 4, 0, second);
            if secret.name.starts_with("prod/payroll/") {
                stream.look_at_secret_denied(at, &caller, name, secret);
            } else {
                stream.look_at_secret(at, &caller, name, secret);
            }
        }
    }
    for (place, key) in keys.iter().enumerate() {
        let at = time(day, 4, 2, i64::try_from(place).unwrap());
        for name in ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants"] {
            if place + 10 < keys.len() {
                stream.look_at_key(at, &caller, name, key);
            } else {
                stream.look_at_key_denied(at, &caller, name, key);
            }
        }
    }
}

#[test]
fn a_scan_of_everything() {
    let history = |stream: &mut Stream| (0..ORDINARY_DAYS).for_each(|day| scan(stream, day, 0));
    let thief = scanner().at("192.0.2.220").with("aws-cli/2.31.0");
    let reads = |stream: &mut Stream| {
        stream.list_secrets(today(12, 0, 0), &thief);
        for (place, secret) in (1..).zip(Secret::several("prod/other/part", 8, &Key::number(200))) {
            stream.get_secret(today(12, 0, place * 2), &thief, &secret, Stage::Unnamed);
            stream.deed();
        }
    };
    Trial::established(SETTINGS, history)
        .quiet("a scan that finds twenty more", |stream| scan(stream, ORDINARY_DAYS, 20))
        .pages("the scanner's session lists and reads", reads, "secrets-listed-then-read", 5)
        .run();
}

#[test]
fn in_the_first_hour() {
    Trial::new(SETTINGS).quiet("a scan", |stream| scan(stream, 0, 20)).run();
}
