//! `alarms:`, and what an entry of `assets:` says of its own.

use std::ops::RangeInclusive;

use jiff::SignedDuration;
use portcullis_domain::Tier;

use super::durations::duration;
use crate::reader::{Map, Node, Report, did_you_mean};
use crate::{AlarmSettings, AnomalySettings, HighRateSettings, OwnRate, RotationSettings};

const KEYS: &[&str] = &["high_rate", "anomaly", "denied", "rotation_overdue", "under_attack", "heartbeat", "event_age"];

/// Whose keys and secrets have metrics of their own, and so can have alarms.
const TIERS: [Tier; 2] = [Tier::Critical, Tier::Sensitive];

/// Whatever is larger would never ring.
const MOST_USES: u32 = 1_000_000;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn alarms(node: &Node<'_>, report: &mut Report) -> AlarmSettings {
    let mut alarms = AlarmSettings::default();
    let map = node.map(report, "a map", KEYS);
    if let Some(node) = map.get("high_rate") {
        high_rate(node, report, &mut alarms.high_rate);
    }
    if let Some(node) = map.get("anomaly") {
        anomaly(node, report, &mut alarms.anomaly);
    }
    if let Some(node) = map.get("denied") {
        tiers(&node.map(report, "a map", &["tiers"]), report, &mut alarms.denied);
    }
    if let Some(node) = map.get("rotation_overdue") {
        rotation_overdue(node, report, &mut alarms.rotation_overdue);
    }
    if let Some(node) = map.get("under_attack") {
        under_attack(node, report, &mut alarms);
    }
    if let Some(node) = map.get("heartbeat") {
        // CloudTrail alone may take 15 minutes; whoever waits longer than a shift is not watching.
        let allowed = SignedDuration::from_mins(15)..=HOUR * 6;
        // One is sent every five minutes.
        let found = minutes(node, report, &allowed, 5, "a duration from 15m to 6h, in steps of 5m");
        alarms.heartbeat = found.unwrap_or(alarms.heartbeat);
    }
    if let Some(node) = map.get("event_age") {
        let allowed = SignedDuration::from_mins(5)..=HOUR * 6;
        alarms.event_age = duration(node, report, &allowed, "a duration from 5m to 6h").unwrap_or(alarms.event_age);
    }
    alarms
}

/// `high_rate` of an entry of `assets:`: `off` or how many uses are too many. `tier` is the entry's, where it was
/// understood; `no_tier` says that it has none.
pub(super) fn own_rate(node: &Node<'_>, report: &mut Report, tier: Option<Tier>, no_tier: bool) -> Option<OwnRate> {
    if no_tier || tier == Some(Tier::Standard) {
        let tier = if no_tier { "no tier" } else { "the tier standard" };
        let message = format!("found {tier}, expected {}", tier_words());
        report.add(node, message, Some("entries of any other tier have no alarms; leave it out".to_owned()));
        return None;
    }
    if node.as_text() == Some("off") {
        return Some(OwnRate::Off);
    }
    let found = whole(node, 1..=MOST_USES);
    if found.is_none() {
        let help = match node.as_text() {
            Some(_) => "write the number alone, without quotes, or `off` for no such alarm",
            None => "write `off` for no such alarm",
        };
        report.add(node, node.mismatch(&format!("`off` or {}", uses())), Some(help.to_owned()));
    }
    found.map(OwnRate::MoreThan)
}

fn high_rate(node: &Node<'_>, report: &mut Report, high_rate: &mut HighRateSettings) {
    let map = node.map(report, "a map", &["more_than", "within", "tiers"]);
    if let Some(node) = map.get("more_than") {
        high_rate.more_than = number(node, report, 1..=MOST_USES, &uses()).unwrap_or(high_rate.more_than);
    }
    if let Some(node) = map.get("within") {
        let allowed = SignedDuration::from_mins(1)..=HOUR;
        let found = minutes(node, report, &allowed, 1, "a duration from 1m to 1h, in whole minutes");
        high_rate.within = found.unwrap_or(high_rate.within);
    }
    tiers(&map, report, &mut high_rate.tiers);
}

fn anomaly(node: &Node<'_>, report: &mut Report, anomaly: &mut AnomalySettings) {
    let map = node.map(report, "a map", &["deviations", "tiers"]);
    if let Some(node) = map.get("deviations") {
        let found = number(node, report, 1..=10, "a whole number from 1 to 10");
        anomaly.deviations = found.and_then(|found| u8::try_from(found).ok()).unwrap_or(anomaly.deviations);
    }
    tiers(&map, report, &mut anomaly.tiers);
}

