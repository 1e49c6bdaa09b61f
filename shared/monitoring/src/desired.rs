//! What a deployment should have.

use portcullis_domain::Tier;
use portcullis_settings::Settings;

use crate::found::Desired;
use crate::place::Place;
use crate::{asset, cis, dashboard, pipeline};

/// What should be there under these settings. Portcullis's own alarms come first, then those of critical entries, then
/// those of sensitive ones, each in the order of the file: what is made first is there when time or a quota runs out.
pub fn desired(settings: &Settings, place: &Place) -> Desired {
    let mut alarms = pipeline::alarms(&settings.alarms, place);
    for tier in [Tier::Critical, Tier::Sensitive] {
        let entries = settings.assets.iter().filter(|entry| entry.tier == Some(tier));
        alarms.extend(entries.flat_map(|entry| asset::alarms(entry, &settings.alarms, place)));
    }
    alarms.extend(cis::alarms(place));
    Desired { alarms, filters: cis::filters(place), dashboard: Some(dashboard::body(settings, place)) }
}

#[cfg(test)]
mod tests;
