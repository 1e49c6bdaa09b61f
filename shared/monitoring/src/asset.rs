//! The alarms of a watched entry of `assets:`.

use portcullis_domain::{AlarmSubject, AssetAlarm, Tier, asset_dimension};
use portcullis_metrics::{Metric, Statistic};
use portcullis_settings::{AlarmSettings, AssetEntry, OwnRate};

use crate::alarm::{Alarm, Comparison, Condition, MetricRef, MissingData};
use crate::description::{description, length};
use crate::place::Place;

/// For how long a denied call makes the alarm ring, in seconds. CloudWatch looks every minute at the last period whatever
/// its length, so a longer one rings no later, does not ring anew for each call of a burst, and lasts long enough to fall
/// together with a high rate.
const DENIED_PERIOD: u32 = 300;

/// The alarms of `entry`, the composite one last; none when it is not watched.
pub(crate) fn alarms(entry: &AssetEntry, settings: &AlarmSettings, place: &Place) -> Vec<Alarm> {
    let Some(tier) = entry.tier.filter(|_| entry.is_watched()) else { return Vec::new() };
    let one = Watched { entry, dimension: asset_dimension(&entry.name), settings, place };
    let has = |tiers: &[Tier]| tiers.contains(&tier);
    let rate = match entry.high_rate {
        Some(OwnRate::Off) => None,
        // What is said of the entry itself holds whatever is said of its tier.
        Some(OwnRate::MoreThan(uses)) => Some(uses),
        None => has(&settings.high_rate.tiers).then_some(settings.high_rate.more_than),
    };
    let denied = has(&settings.denied).then(|| one.denied());
    let rate = rate.map(|uses| one.high_rate(uses));
    let anomaly = has(&settings.anomaly.tiers).then(|| one.anomaly());
    let overdue = has(&settings.rotation_overdue.tiers).then(|| one.rotation_overdue());
    let uses: Vec<&Alarm> = rate.iter().chain(&anomaly).collect();
    let attack = denied.as_ref().filter(|_| has(&settings.under_attack) && !uses.is_empty());
    let attack = attack.map(|denied| one.under_attack(denied, &uses));
    [denied, rate, anomaly, overdue, attack].into_iter().flatten().collect()
}

struct Watched<'a> {
    entry: &'a AssetEntry,
    dimension: String,
    settings: &'a AlarmSettings,
    place: &'a Place,
}

impl Watched<'_> {
    fn denied(&self) -> Alarm {
        let text = format!(
            "Somebody was denied a key or secret of `{}`. Find out who, and whether they meant to.",
            self.entry.name
        );
        self.alarm(
            AssetAlarm::Denied,
            &text,
            Condition::Threshold {
                metric: self.metric(Metric::ASSET_DENIED),
                statistic: Statistic::Sum,
                period: DENIED_PERIOD,
                periods: 1,
                datapoints: 1,
                comparison: Comparison::GreaterOrEqual,
                threshold: 1.0,
                // Nothing is sent where nobody was denied.
                missing: MissingData::NotBreaching,
            },
        )
    }

    fn high_rate(&self, more_than: u32) -> Alarm {
        let text = format!(
            "The keys and secrets of `{}` were used more than {more_than} times within {}. Find out by whom, and whether \
             that is their work.",
            self.entry.name,
            length(self.settings.high_rate.within.as_secs())
        );
        self.alarm(
            AssetAlarm::HighRate,
            &text,
            Condition::Threshold {
                metric: self.metric(Metric::ASSET_ACCESSES),
                statistic: Statistic::Sum,
                period: self.period(),
                periods: 1,
                datapoints: 1,
                comparison: Comparison::GreaterThan,
                threshold: f64::from(more_than),
                // Nothing is sent where nothing was used.
                missing: MissingData::NotBreaching,
            },
        )
    }

    fn anomaly(&self) -> Alarm {
        let text = format!(
            "The keys and secrets of `{}` are used more than CloudWatch learned to expect at this hour. Find out what \
             is new: who, from where, since when.",
            self.entry.name
        );
        self.alarm(
            AssetAlarm::Anomaly,
            &text,
            Condition::AboveBand {
                metric: self.metric(Metric::ASSET_ACCESSES),
                statistic: Statistic::Sum,
                period: self.period(),
                // A band is statistics: a single period above it happens by chance, two of three hardly do, and a surge
                // of two periods still rings while it lasts.
                periods: 3,
                datapoints: 2,
                deviations: self.settings.anomaly.deviations,
                // No use is never too many.
                missing: MissingData::NotBreaching,
            },
        )
    }

    fn rotation_overdue(&self) -> Alarm {
        let text = format!(
            "A key or secret of `{}` should have been rotated by now: {} after its day. Look why its rotation fails.",
            self.entry.name,
            length(self.settings.rotation_overdue.after.as_secs())
        );
        self.alarm(
            AssetAlarm::RotationOverdue,
            &text,
            Condition::Threshold {
                metric: self.metric(Metric::ROTATIONS_OVERDUE),
                statistic: Statistic::Maximum,
                period: 3600,
                // The metric is sent once an hour, not to the second, so that an hour now and then holds none: one of the
                // last two rings. Where nothing is sent, since it could not be read, it stays as it is: only a zero ends it.
                periods: 2,
                datapoints: 1,
                comparison: Comparison::GreaterOrEqual,
                threshold: 1.0,
                missing: MissingData::Ignore,
            },
        )
    }

    fn under_attack(&self, denied: &Alarm, uses: &[&Alarm]) -> Alarm {
        let text = format!(
            "Somebody is denied keys and secrets of `{}` while they are used more than they should be: somebody may be \
             taking what they get. Find out who, and contain them.",
            self.entry.name
        );
        let rings = |alarm: &Alarm| format!("ALARM(\"{}\")", alarm.name);
        let any: Vec<String> = uses.iter().map(|alarm| rings(alarm)).collect();
        let any = if let [one] = any.as_slice() { one.clone() } else { format!("({})", any.join(" OR ")) };
        let rule = format!("{} AND {any}", rings(denied));
        self.alarm(AssetAlarm::UnderAttack, &text, Condition::Composite { rule })
    }

    fn alarm(&self, kind: AssetAlarm, text: &str, condition: Condition) -> Alarm {
        Alarm {
            name: AlarmSubject::Asset { kind, entry: self.dimension.clone() }.name(&self.place.stack),
            description: description(text, self.place, kind.as_str()),
            condition,
            tells: vec![self.place.topic.clone()],
        }
    }

    fn metric(&self, metric: Metric) -> MetricRef {
        MetricRef::ours(metric, &self.place.stack, &[("Asset", &self.dimension)])
    }

    /// The time within which uses are counted, in seconds: whole minutes, at most an hour.
    fn period(&self) -> u32 {
        u32::try_from(self.settings.high_rate.within.as_secs()).unwrap_or(300)
    }
}

#[cfg(test)]
mod tests;
