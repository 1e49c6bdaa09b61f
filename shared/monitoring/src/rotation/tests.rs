use portcullis_domain::SecretRef;
use portcullis_settings::{TaggedResource, parse};
use test_case::test_case;

use super::*;

const HERE: &str = "arn:aws:kms:eu-west-1:111122223333";
const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const OTHER: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "gatehouse".to_owned(),
        topic: "arn:aws:sns:eu-west-1:111122223333:gatehouse-alarm-states".to_owned(),
        runbook: String::new(),
        trail_log_group: None,
        pagerduty: false,
        evidence: false,
    }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn key(id: &str) -> KeyArn {
    format!("{HERE}:key/{id}").parse().unwrap()
}

fn secret(name: &str) -> Asset {
    Asset::Secret(SecretRef::new(
        &format!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf"),
        None,
        None,
    ))
}

fn settings(entries: &str) -> Settings {
    parse(&format!("assets:\n{entries}")).unwrap()
}

fn counts(overdue: &Overdue) -> Vec<(&str, usize)> {
    overdue.entries.iter().map(|(name, count)| (name.as_str(), *count)).collect()
}

/// The day of the rotation may pass, and then the time that the settings allow.
#[test_case("2026-01-04T23:59:59Z", "2026-01-05T23:59:59Z", 0 ; "the day after")]
#[test_case("2026-01-04T23:59:59Z", "2026-01-06T00:00:00Z", 0 ; "24 hours after the day, to the second")]
#[test_case("2026-01-04T23:59:59Z", "2026-01-06T00:00:01Z", 1 ; "longer")]
#[test_case("2026-01-04T00:00:00Z", "2026-01-06T00:00:00Z", 0 ; "the date alone is told")]
#[test_case("2026-01-04T00:00:00Z", "2026-01-06T00:00:01Z", 1 ; "the date alone is told, longer")]
fn late(next: &str, now: &str, expected: usize) {
    let settings = settings("  - {name: database, secret: prod/db, tier: critical}\n");
    let assets = [(secret("prod/db"), Rotation::Next(at(next)))];
    let overdue = overdue(&settings, &Inventory::default(), &assets, &place(), at(now));
    assert_eq!(counts(&overdue), [("database", expected)]);
}

#[test]
fn each_entry_counts_its_own_and_no_other_tier_counts() {
    let settings = settings(
        "  - {name: databases, secret: prod/*, tier: critical}\n\
         \x20 - {name: web, secret: web/*, tier: sensitive}\n\
         \x20 - {name: quiet, secret: quiet/*, tier: sensitive}\n\
         \x20 - {name: tests, secret: test/*, tier: standard}\n",
    );
    let late = || Rotation::Next(at("2026-01-01T00:00:00Z"));
    let assets = [
        (secret("prod/a"), late()),
        (secret("prod/b"), late()),
        (secret("prod/c"), Rotation::Next(at("2026-03-01T00:00:00Z"))),
        (secret("web/a"), late()),
        (secret("web/b"), Rotation::Never),
        (secret("test/a"), late()),
        (secret("elsewhere"), late()),
    ];
    let overdue = overdue(&settings, &Inventory::default(), &assets, &place(), at("2026-02-01T00:00:00Z"));
    assert_eq!(counts(&overdue), [("databases", 2), ("quiet", 0), ("web", 1)]);
}

#[test]
fn the_settings_say_for_whom_and_how_long() {
    let settings = settings(
        "  - {name: database, secret: prod/db, tier: critical}\n  - {name: web, secret: web, tier: sensitive}\n\
                alarms: {rotation_overdue: {after: 72h, tiers: [critical]}}\n",
    );
    let assets = [(secret("prod/db"), Rotation::Next(at("2026-01-04T00:00:00Z")))];
    let seen = |now| overdue(&settings, &Inventory::default(), &assets, &place(), at(now));
    assert_eq!(counts(&seen("2026-01-08T00:00:00Z")), [("database", 0)]);
    assert_eq!(counts(&seen("2026-01-08T00:00:01Z")), [("database", 1)]);
}

/// An alarm that is over because nobody could look would be a lie.
#[test]
fn what_cannot_be_read_is_no_zero() {
    let settings = settings(
        "  - {name: databases, secret: prod/*, tier: critical}\n  - {name: web, secret: web/*, tier: critical}\n",
    );
    let unreadable = || Rotation::Unreadable("AccessDenied".to_owned());
    let assets = [
        (secret("prod/a"), unreadable()),
        (secret("prod/b"), Rotation::Never),
        (secret("web/a"), unreadable()),
        (secret("web/b"), Rotation::Next(at("2026-01-01T00:00:00Z"))),
    ];
    let overdue = overdue(&settings, &Inventory::default(), &assets, &place(), at("2026-02-01T00:00:00Z"));
    assert_eq!(counts(&overdue), [("web", 1)], "at least one");
    assert_eq!(overdue.unreadable.len(), 2);
}

