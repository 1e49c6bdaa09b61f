//! How somebody is contained: `asking:`, `lockout:`, `quarantine:` and `limits:`.

use std::ops::RangeInclusive;

use jiff::SignedDuration;
use portcullis_domain::PolicyArn;

use super::durations::duration;
use super::response::by_tier;
use crate::reader::{Map, Node, Report};
use crate::{AskingSettings, LimitSettings, LockoutSettings, QuarantineSettings, Response, WhenFull};

/// What can be proposed: asking for less would be no question.
const PROPOSALS: &[Response] = &[Response::Lockout, Response::Quarantine];

/// What can follow when nobody answers: less than a page would keep it silent that the question is over, and to ask once
/// more would never end.
const UNANSWERED: &[Response] = &[Response::Page, Response::Lockout, Response::Quarantine];

/// Whatever is larger limits nothing.
const LARGEST_LIMIT: u32 = 1000;

pub(super) fn asking(node: &Node<'_>, report: &mut Report) -> AskingSettings {
    let mut asking = AskingSettings::default();
    let map = node.map(report, "a map", &["propose", "expires_after", "unanswered"]);
    let propose = map.get("propose").and_then(|node| node.word(report, PROPOSALS, Response::as_str));
    asking.propose = propose.unwrap_or(asking.propose);
    if let Some(node) = map.get("expires_after") {
        // Nobody can answer sooner than in minutes, and a question of last week is about something else.
        let allowed = SignedDuration::from_mins(5)..=SignedDuration::from_hours(7 * 24);
        let found = duration(node, report, &allowed, "a duration from 5m to 7d");
        asking.expires_after = found.unwrap_or(asking.expires_after);
    }
    if let Some(node) = map.get("unanswered") {
        by_tier(node, report, UNANSWERED, &mut asking.unanswered);
    }
    asking
}

pub(super) fn lockout(node: &Node<'_>, report: &mut Report) -> LockoutSettings {
    let mut lockout = LockoutSettings::default();
    let map = node.map(report, "a map", &["lifts_after", "when_full", "escalates"]);
    lifts_after(&map, report, &mut lockout.lifts_after);
    let when_full = map.get("when_full").and_then(|node| node.word(report, WhenFull::ALL, WhenFull::as_str));
    lockout.when_full = when_full.unwrap_or(lockout.when_full);
    let escalates = map.get("escalates").and_then(|node| node.truth(report));
    lockout.escalates = escalates.unwrap_or(lockout.escalates);
    lockout
}

pub(super) fn quarantine(node: &Node<'_>, report: &mut Report) -> QuarantineSettings {
    let mut quarantine = QuarantineSettings::default();
    let map = node.map(report, "a map", &["policy", "lifts_after", "deactivate_keys"]);
    quarantine.policy = map.get("policy").and_then(|node| deny_policy(node, report));
    lifts_after(&map, report, &mut quarantine.lifts_after);
    let deactivate_keys = map.get("deactivate_keys").and_then(|node| node.truth(report));
    quarantine.deactivate_keys = deactivate_keys.unwrap_or(quarantine.deactivate_keys);
    quarantine
}

pub(super) fn limits(node: &Node<'_>, report: &mut Report) -> LimitSettings {
    let mut limits = LimitSettings::default();
    let map = node.map(report, "a map", &["per_hour", "share", "at_least"]);
    let per_hour = map.get("per_hour").and_then(|node| count(node, report));
    limits.per_hour = per_hour.unwrap_or(limits.per_hour);
    limits.share = map.get("share").and_then(|node| percent(node, report)).unwrap_or(limits.share);
    limits.at_least = map.get("at_least").and_then(|node| count(node, report)).unwrap_or(limits.at_least);
    limits
}

fn lifts_after(map: &Map<'_>, report: &mut Report, lifts_after: &mut SignedDuration) {
    if let Some(node) = map.get("lifts_after") {
        // A shorter one would lift before anybody has looked, a longer one would leave a forgotten role denied.
        let allowed = SignedDuration::from_mins(5)..=SignedDuration::from_hours(30 * 24);
        *lifts_after = duration(node, report, &allowed, "a duration from 5m to 30d").unwrap_or(*lifts_after);
    }
}

/// The policy that denies. Of AWS's own there is one that does; any other would hand rights out instead.
fn deny_policy(node: &Node<'_>, report: &mut Report) -> Option<PolicyArn> {
    let policy: PolicyArn = node.parsed(report, "the ARN of an IAM managed policy")?;
    let is_aws_managed = policy.as_str().contains(":iam::aws:");
    if is_aws_managed && !policy.as_str().ends_with(":policy/AWSDenyAll") {
        let help = "name a customer-managed policy that denies, or leave it out for AWSDenyAll".to_owned();
        report.add(node, node.mismatch("a policy that denies"), Some(help));
        return None;
    }
    Some(policy)
}

fn count(node: &Node<'_>, report: &mut Report) -> Option<u32> {
    let found = node.as_number().and_then(|number| u32::try_from(number).ok());
    let found = found.filter(|number| *number <= LARGEST_LIMIT);
    if found.is_none() {
        // YAML reads `5 roles`, `"5"` and `-` as text, and people mean a number by all of them.
        let help = node.as_text().map(|_| "write the number alone, without quotes: 5".to_owned());
        report.add(node, node.mismatch(&format!("a whole number from 0 to {LARGEST_LIMIT}")), help);
    }
    found
}

/// `10%`. A number alone could as well be meant as a fraction or a count, so it is asked about.
fn percent(node: &Node<'_>, report: &mut Report) -> Option<u8> {
    const ALLOWED: RangeInclusive<u8> = 1..=100;
    let digits = node.as_text().and_then(|text| text.strip_suffix('%'));
    // A sign would be read too.
    let is_plain = |digits: &&str| digits.bytes().all(|b| b.is_ascii_digit());
    let found = digits.filter(is_plain).and_then(|digits| digits.parse().ok());
    let found = found.filter(|percent| ALLOWED.contains(percent));
    if found.is_none() {
        let whole = node.as_number().and_then(|number| u8::try_from(number).ok());
        let help = match whole.filter(|number| ALLOWED.contains(number)) {
            Some(number) => format!("did you mean `{number}%`?"),
            None => "write a whole number and a percent sign: `10%`; to contain nobody set `per_hour: 0`".to_owned(),
        };
        report.add(node, node.mismatch("a share from 1% to 100%"), Some(help));
    }
    found
}