fn rotation_overdue(node: &Node<'_>, report: &mut Report, rotation: &mut RotationSettings) {
    let map = node.map(report, "a map", &["after", "tiers"]);
    if let Some(node) = map.get("after") {
        let allowed = HOUR..=HOUR * (30 * 24);
        rotation.after = duration(node, report, &allowed, "a duration from 1h to 30d").unwrap_or(rotation.after);
    }
    tiers(&map, report, &mut rotation.tiers);
}

/// A tier that is named here must have the alarms that this one is put together from: it would never ring otherwise.
/// The default does not count, so that a kind can be switched off by itself.
fn under_attack(node: &Node<'_>, report: &mut Report, alarms: &mut AlarmSettings) {
    let map = node.map(report, "a map", &["tiers"]);
    tiers(&map, report, &mut alarms.under_attack);
    let Some(node) = map.get("tiers") else { return };
    for tier in &alarms.under_attack {
        let rate = alarms.high_rate.tiers.contains(tier) || alarms.anomaly.tiers.contains(tier);
        let missing = match (alarms.denied.contains(tier), rate) {
            (true, true) => continue,
            (false, _) => "`denied`",
            (true, false) => "`high_rate` or `anomaly`",
        };
        let message = format!("found `{}`, expected tiers that have alarms of the kind {missing}", tier.as_str());
        report.add(node, message, Some(format!("add `{}` to the tiers of {missing}", tier.as_str())));
    }
}

/// `tiers` of a kind of alarm; `[]` switches it off.
fn tiers(map: &Map<'_>, report: &mut Report, tiers: &mut Vec<Tier>) {
    let Some(node) = map.get("tiers") else { return };
    let expected = format!("a list of the tiers {}", tier_words());
    if node.is_null() {
        report.add(
            node,
            node.mismatch(&expected),
            Some("write `[]` when no entry is to have such an alarm".to_owned()),
        );
        return;
    }
    let items = node.list(report, &expected);
    if !node.is_list() {
        return;
    }
    let found = items.iter().filter_map(|item| tier(item, report));
    // A tier that is named twice is meant once.
    let mut named: Vec<Tier> = Vec::new();
    for tier in found {
        if !named.contains(&tier) {
            named.push(tier);
        }
    }
    *tiers = named;
}

fn tier(node: &Node<'_>, report: &mut Report) -> Option<Tier> {
    let text = node.as_text();
    let found = TIERS.into_iter().find(|tier| Some(tier.as_str()) == text);
    if found.is_none() {
        let help = if text == Some(Tier::Standard.as_str()) {
            Some("entries of any other tier have no metrics of their own".to_owned())
        } else {
            text.and_then(|text| did_you_mean(text, &TIERS.map(Tier::as_str)))
        };
        report.add(node, node.mismatch(&tier_words()), help);
    }
    found
}

fn tier_words() -> String {
    TIERS.map(Tier::as_str).join(" or ")
}

fn uses() -> String {
    format!("a whole number from 1 to {MOST_USES}")
}

/// A duration of whole minutes: CloudWatch's periods are that (CloudWatch API Reference, *PutMetricAlarm*, `Period`).
fn minutes(
    node: &Node<'_>,
    report: &mut Report,
    allowed: &RangeInclusive<SignedDuration>,
    step: i64,
    expected: &str,
) -> Option<SignedDuration> {
    let found = duration(node, report, allowed, expected)?;
    let whole = found.as_secs() % (60 * step) == 0 && found.subsec_nanos() == 0;
    if !whole {
        report.add(node, node.mismatch(expected), None);
    }
    whole.then_some(found)
}

fn number(node: &Node<'_>, report: &mut Report, allowed: RangeInclusive<u32>, expected: &str) -> Option<u32> {
    let found = whole(node, allowed);
    if found.is_none() {
        let help = node.as_text().map(|_| "write the number alone, without quotes: 5".to_owned());
        report.add(node, node.mismatch(expected), help);
    }
    found
}

fn whole(node: &Node<'_>, allowed: RangeInclusive<u32>) -> Option<u32> {
    let found = node.as_number().and_then(|number| u32::try_from(number).ok());
    found.filter(|number| allowed.contains(number))
}
