//! In what two alarms differ.

use serde::{Deserialize, Serialize};

use crate::alarm::{Alarm, Condition, MetricRef};

/// A field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field: `threshold`.
    pub field: String,
    /// What is there; empty where there is no such field.
    pub found: String,
    /// What should be there; empty where there should be no such field.
    pub wanted: String,
}

/// In what `found` is not as `wanted`: none when CloudWatch would store the same for both, whatever the order of
/// dimensions and actions. `found` is absent when it is unlike anything that we could want.
pub fn differences(found: Option<&Alarm>, wanted: &Alarm) -> Vec<Difference> {
    let Some(found) = found else {
        let other = "of a form that Portcullis does not make".to_owned();
        return vec![Difference { field: "definition".to_owned(), found: other, wanted: kind(wanted).to_owned() }];
    };
    let (before, after) = (fields(found), fields(wanted));
    let value = |fields: &[(&'static str, String)], name: &str| {
        fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let names = after.iter().chain(before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)));
    let difference = |(name, _): &(&'static str, String)| {
        let (found, wanted) = (value(&before, name), value(&after, name));
        (found != wanted).then(|| Difference { field: (*name).to_owned(), found, wanted })
    };
    names.filter_map(difference).collect()
}

fn kind(alarm: &Alarm) -> &'static str {
    match alarm.condition {
        Condition::Threshold { .. } => "threshold",
        Condition::AboveBand { .. } => "band",
        Condition::Composite { .. } => "composite",
    }
}

/// All that CloudWatch is told of an alarm, but for its name: as text, in which equal numbers are equal.
fn fields(alarm: &Alarm) -> Vec<(&'static str, String)> {
    let mut tells = alarm.tells.clone();
    tells.sort();
    let mut fields = vec![("kind", kind(alarm).to_owned())];
    let mut of_metric = |metric: &MetricRef, statistic: &str, numbers: [u32; 3], missing: &str| {
        fields.push(("metric", metric.to_string()));
        fields.push(("statistic", statistic.to_owned()));
        fields.extend(["period", "periods", "datapoints"].into_iter().zip(numbers.map(|number| number.to_string())));
        fields.push(("missing", missing.to_owned()));
    };
    match &alarm.condition {
        Condition::Threshold { metric, statistic, period, periods, datapoints, comparison, threshold, missing } => {
            of_metric(metric, statistic.as_str(), [*period, *periods, *datapoints], missing.as_str());
            fields.push(("comparison", comparison.as_str().to_owned()));
            // CloudWatch stores a double. Zero has a sign that means nothing.
            fields.push(("threshold", (threshold + 0.0).to_string()));
        }
        Condition::AboveBand { metric, statistic, period, periods, datapoints, deviations, missing } => {
            of_metric(metric, statistic.as_str(), [*period, *periods, *datapoints], missing.as_str());
            fields.push(("deviations", deviations.to_string()));
        }
        Condition::Composite { rule } => fields.push(("rule", rule.clone())),
    }
    fields.push(("description", alarm.description.clone()));
    fields.push(("tells", tells.join(" ")));
    fields
}

#[cfg(test)]
mod tests {
    use portcullis_metrics::{Metric, Statistic};

    use super::*;
    use crate::{Comparison, MissingData};

    fn alarm(threshold: f64, dimensions: &[(&str, &str)], tells: &[&str]) -> Alarm {
        Alarm {
            name: "gatehouse/high-rate/payroll".to_owned(),
            description: "So it is.".to_owned(),
            condition: Condition::Threshold {
                metric: MetricRef::ours(Metric::ASSET_ACCESSES, "gatehouse", dimensions),
                statistic: Statistic::Sum,
                period: 300,
                periods: 1,
                datapoints: 1,
                comparison: Comparison::GreaterThan,
                threshold,
                missing: MissingData::NotBreaching,
            },
            tells: tells.iter().map(|&topic| topic.to_owned()).collect(),
        }
    }

    #[test]
    fn order_and_the_sign_of_zero_mean_nothing() {
        let one = alarm(0.0, &[("A", "1"), ("B", "2")], &["x", "y"]);
        let other = alarm(-0.0, &[("B", "2"), ("A", "1")], &["y", "x"]);
        assert_eq!(differences(Some(&one), &other), []);
    }

    #[test]
    fn each_field_that_differs_is_told() {
        let found = alarm(100.0, &[("Asset", "payroll")], &["x"]);
        let told = |found: Option<&Alarm>, wanted: &Alarm| -> Vec<String> {
            let told = |one: &Difference| format!("{}: {} → {}", one.field, one.found, one.wanted);
            differences(found, wanted).iter().map(told).collect()
        };
        assert_eq!(told(Some(&found), &alarm(500.0, &[("Asset", "payroll")], &["x"])), ["threshold: 100 → 500"]);
        assert_eq!(told(Some(&found), &alarm(100.0, &[("Asset", "payroll")], &["z"])), ["tells: x → z"]);
        let composite = Alarm { condition: Condition::Composite { rule: "ALARM(\"a\")".to_owned() }, ..found.clone() };
        let all = told(Some(&found), &composite);
        assert_eq!(all[..2], ["kind: threshold → composite", "rule:  → ALARM(\"a\")"]);
        assert!(all.contains(&"threshold: 100 → ".to_owned()));
        assert_eq!(told(None, &found), ["definition: of a form that Portcullis does not make → threshold"]);
    }
}
