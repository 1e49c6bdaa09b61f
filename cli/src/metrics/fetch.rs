//! What CloudWatch is asked for: every series that the catalogue allows with these settings and rules.

use std::collections::BTreeMap;

use portcullis_domain::{AccountId, Severity};
use portcullis_metrics::{METRICS, Metric, OTHER, Values, Watched};

/// CloudWatch keeps hours for so many days (CloudWatch API Reference, *GetMetricStatistics*), and hours are what can be
/// asked for whatever their age (*MetricStat*, `Period`: a multiple of 3,600 seconds where the start is more than 63 days ago,
/// of 300 where it is more than 15).
pub(crate) const KEPT_DAYS: u16 = 455;

/// What dimensions can be here.
#[derive(Debug, Default)]
pub(crate) struct Known<'k> {
    /// The watched entries, by the value of their dimension.
    pub(crate) watched: BTreeMap<String, Watched>,
    /// Our own accounts.
    pub(crate) accounts: Vec<&'k AccountId>,
    /// The rules.
    pub(crate) rules: Vec<(&'k str, Severity)>,
}

/// A series that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) metric: Metric,
    /// Values by name, without `Stack`.
    pub(crate) dimensions: Vec<(&'static str, String)>,
}

/// Every series that there can be, in the order of the catalogue.
pub(crate) fn wanted(known: &Known<'_>) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for metric in METRICS {
        for set in metric.sets {
            let none = vec![Vec::new()];
            let combined = set.iter().fold(none, |some, dimension| with(&some, *metric, dimension, known));
            wanted.extend(combined.into_iter().map(|dimensions| Wanted { metric: *metric, dimensions }));
        }
    }
    wanted
}

/// One dimension more: each combination with each of its values.
fn with(
    some: &[Vec<(&'static str, String)>],
    metric: Metric,
    dimension: &'static str,
    known: &Known<'_>,
) -> Vec<Vec<(&'static str, String)>> {
    let extend = |before: &Vec<(&'static str, String)>| -> Vec<Vec<(&'static str, String)>> {
        let values: Vec<String> = match metric.values(dimension) {
            Values::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Values::Accounts => known.accounts.iter().map(ToString::to_string).chain([OTHER.to_owned()]).collect(),
            Values::Assets => known.watched.keys().cloned().collect(),
            Values::Rules => known.rules.iter().map(|(rule, _)| (*rule).to_owned()).collect(),
            Values::OfRule(_) => severity(before, known).into_iter().map(|severity| severity.to_string()).collect(),
        };
        let and = |value: String| before.iter().cloned().chain([(dimension, value)]).collect();
        values.into_iter().map(and).collect()
    };
    some.iter().flat_map(extend).collect()
}

/// That of the rule which is among these.
fn severity(dimensions: &[(&'static str, String)], known: &Known<'_>) -> Option<Severity> {
    let (_, rule) = dimensions.iter().find(|(name, _)| *name == "Rule")?;
    known.rules.iter().find(|(id, _)| id == rule).map(|(_, severity)| *severity)
}

#[cfg(test)]
mod tests {
    use portcullis_domain::Tier;
    use portcullis_metrics::Scope;

    use super::*;

    #[test]
    fn every_series_once_and_as_many_as_the_catalogue_says() {
        let accounts: Vec<AccountId> = ["111122223333", "444455556666"].map(|id| id.parse().unwrap()).into();
        let watched = |name: &str| (name.to_owned(), Watched { name: name.to_owned(), tier: Tier::Critical });
        let known = Known {
            watched: ["a", "b", "c"].map(watched).into(),
            accounts: accounts.iter().collect(),
            rules: vec![("one", Severity::High), ("two", Severity::Low)],
        };
        let all = wanted(&known);
        let scope = Scope { accounts: 3, assets: 3, rules: 2 };
        for metric in METRICS {
            let of_metric: Vec<&Wanted> = all.iter().filter(|wanted| wanted.metric == *metric).collect();
            assert_eq!(of_metric.len(), metric.cardinality(&scope), "{}", metric.name);
            assert!(of_metric.iter().enumerate().all(|(place, one)| !of_metric[..place].contains(one)));
        }
        let finding = vec![("Rule", "one".to_owned()), ("Severity", "high".to_owned())];
        assert!(all.contains(&Wanted { metric: Metric::FINDINGS, dimensions: finding }));
    }
}
