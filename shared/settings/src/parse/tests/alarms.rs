//! When CloudWatch is to ring: as it is read, and what can be wrong with it.

use portcullis_domain::Tier;
use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::{AlarmSettings, AnomalySettings, HighRateSettings, OwnRate, RotationSettings};

#[test]
fn every_part_is_read() {
    let settings = good(
        "
alarms:
  high_rate: {more_than: 7, within: 1h, tiers: [sensitive]}
  anomaly: {deviations: 10, tiers: [sensitive, critical]}
  denied: {tiers: [sensitive, critical, sensitive]}
  rotation_overdue: {after: 2d, tiers: []}
  under_attack: {tiers: [sensitive]}
  heartbeat: 1h 15m
  event_age: 5m 1s
",
    );
    let expected = AlarmSettings {
        high_rate: HighRateSettings {
            more_than: 7,
            within: SignedDuration::from_hours(1),
            tiers: vec![Tier::Sensitive],
        },
        anomaly: AnomalySettings { deviations: 10, tiers: vec![Tier::Sensitive, Tier::Critical] },
        denied: vec![Tier::Sensitive, Tier::Critical],
        rotation_overdue: RotationSettings { after: SignedDuration::from_hours(48), tiers: vec![] },
        under_attack: vec![Tier::Sensitive],
        heartbeat: SignedDuration::from_mins(75),
        event_age: SignedDuration::from_secs(301),
    };
    assert_eq!(settings.alarms, expected);
}

#[test]
fn a_part_given_leaves_the_others_at_their_default() {
    let default = AlarmSettings::default();
    let alarms = good("alarms: {high_rate: {more_than: 5}, denied: , heartbeat: 1h}").alarms;
    assert_eq!(alarms.high_rate, HighRateSettings { more_than: 5, ..default.high_rate.clone() });
    assert_eq!(alarms, AlarmSettings { high_rate: alarms.high_rate.clone(), heartbeat: alarms.heartbeat, ..default });
}

#[test_case("500", Some(OwnRate::MoreThan(500)) ; "a number")]
#[test_case("off", Some(OwnRate::Off) ; "off")]
fn an_entry_has_its_own_rate(yaml: &str, expected: Option<OwnRate>) {
    let entry =
        |rate: &str| good(&format!("assets: [{{name: it, secret: x, tier: sensitive{rate}}}]")).assets.remove(0);
    assert_eq!(entry(&format!(", high_rate: {yaml}")).high_rate, expected);
    assert_eq!(entry("").high_rate, None);
}

#[test_case("high_rate: 0", "assets[0].high_rate: found the number 0, expected `off` or a whole number from 1 to 1000000", "write `off`" ; "none")]
#[test_case("high_rate: 1000001", "assets[0].high_rate: found the number 1000001", "write `off`" ; "too many")]
#[test_case("high_rate: '5'", "assets[0].high_rate: found `5`", "without quotes" ; "a number in quotes")]
#[test_case("high_rate: false", "assets[0].high_rate: found the truth value false, expected `off`", "write `off`" ; "false for off")]
#[test_case("high_rate: ", "assets[0].high_rate: found nothing", "write `off`" ; "nothing")]
fn own_rates(rate: &str, message: &str, help: &str) {
    let (found_message, found_help) = bad_entry(&format!("secret: x, {rate}"));
    assert!(found_message.starts_with(message), "{found_message}");
    assert!(found_help.contains(help), "{found_help}");
}

#[test]
fn an_entry_without_alarms_has_no_rate() {
    let yaml = "assets: [{name: it, secret: x, tier: standard, high_rate: 5}]";
    is_told(yaml, "assets[0].high_rate: found the tier standard, expected critical or sensitive", "leave it out");
    let yaml = "assets: [{name: it, secret: x, decoy: true, high_rate: 5}]";
    is_told(yaml, "assets[0].high_rate: found no tier, expected critical or sensitive", "leave it out");
    assert!(parse("assets: [{name: it, secret: x, decoy: true, tier: critical, high_rate: 5}]").is_ok());
}

