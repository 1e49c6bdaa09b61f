//! Decoys, rotators, hours, changes and networks, over several entries and assets.

use portcullis_domain::Source;
use proptest::prelude::*;
use test_case::test_case;

use super::super::*;
use super::{role, secrets};
use crate::TaggedResource;

const SETTINGS: &str = "
hours:
  - {name: office, zone: UTC, days: [mon, tue, wed, thu, fri], from: '07:00', to: '20:00'}
  - {name: night, zone: UTC, days: [mon, tue, wed, thu, fri], from: '22:00', to: '06:00', actors: ['arn:aws:iam::*:role/night']}
  - {name: close of business, zone: UTC, days: [fri], from: '16:00', to: '18:00', actors: []}
changes:
  - {name: migration, from: 2026-01-10T00:00Z, to: 2026-01-11T00:00Z, actors: ['arn:aws:iam::*:role/migrator']}
networks:
  - {name: office, cidrs: [198.51.100.0/24]}
assets:
  - {name: web, secret: 'web/*', tier: standard}
  - {name: bait, secret: 'bait/*', decoy: true}
  - {name: nightly, secret: 'nightly/*', tier: standard, hours: night}
  - {name: closing, secret: '*/closing', tier: standard, hours: close of business}
  - {name: rotated, secret: 'rotated/*', tier: standard, rotators: ['arn:aws:iam::*:role/rotator']}
  - {name: rotated twice, secret: rotated/twice, tier: standard, rotators: ['arn:aws:iam::*:role/second']}
  - {name: fixed, secret: fixed, tier: standard, rotators: []}
";

fn settings() -> Settings {
    crate::parse(SETTINGS).unwrap_or_else(|problems| panic!("{problems}"))
}

fn judge_at(settings: &Settings, name: &str, assets: &[&str], time: &str) -> Judgement {
    let time = (!time.is_empty()).then(|| time.parse().unwrap());
    let (actor, assets, origin) = (role(name), secrets(assets), Origin::default());
    settings.judge(&Subject { actor: &actor, assets: &assets, origin: &origin, time }, &Inventory::default())
}

/// 5 January 2026 is a Monday.
const NOON: &str = "2026-01-05T12:00Z";
const MIDNIGHT: &str = "2026-01-06T00:00Z";
const FRIDAY_AT_FIVE: &str = "2026-01-09T17:00Z";

#[test_case("app", &[], NOON, Some(false) ; "no asset, by day")]
#[test_case("app", &[], MIDNIGHT, Some(true) ; "no asset, by night")]
#[test_case("app", &["web/a"], NOON, Some(false) ; "an asset without hours, by day")]
#[test_case("app", &["web/a"], MIDNIGHT, Some(true) ; "an asset without hours, by night")]
#[test_case("app", &["unnamed"], MIDNIGHT, Some(true) ; "an asset that no entry names")]
#[test_case("night", &["web/a"], NOON, Some(true) ; "an actor with hours, by day")]
#[test_case("night", &["web/a"], MIDNIGHT, Some(false) ; "an actor with hours, by night")]
#[test_case("app", &["nightly/a"], NOON, Some(true) ; "an asset with hours, by day")]
#[test_case("app", &["nightly/a"], MIDNIGHT, Some(false) ; "the asset's hours win over everybody's")]
#[test_case("night", &["web/closing"], FRIDAY_AT_FIVE, Some(false) ; "the asset's hours win over the actor's")]
#[test_case("night", &["web/closing"], MIDNIGHT, Some(true) ; "the asset's hours win even where the actor's hold")]
#[test_case("app", &["nightly/a", "web/a"], MIDNIGHT, Some(true) ; "off for one of two assets")]
#[test_case("app", &["nightly/a", "web/a"], NOON, Some(true) ; "off for the other of two assets")]
#[test_case("app", &["web/closing", "web/a"], FRIDAY_AT_FIVE, Some(false) ; "on for both")]
#[test_case("app", &["nightly/closing"], MIDNIGHT, Some(true) ; "off by one of two entries")]
#[test_case("app", &["nightly/closing"], FRIDAY_AT_FIVE, Some(true) ; "off by the other of two entries")]
#[test_case("app", &["web/a"], "", None ; "no time")]
fn off_hours(name: &str, assets: &[&str], time: &str, expected: Option<bool>) {
    assert_eq!(judge_at(&settings(), name, assets, time).off_hours, expected);
}

#[test]
fn without_hours_no_hour_is_off() {
    let mut settings = settings();
    settings.hours.clear();
    assert_eq!(judge_at(&settings, "app", &["nightly/a"], MIDNIGHT).off_hours, None);
}

#[test]
fn hours_of_single_assets_say_nothing_of_the_others() {
    let mut settings = settings();
    settings.hours.retain(|hours| hours.name == "close of business");
    assert_eq!(judge_at(&settings, "app", &["web/a"], MIDNIGHT).off_hours, None);
    assert_eq!(judge_at(&settings, "app", &["web/a", "web/closing"], MIDNIGHT).off_hours, Some(true));
    assert_eq!(judge_at(&settings, "app", &["web/a", "web/closing"], FRIDAY_AT_FIVE).off_hours, Some(false));
}

