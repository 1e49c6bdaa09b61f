//! What a deployment takes in a month: metrics, alarms, writes, invocations. Quantities are computed; prices are the reader's.

mod cloudwatch;
mod compute;
mod item;
mod lines;
mod load;
mod prices;
mod quantity;

use cloudwatch::cloudwatch;
pub use compute::WRITES_PER_THOUSAND;
use compute::compute;
pub use item::Item;
pub use load::{Function, Load};
use portcullis_domain::Tier;
use portcullis_settings::{AssetEntry, Problems, Settings, parse};
pub use prices::{Bill, PriceError, Prices, bill, empty_file};
pub use quantity::{Quantity, readable};

use crate::place::Place;

/// What is not in the quantities, and why.
pub const LEFT_OUT: &str = "Left out: what whoever looks at the dashboard or asks `portcullis metrics` causes (metrics read, logs \
    searched), your trail and its log files, the storage of tables and of the config bucket, PagerDuty, CIS's metric \
    filters with their alarms, the copies of the ledger's chain, log files as a second intake, and traffic.";

/// What a deployment under these settings takes, with so many rules loaded.
pub fn quantities(settings: &Settings, place: &Place, load: &Load, rules: usize) -> Vec<Quantity> {
    let mut quantities = cloudwatch(settings, place, load, rules);
    quantities.extend(compute(settings, load));
    quantities
}

/// The deployment that is computed for: without PagerDuty, evidence bucket and metric filters.
pub fn typical_place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "portcullis".to_owned(),
        topic: "arn:aws:sns:eu-west-1:111122223333:portcullis-alarm-states".to_owned(),
        runbook: String::new(),
        trail_log_group: None,
        pagerduty: false,
        evidence: false,
    }
}

/// Settings with so many watched entries: those there are, again and again under other names; where there are none, one of
/// five is critical and the others are sensitive.
///
/// # Errors
///
/// Never, as long as the settings of the example can be read.
pub fn with_assets(settings: &Settings, assets: usize) -> Result<Settings, Problems> {
    let mut watched: Vec<AssetEntry> = settings.assets.iter().filter(|entry| entry.is_watched()).cloned().collect();
    if watched.is_empty() {
        let example = parse("assets: [{name: a, secret: a, tier: sensitive}]")?;
        for number in 0..5 {
            let tier = if number == 0 { Tier::Critical } else { Tier::Sensitive };
            watched.extend(example.assets.iter().map(|entry| AssetEntry { tier: Some(tier), ..entry.clone() }));
        }
    }
    let again = watched.iter().cycle().take(assets).enumerate();
    let assets = again.map(|(number, entry)| AssetEntry { name: format!("asset {}", number + 1), ..entry.clone() });
    Ok(Settings { assets: assets.collect(), ..settings.clone() })
}

#[cfg(test)]
mod tests;
