//! The monitoring section of the CIS AWS Foundations Benchmark: metric filters on the log group of the trail, and an alarm
//! on each.
//!
//! Section 4 of v1.4 to v5, section 5 of v6 and v7; the numbers after the point are the same. Security Hub checks the
//! controls 1 to 14 as CloudWatch.1 to CloudWatch.14, and fails one whose pattern is another text than its own, so these
//! are kept letter by letter.

mod controls;

use portcullis_domain::AlarmSubject;
use portcullis_metrics::Statistic;

pub use self::controls::{CONTROLS, Control};
use crate::alarm::{Alarm, Comparison, Condition, MetricFilter, MetricRef, MissingData};
use crate::description::description;
use crate::place::Place;

/// The namespace of what the filters count.
const NAMESPACE: &str = "Portcullis/CIS";

/// The controls of former versions, whose filters are deleted where they are found.
const FORMER: &[&str] = &[];

impl Control {
    /// The name of the filter and of its metric: `STACK-cis-CONTROL`. A metric of a filter has no dimension `Stack`, so
    /// its name says whose it is.
    pub fn filter_name(&self, stack: &str) -> String {
        format!("{stack}-cis-{}", self.name)
    }

    fn metric(&self, stack: &str) -> MetricRef {
        MetricRef { namespace: NAMESPACE.to_owned(), name: self.filter_name(stack), dimensions: Vec::new() }
    }

    fn alarm(&self, place: &Place) -> Alarm {
        let Self { title, advice, number, at_least, .. } = self;
        let often =
            if *at_least == 1 { String::new() } else { format!(", at least {at_least} times within 5 minutes") };
        let source = number.map_or_else(
            || "beside the CIS AWS Foundations Benchmark".to_owned(),
            |number| format!("CIS AWS Foundations Benchmark 4.{number}, in v6 and later 5.{number}"),
        );
        let text = format!("{title}{often}. {advice} ({source}.)");
        Alarm {
            name: AlarmSubject::Cis(self.name.to_owned()).name(&place.stack),
            description: description(&text, place, "cis"),
            condition: Condition::Threshold {
                metric: self.metric(&place.stack),
                statistic: Statistic::Sum,
                period: 300,
                periods: 1,
                datapoints: 1,
                comparison: Comparison::GreaterOrEqual,
                threshold: f64::from(*at_least),
                // A filter sends nothing where nothing matches.
                missing: MissingData::NotBreaching,
            },
            tells: vec![place.topic.clone()],
        }
    }
}

/// The filters; none where no log group is known.
pub(crate) fn filters(place: &Place) -> Vec<MetricFilter> {
    let filter = |log_group: &String| {
        let filter = |control: &Control| MetricFilter {
            name: control.filter_name(&place.stack),
            log_group: log_group.clone(),
            pattern: control.pattern.to_owned(),
            namespace: NAMESPACE.to_owned(),
            metric: control.filter_name(&place.stack),
        };
        CONTROLS.iter().map(filter).collect()
    };
    place.trail_log_group.as_ref().map(filter).unwrap_or_default()
}

/// The alarms on them; none where no log group is known.
pub(crate) fn alarms(place: &Place) -> Vec<Alarm> {
    let known = place.trail_log_group.is_some();
    CONTROLS.iter().filter(|_| known).map(|control| control.alarm(place)).collect()
}

/// Whether a filter of that name is this stack's. The control must be one that we know or knew: `gate-cis-cis-x` begins
/// with `gate-cis-` and is another stack's.
pub(crate) fn is_ours(filter: &str, stack: &str) -> bool {
    let control = filter.strip_prefix(stack).and_then(|rest| rest.strip_prefix("-cis-"));
    control.is_some_and(|control| FORMER.contains(&control) || CONTROLS.iter().any(|known| known.name == control))
}

#[cfg(test)]
mod tests;
