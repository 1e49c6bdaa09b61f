//! What the tests share, and whole histories of reconciling.

use jiff::SignedDuration;
use portcullis_settings::Settings;

use crate::Place;

mod histories;
mod reconcile;
mod thousand;

/// A deployment with everything.
pub(crate) fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "gatehouse".to_owned(),
        topic: "arn:aws:sns:eu-west-1:111122223333:gatehouse-alarm-states".to_owned(),
        runbook: "https://example.com/runbook.md".to_owned(),
        trail_log_group: Some("org-trail".to_owned()),
        pagerduty: true,
        evidence: true,
    }
}

pub(crate) fn settings(yaml: &str) -> Settings {
    portcullis_settings::parse(yaml).unwrap_or_else(|problems| panic!("{problems}"))
}

pub(crate) const CALL: SignedDuration = SignedDuration::from_millis(40);
