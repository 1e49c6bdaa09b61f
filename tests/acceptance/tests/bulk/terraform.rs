//! A Terraform run that makes twenty secrets.

use portcullis_acceptance::caller::Caller;
use portcullis_acceptance::stream::{Key, Secret, Stage, Stream};

use crate::trial::{ORDINARY_DAYS, Trial, time, today};

const AGENT: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.14.0";

fn terraform() -> Caller {
    Caller::role("deploy/terraform", "github-run-77").at("203.0.113.40").with(AGENT)
}

fn key() -> Key {
    Key::number(40)
}

/// What Terraform does before it changes anything: it looks at all that it made before, sixteen keys and twelve secrets
/// with their values.
fn refresh(stream: &mut Stream, day: i64, hour: i64) {
    let caller = terraform();
    for (second, secret) in (0..).zip(Secret::several("prod/infra/old", 12, &key())) {
        stream.look_at_secret(time(day, hour, 0, second), &caller, "DescribeSecret", &secret);
        stream.look_at_secret(time(day, hour, 0, second), &caller, "GetResourcePolicy", &secret);
        stream.get_secret(time(day, hour, 0, second), &caller, &secret, Stage::Unnamed);
    }
    for (second, number) in (0..).zip(41..=56) {
        for name in ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"] {
            stream.look_at_key(time(day, hour, 1, second), &caller, name, &Key::number(number));
        }
    }
}

/// Twenty new secrets, ten at a time, each read right after it was made.
fn apply(stream: &mut Stream, day: i64, hour: i64) {
    let caller = terraform();
    for (place, secret) in (0_i64..).zip(Secret::several("prod/infra/new", 20, &key())) {
        let at = |second: i64| time(day, hour, 2, place / 10 * 6 + second);
        stream.create_secret(at(0), &caller, &secret);
        stream.tag_secret(at(1), &caller, &secret);
        for name in ["DescribeSecret", "GetResourcePolicy"] {
            stream.look_at_secret(at(1), &caller, name, &secret);
        }
        stream.put_secret(at(2), &caller, &secret, Stage::Unnamed);
        stream.get_secret(at(3), &caller, &secret, Stage::Unnamed);
        stream.look_at_secret(at(4), &caller, "DescribeSecret", &secret);
    }
}

/// Somebody with the role's credentials reads twenty secrets that it did not make.
fn reads_others(stream: &mut Stream, caller: &Caller, prefix: &str, hour: i64) {
    for (place, secret) in (0..).zip(Secret::several(prefix, 20, &Key::number(60))) {
        stream.get_secret(today(hour, 0, place * 2), caller, &secret, Stage::Unnamed);
        stream.deed();
    }
}

#[test]
fn a_run_that_makes_twenty_secrets() {
    let history = |stream: &mut Stream| (0..ORDINARY_DAYS).for_each(|day| refresh(stream, day, 9));
    let run = |stream: &mut Stream| {
        refresh(stream, ORDINARY_DAYS, 9);
        apply(stream, ORDINARY_DAYS, 9);
    };
    let rule = "many-secrets-first-read-by-one-actor";
    let within = |stream: &mut Stream| reads_others(stream, &terraform(), "prod/customers/token", 12);
    let stolen = terraform().at("192.0.2.200").with("aws-cli/2.31.0");
    let elsewhere = |stream: &mut Stream| reads_others(stream, &stolen, "prod/partners/token", 15);
    Trial::established("", history)
        .quiet("the run", run)
        .pages("the role reads what it did not make", within, rule, 10)
        .pages("its session does, from elsewhere", elsewhere, rule, 10)
        .run();
}

#[test]
fn in_the_first_hour() {
    let run = |stream: &mut Stream| {
        refresh(stream, 0, 0);
        apply(stream, 0, 0);
    };
    Trial::new("").quiet("the run", run).run();
}
