//! The alarms that the dashboard shows, by ARN.

use portcullis_domain::{AlarmSubject, AssetAlarm};
use portcullis_settings::Settings;

use crate::place::Place;
use crate::{asset, pipeline};

/// The alarms of `infra/template.yaml`, by what follows the stack's name; those of `pagerduty` are there with it.
pub const OF_TEMPLATE: &[&str] = &[
    "events-dlq",
    "findings-dlq",
    "pagerduty-dlq",
    "events-age",
    "findings-age",
    "detect-errors",
    "respond-errors",
    "release-errors",
    "alarms-errors",
    "pagerduty-errors",
    "respond-silent",
    "release-silent",
    "alarms-silent",
];

/// That somebody was denied while a key or secret is used more than it should be.
pub(super) fn under_attack(settings: &Settings, place: &Place) -> Vec<String> {
    let alarms = settings.assets.iter().flat_map(|entry| asset::alarms(entry, &settings.alarms, place));
    let is_attack = |name: &str| {
        let subject = AlarmSubject::parse(&place.stack, name);
        matches!(subject, Some(AlarmSubject::Asset { kind: AssetAlarm::UnderAttack, .. }))
    };
    alarms.filter(|alarm| is_attack(&alarm.name)).map(|alarm| place.alarm_arn(&alarm.name)).collect()
}

/// That Portcullis does not see or work.
pub(super) fn pipeline_alarms(settings: &Settings, place: &Place) -> Vec<String> {
    pipeline::alarms(&settings.alarms, place).iter().map(|alarm| place.alarm_arn(&alarm.name)).collect()
}

/// Those of the template.
pub(crate) fn template_alarms(place: &Place) -> Vec<String> {
    OF_TEMPLATE
        .iter()
        .filter(|name| place.pagerduty || !name.starts_with("pagerduty"))
        .map(|name| place.alarm_arn(&format!("{}-{name}", place.stack)))
        .collect()
}