#[test_case("high_rate: {more_than: 0}", "alarms.high_rate.more_than: found the number 0, expected a whole number from 1 to 1000000", "" ; "no uses")]
#[test_case("high_rate: {more_than: '5'}", "alarms.high_rate.more_than: found `5`", "without quotes" ; "a number in quotes")]
#[test_case("high_rate: {within: 59s}", "alarms.high_rate.within: found `59s`, expected a duration from 1m to 1h, in whole minutes", "" ; "too short")]
#[test_case("high_rate: {within: 90s}", "alarms.high_rate.within: found `90s`, expected a duration from 1m to 1h, in whole minutes", "" ; "half a minute")]
#[test_case("high_rate: {within: 61m}", "alarms.high_rate.within: found `61m`", "" ; "too long")]
#[test_case("high_rate: {within: 5}", "alarms.high_rate.within: found the number 5", "write a number with its unit" ; "a time without unit")]
#[test_case("high_rate: {tiers: }", "alarms.high_rate.tiers: found nothing, expected a list of the tiers critical or sensitive", "write `[]`" ; "no tiers")]
#[test_case("high_rate: {tiers: critical}", "alarms.high_rate.tiers: found `critical`, expected a list", "" ; "a tier for a list")]
#[test_case("high_rate: {tiers: [standard]}", "alarms.high_rate.tiers[0]: found `standard`, expected critical or sensitive", "no metrics of their own" ; "a tier that has no metrics")]
#[test_case("high_rate: {tiers: [critcal]}", "alarms.high_rate.tiers[0]: found `critcal`", "did you mean `critical`?" ; "a tier misspelt")]
#[test_case("high_rate: {more: 5}", "alarms.high_rate.more: unknown key, expected one of more_than, within, tiers", "" ; "another key")]
#[test_case("high_rate: 100", "alarms.high_rate: found the number 100, expected a map", "" ; "a number for a map")]
#[test_case("anomaly: {deviations: 11}", "alarms.anomaly.deviations: found the number 11, expected a whole number from 1 to 10", "" ; "too wide")]
#[test_case("denied: {tires: []}", "alarms.denied.tires: unknown key, expected one of tiers", "did you mean `tiers`?" ; "a key misspelt")]
#[test_case("rotation_overdue: {after: 59m}", "alarms.rotation_overdue.after: found `59m`, expected a duration from 1h to 30d", "" ; "too soon")]
#[test_case("heartbeat: 14m", "alarms.heartbeat: found `14m`, expected a duration from 15m to 6h, in steps of 5m", "" ; "a heartbeat too soon")]
#[test_case("heartbeat: 17m", "alarms.heartbeat: found `17m`, expected a duration from 15m to 6h, in steps of 5m", "" ; "a heartbeat between two")]
#[test_case("heartbeat: 30m 30s", "alarms.heartbeat: found `30m 30s`", "" ; "a heartbeat of half minutes")]
#[test_case("event_age: 7h", "alarms.event_age: found `7h`, expected a duration from 5m to 6h", "" ; "an age too great")]
#[test_case("high_rat: {}", "alarms.high_rat: unknown key", "did you mean `high_rate`?" ; "a kind misspelt")]
#[test_case("under_attack: {tiers: [sensitive]}", "alarms.under_attack.tiers: found `sensitive`, expected tiers that have alarms of the kind `denied`", "add `sensitive` to the tiers of `denied`" ; "an attack without denials")]
#[test_case("high_rate: {tiers: []}, anomaly: {tiers: []}, under_attack: {tiers: [critical]}", "expected tiers that have alarms of the kind `high_rate` or `anomaly`", "add `critical`" ; "an attack without uses")]
fn problems(yaml: &str, message: &str, help: &str) {
    is_told(&format!("alarms: {{{yaml}}}"), message, help);
}

#[test]
fn a_kind_is_switched_off_by_itself() {
    let alarms = good("alarms: {denied: {tiers: []}}").alarms;
    assert!(alarms.denied.is_empty() && alarms.under_attack == [Tier::Critical]);
}

proptest! {
    #[test]
    fn periods_are_whole_minutes(minutes in 0..100_i64, seconds in 0..60_i64) {
        let found = parse(&format!("alarms: {{high_rate: {{within: {minutes}m {seconds}s}}}}"));
        let whole = seconds == 0 && (1..=60).contains(&minutes);
        prop_assert_eq!(found.is_ok(), whole);
        if let Ok(settings) = found {
            prop_assert_eq!(settings.alarms.high_rate.within, SignedDuration::from_mins(minutes));
        }
    }
}