/// A policy that does not let us look is no failure: it would be one every hour, for ever.
#[test]
fn what_may_not_be_looked_at_is_known_to_be_unknown() {
    let settings = settings(&format!(
        "  - {{name: payroll, arn: \"{HERE}:key/{ID}\", tier: critical}}\n\
         \x20 - {{name: all keys, arn: \"{HERE}:key/*\", tier: sensitive}}\n\
         \x20 - {{name: by hand, secret: by/hand, tier: critical}}\n\
         \x20 - {{name: wages, arn: \"{HERE}:key/{OTHER}\", tier: critical}}\n"
    ));
    let assets = [
        (Asset::Key(key(ID)), Rotation::Denied("AccessDeniedException: No.".to_owned())),
        (Asset::Key(key(OTHER)), Rotation::Next(at("2026-03-01T00:00:00Z"))),
        (secret("by/hand"), Rotation::Undated),
    ];
    let overdue = overdue(&settings, &Inventory::default(), &assets, &place(), at("2026-02-01T00:00:00Z"));
    assert_eq!(counts(&overdue), [("wages", 0)], "of the others there is no number");
    assert!(overdue.unreadable.is_empty());
    let denied = &overdue.unknown[key(ID).as_str()];
    assert_eq!(denied.entries, ["payroll", "all keys"]);
    let told = ["AccessDeniedException: No.", "kms:GetKeyRotationStatus", "alarms.rotation_overdue"];
    assert!(told.iter().all(|part| denied.why.contains(part)), "{}", denied.why);
    let undated = &overdue.unknown[&secret("by/hand").to_string()];
    assert!(undated.why.contains("give it a schedule") && overdue.unknown.len() == 2, "{}", undated.why);
}

#[test_case(&format!("{HERE}:key/{ID}"), true ; "a key here")]
#[test_case(&format!("arn:aws:kms:us-east-1:111122223333:key/{ID}"), false ; "in another Region")]
#[test_case(&format!("arn:aws:kms:eu-west-1:444455556666:key/{ID}"), false ; "in another account")]
#[test_case("arn:aws:kms:*:111122223333:key/*", true ; "anywhere")]
fn of_what_is_elsewhere_nothing_is_said(arn: &str, said: bool) {
    let settings = settings(&format!("  - {{name: payroll, arn: \"{arn}\", tier: critical}}\n"));
    let overdue = overdue(&settings, &Inventory::default(), &[], &place(), at("2026-02-01T00:00:00Z"));
    assert_eq!(overdue.entries.contains_key("payroll"), said);
}

#[test]
fn keys_by_arn_alias_and_tag() {
    let settings = settings(&format!(
        "  - {{name: by arn, arn: \"{HERE}:key/{ID}\", tier: critical}}\n\
         \x20 - {{name: by alias, alias: alias/payroll, tier: critical}}\n\
         \x20 - {{name: by alias's arn, alias: \"{HERE}:alias/wages\", tier: critical}}\n\
         \x20 - {{name: by tag, tag: {{key: team, value: payroll}}, tier: sensitive}}\n\
         \x20 - {{name: not watched, alias: alias/tests, tier: standard}}\n"
    ));
    let id = |n: u32| format!("00000000-0000-0000-0000-{n:012}");
    let tags = [("team".to_owned(), "payroll".to_owned())].into();
    let alias = |name: &str, n: u32| (format!("{HERE}:alias/{name}"), key(&id(n)));
    let inventory = Inventory {
        aliases: [alias("payroll", 1), alias("wages", 2), alias("tests", 3), alias("aws/s3", 4)].into(),
        tagged: vec![
            TaggedResource { arn: format!("{HERE}:key/{OTHER}"), tags },
            TaggedResource { arn: format!("{HERE}:key/{}", id(5)), tags: BTreeMap::new() },
        ],
        ..Inventory::default()
    };
    let keys = [key(&id(6))].into();
    let looked_at = keys_to_look_at(&settings, &inventory, &keys, &place());
    assert_eq!(looked_at, [key(&id(1)), key(&id(2)), key(OTHER), key(ID)].into());
    let late = looked_at.iter().map(|key| (Asset::Key(key.clone()), Rotation::Next(at("2026-01-01T00:00:00Z"))));
    let late: Vec<_> = late.collect();
    let overdue = overdue(&settings, &inventory, &late, &place(), at("2026-02-01T00:00:00Z"));
    assert_eq!(counts(&overdue), [("by alias", 1), ("by alias's arn", 1), ("by arn", 1), ("by tag", 1)]);
}

#[test_case("arn: \"arn:aws:kms:*:111122223333:key/*\"", true ; "a pattern over keys")]
#[test_case("arn: \"arn:aws:*:eu-west-1:111122223333:*\"", true ; "a pattern over everything")]
#[test_case("arn: \"arn:aws:secretsmanager:*:111122223333:secret:prod/*\"", false ; "over secrets")]
#[test_case("alias: alias/*", false ; "over aliases, which are all known")]
fn all_keys_are_needed(selector: &str, expected: bool) {
    let settings = settings(&format!("  - {{name: payroll, {selector}, tier: critical}}\n"));
    assert_eq!(needs_all_keys(&settings), expected);
    let keys = keys_to_look_at(&settings, &Inventory::default(), &[key(ID)].into(), &place());
    assert_eq!(keys.contains(&key(ID)), expected);
}

#[test]
fn dates_of_secrets() {
    let (last, next) = (at("2026-01-01T10:00:00Z"), at("2026-01-31T23:59:59Z"));
    let rotated = SecretRotation { enabled: true, next: Some(next), last: Some(last), made: None, every_days: Some(7) };
    assert_eq!(rotated.rotation(), Rotation::Next(next), "what Secrets Manager says");
    let counted = SecretRotation { next: None, ..rotated };
    assert_eq!(counted.rotation(), Rotation::Next(at("2026-01-08T10:00:00Z")));
    let never_yet = SecretRotation { last: None, made: Some(last), ..counted };
    assert_eq!(never_yet.rotation(), Rotation::Next(at("2026-01-08T10:00:00Z")));
    assert_eq!(SecretRotation { enabled: false, ..rotated }.rotation(), Rotation::Never, "switched off");
    let nothing = SecretRotation { every_days: None, ..counted };
    assert_eq!(nothing.rotation(), Rotation::Undated, "no date to go by");
}