#[test_case("migrator", "2026-01-10T12:00Z", Some("migration"), Some(false) ; "planned, on a Saturday")]
#[test_case("migrator", "2026-01-11T12:00Z", None, Some(true) ; "the day after")]
#[test_case("app", "2026-01-10T12:00Z", None, Some(true) ; "somebody else")]
#[test_case("migrator", "", None, None ; "no time")]
fn changes(name: &str, time: &str, change: Option<&str>, off_hours: Option<bool>) {
    let judgement = judge_at(&settings(), name, &["web/a"], time);
    assert_eq!((judgement.change.as_deref(), judgement.off_hours), (change, off_hours));
}

#[test]
fn a_change_makes_no_hours() {
    let mut settings = settings();
    settings.hours.clear();
    let judgement = judge_at(&settings, "migrator", &["web/a"], "2026-01-10T12:00Z");
    assert_eq!((judgement.change.as_deref(), judgement.off_hours), (Some("migration"), None));
}

#[test_case("app", &["web/a"], None ; "an asset without rotators")]
#[test_case("app", &[], None ; "no asset")]
#[test_case("rotator", &["rotated/a"], Some(true) ; "named")]
#[test_case("app", &["rotated/a"], Some(false) ; "not named")]
#[test_case("rotator", &["rotated/twice"], Some(true) ; "named by the first of two entries")]
#[test_case("second", &["rotated/twice"], Some(true) ; "named by the second of two entries")]
#[test_case("second", &["rotated/a"], Some(false) ; "named for another asset")]
#[test_case("rotator", &["rotated/a", "web/a"], Some(true) ; "beside an asset without rotators")]
#[test_case("second", &["rotated/twice", "rotated/a"], Some(false) ; "named for one of two assets")]
#[test_case("rotator", &["fixed"], Some(false) ; "nobody rotates it")]
fn rotators(name: &str, assets: &[&str], expected: Option<bool>) {
    assert_eq!(judge_at(&settings(), name, assets, NOON).rotator, expected);
}

#[test_case(&["bait/a"], true ; "a decoy by its entry")]
#[test_case(&["web/a", "bait/a"], true ; "one of two")]
#[test_case(&["web/tagged"], true ; "a decoy by its tag")]
#[test_case(&["tagged"], true ; "a decoy by its tag that no entry names")]
#[test_case(&["web/a"], false ; "no decoy")]
#[test_case(&[], false ; "no asset")]
fn decoys(assets: &[&str], expected: bool) {
    let tagged = |name: &str| TaggedResource {
        arn: format!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf"),
        tags: [("portcullis:decoy".to_owned(), "true".to_owned())].into(),
    };
    let inventory = Inventory { tagged: vec![tagged("web/tagged"), tagged("tagged")], ..Inventory::default() };
    let (actor, assets, origin) = (role("app"), secrets(assets), Origin::default());
    let subject = Subject { actor: &actor, assets: &assets, origin: &origin, time: None };
    assert_eq!(settings().judge(&subject, &inventory).decoy, expected);
}

#[test]
fn a_decoy_without_tier_lowers_none() {
    let tier = |assets: &[&str]| judge_at(&settings(), "app", assets, NOON).tier;
    assert_eq!((tier(&["bait/a"]), tier(&["bait/a", "web/a"])), (None, Some(Tier::Standard)));
}

#[test]
fn authorisation_looks_tags_up() {
    let settings =
        crate::parse("assets: [{name: a, secret: a, tier: critical, authorized: [{tag: team=payroll}]}]").unwrap();
    let (actor, assets, origin) = (role("app"), secrets(&["a"]), Origin::default());
    let subject = Subject { actor: &actor, assets: &assets, origin: &origin, time: None };
    let tags = [("team".to_owned(), "payroll".to_owned())].into();
    let known = Inventory {
        principals: [("arn:aws:iam::111122223333:role/app".to_owned(), tags)].into(),
        ..Inventory::default()
    };
    assert_eq!(settings.judge(&subject, &known).authorized, Some(true));
    assert_eq!(settings.judge(&subject, &Inventory::default()).authorized, Some(false), "an unknown principal");
}

#[test]
fn the_network_is_named() {
    let origin = Origin { source: Source::Ip("198.51.100.7".parse().unwrap()), ..Origin::default() };
    let subject = Subject { actor: &role("app"), assets: &[], origin: &origin, time: None };
    assert_eq!(settings().judge(&subject, &Inventory::default()).network.as_deref(), Some("office"));
}

proptest! {
    /// Touching more never makes a call less remarkable.
    #[test]
    fn a_further_asset_only_adds(
        names in proptest::collection::vec(proptest::sample::select(
            vec!["web/a", "bait/a", "nightly/a", "web/closing", "rotated/a", "rotated/twice", "fixed", "unnamed"]), 1..4),
        further in proptest::sample::select(vec!["web/a", "bait/a", "nightly/a", "rotated/a", "fixed", "unnamed"]),
        actor in proptest::sample::select(vec!["app", "night", "rotator", "second"]),
        minutes in 0..7 * 24 * 60_i64,
    ) {
        let time = "2026-01-05T00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_mins(minutes);
        let settings = settings();
        let before = judge_at(&settings, actor, &names, &time.to_string());
        let more: Vec<&str> = names.iter().copied().chain([further]).collect();
        let after = judge_at(&settings, actor, &more, &time.to_string());
        prop_assert!(after.decoy >= before.decoy);
        prop_assert!(after.off_hours >= before.off_hours);
        prop_assert!(before.rotator != Some(false) || after.rotator == Some(false));
    }
}
