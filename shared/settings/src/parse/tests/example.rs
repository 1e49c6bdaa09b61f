//! The example that people start from.

use super::*;
use crate::{AlarmSettings, AskingSettings, LimitSettings, LockoutSettings};

pub(super) const EXAMPLE: &str = include_str!("../../../../../infra/portcullis.example.yaml");

/// The parts that the example shows as comments, since they would do harm where they are not meant.
const SHOWN_AS_COMMENTS: [&str; 6] = ["operators", "members", "changes", "exemptions", "rules", "geoip"];

/// The example with those parts made real.
fn uncommented() -> String {
    let mut within = false;
    let line = |line: &str| {
        let text = line.strip_prefix("# ");
        within = match text {
            Some(text) => within || SHOWN_AS_COMMENTS.iter().any(|key| text.starts_with(&format!("{key}:"))),
            None => false,
        };
        format!("{}\n", text.filter(|_| within).unwrap_or(line))
    };
    EXAMPLE.lines().map(line).collect()
}

#[test]
fn the_example_is_valid_and_observes() {
    let settings = good(EXAMPLE);
    assert_eq!(settings.mode, Mode::Observe);
    assert_eq!(settings.response, ResponseTable::default(), "it shows the defaults");
    assert_eq!(settings.paging, PagingSettings::default());
    assert_eq!(settings.asking, AskingSettings::default());
    assert_eq!(settings.lockout, LockoutSettings::default());
    assert_eq!(settings.limits, LimitSettings::default());
    assert_eq!(settings.alarms, AlarmSettings::default());
    assert!(settings.assets.iter().any(|entry| entry.high_rate.is_some() && entry.is_watched()));
    assert_eq!(QuarantineSettings { policy: None, ..settings.quarantine.clone() }, QuarantineSettings::default());
    assert_eq!(settings.deny_policy("aws"), Settings::default().deny_policy("aws"));
    assert_eq!((settings.assets.len(), settings.protected.len()), (5, 3));
    assert_eq!((settings.hours.len(), settings.networks.len(), settings.accounts.len()), (2, 2, 1));
    assert!(settings.assets.iter().any(|entry| entry.decoy) && settings.needs_principal_tags());
    assert!(!settings.audit.buckets.is_empty() && !settings.audit.log_groups.is_empty());
}

#[test]
fn nothing_is_excused_by_the_example_as_shipped() {
    let settings = good(EXAMPLE);
    assert_eq!((settings.changes.len(), settings.exemptions.len(), settings.rules.len()), (0, 0, 0));
    assert!(settings.geoip.is_empty(), "there are no databases beside it");
    assert!(settings.operators.is_empty() && settings.members.is_empty(), "nobody has these accounts");
}

#[test]
fn what_the_example_shows_as_comments_is_valid_too() {
    let settings = good(&uncommented());
    assert_eq!((settings.changes.len(), settings.exemptions.len(), settings.geoip.len()), (1, 1, 2));
    assert_eq!((settings.operators.len(), settings.members.len()), (2, 1));
    let [batch, burst] = settings.rules.as_slice() else { panic!("two entries") };
    assert!(batch.shadow.is_some() && !batch.exempt.is_empty() && burst.threshold.is_some());
}

/// Whoever looks for a key finds it in the example.
#[test]
fn every_key_is_shown() {
    let shown = uncommented();
    for key in super::super::KEYS {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{key}:"))), "{key}");
    }
    let further =
        ["decoy", "rotators", "hours", "path", "tag", "function", "zone", "holidays", "actors", "vpc_endpoints"];
    let containment = [
        "propose",
        "expires_after",
        "unanswered",
        "lifts_after",
        "when_full",
        "escalates",
        "policy",
        "deactivate_keys",
        "per_hour",
        "share",
        "at_least",
        "containment",
    ];
    let alarms = [
        "high_rate",
        "more_than",
        "within",
        "anomaly",
        "deviations",
        "denied",
        "rotation_overdue",
        "after",
        "under_attack",
        "heartbeat",
        "event_age",
        "tiers",
    ];
    for key in further.into_iter().chain(containment).chain(alarms) {
        assert!(shown.contains(&format!("{key}:")), "{key}");
    }
}

/// What is said of the tag that always protects is what holds.
#[test]
fn the_tag_that_always_protects_is_named() {
    assert!(EXAMPLE.contains(&format!("`{}`", crate::PROTECTED_TAG)));
}
