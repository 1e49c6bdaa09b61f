//! Keys and secrets that should have been rotated by now, as a metric.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_aws::read_inventory;
use portcullis_domain::asset_dimension;
use portcullis_lambda::{FunctionError, Metric, Metrics};
use portcullis_monitoring::Place;
use portcullis_monitoring::rotation::{Overdue, Unknown, has_alarm, keys_to_look_at, needs_all_keys, overdue};
use portcullis_settings::Settings;

use crate::world::World;

impl World {
    /// Counts what is overdue, by entry.
    ///
    /// # Errors
    ///
    /// When AWS does not answer; and when something could not be read, after all else was counted. A key that may not be
    /// looked at is no failure, and is logged.
    pub(crate) async fn look_at_rotations(
        &self,
        settings: &Settings,
        place: &Place,
        metrics: &mut Metrics,
    ) -> Result<(), FunctionError> {
        if !has_alarm(settings) {
            return Ok(());
        }
        let now = Timestamp::now();
        let inventory = read_inventory(&self.config).await?;
        let all = if needs_all_keys(settings) { self.rotations.keys().await? } else { BTreeSet::new() };
        let keys = keys_to_look_at(settings, &inventory, &all, place);
        let mut assets = self.rotations.secrets().await?;
        assets.extend(self.rotations.of_keys(&keys, now).await?);
        tell(&overdue(settings, &inventory, &assets, place, now), metrics)
    }
}

/// Of an entry of which nothing is known nothing is sent: a zero would end an alarm that still holds.
fn tell(overdue: &Overdue, metrics: &mut Metrics) -> Result<(), FunctionError> {
    for (entry, count) in &overdue.entries {
        let count = u32::try_from(*count).unwrap_or(u32::MAX);
        metrics.observe(Metric::ROTATIONS_OVERDUE, &[&asset_dimension(entry)], f64::from(count));
    }
    for (asset, Unknown { entries, why }) in &overdue.unknown {
        tracing::warn!(asset, ?entries, why, "whether this is rotated in time is not known");
    }
    if overdue.unreadable.is_empty() {
        return Ok(());
    }
    let each: Vec<String> = overdue.unreadable.iter().map(|(asset, why)| format!("{asset}: {why}")).collect();
    Err(FunctionError::Misconfigured(format!(
        "whether these are rotated in time could not be read: {}",
        each.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_entry_has_its_number_and_what_is_unknown_is_told() {
        let mut overdue =
            Overdue { entries: [("payroll".to_owned(), 2), ("Löhne".to_owned(), 0)].into(), ..Overdue::default() };
        let mut metrics = Metrics::new("gatehouse");
        tell(&overdue, &mut metrics).unwrap();
        let mut seen: Vec<String> = metrics
            .lines(Timestamp::UNIX_EPOCH)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| format!("{} {}", line["Asset"].as_str().unwrap(), line["RotationsOverdue"]))
            .collect();
        seen.sort();
        assert_eq!(seen, ["L%C3%B6hne 0.0", "payroll 2.0"]);

        let unknown = Unknown { entries: vec!["wages".to_owned()], why: "AccessDeniedException".to_owned() };
        overdue.unknown.insert("arn:aws:kms:eu-west-1:111122223333:key/y".to_owned(), unknown);
        let mut metrics = Metrics::new("gatehouse");
        tell(&overdue, &mut metrics).expect("a key that may not be looked at does not fail the run");
        assert_eq!(metrics.lines(Timestamp::UNIX_EPOCH).len(), 2, "of its entry there is no number");

        overdue
            .unreadable
            .insert("arn:aws:kms:eu-west-1:111122223333:key/x".to_owned(), "InvalidArnException".to_owned());
        let mut metrics = Metrics::new("gatehouse");
        let error = tell(&overdue, &mut metrics).unwrap_err();
        assert!(error.to_string().contains("key/x: InvalidArnException"), "{error}");
        assert_eq!(metrics.lines(Timestamp::UNIX_EPOCH).len(), 2, "the others are counted all the same");
    }
}
