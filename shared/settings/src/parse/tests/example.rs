//! The example that people start from.

use super::*;

pub(super) const EXAMPLE: &str = include_str!("../../../../../infra/portcullis.example.yaml");

/// The parts that the example shows as comments, since they would do harm where they are not meant.
const SHOWN_AS_COMMENTS: [&str; 4] = ["changes", "exemptions", "rules", "geoip"];

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
    assert_eq!(settings.quarantine.lifts_after, QuarantineSettings::default().lifts_after);
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
}

#[test]
fn what_the_example_shows_as_comments_is_valid_too() {
    let settings = good(&uncommented());
    assert_eq!((settings.changes.len(), settings.exemptions.len(), settings.geoip.len()), (1, 1, 2));
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
    for key in ["decoy", "rotators", "hours", "path", "tag", "function", "zone", "holidays", "actors", "vpc_endpoints"]
    {
        assert!(shown.contains(&format!("{key}:")), "{key}");
    }
}
