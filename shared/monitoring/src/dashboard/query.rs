//! What CloudWatch is asked for.

use portcullis_metrics::{NAMESPACE, Statistic};

use super::widget::{Selection, Source};

/// The period of a value in seconds, unless the dashboard adapts it to the time that is looked at.
pub(super) const PERIOD: u32 = 300;

impl Source {
    /// The expression, for what is not one metric.
    ///
    /// A search finds at most 500 metrics (CloudWatch User Guide, *CloudWatch search expression syntax*), which is enough where
    /// the values of dimensions are few. Where there may be more, Metrics Insights is asked, which looks at 10,000, sorts
    /// before it cuts off, and goes back two weeks (*Metrics Insights quotas*).
    pub fn expression(&self, statistic: Statistic) -> Option<String> {
        match self {
            Self::One(_) => None,
            Self::Sum(of) => Some(format!("SUM({})", of.search(statistic))),
            Self::Top { of, by, limit } => Some(of.query(statistic, by, *limit)),
        }
    }
}

impl Selection {
    /// Beside `Stack`, sorted.
    fn dimensions(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.set.iter().copied().chain(["Stack"]).collect();
        names.sort_unstable();
        names
    }

    fn search(&self, statistic: Statistic) -> String {
        let only: String = self.only.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
        let terms = format!("MetricName=\"{}\" Stack=\"{}\"{only}", self.metric.name, self.stack);
        let schema = self.dimensions().join(",");
        format!("SEARCH('{{{NAMESPACE},{schema}}} {terms}', '{}', {PERIOD})", statistic.as_str())
    }

    fn query(&self, statistic: Statistic, by: &str, limit: u32) -> String {
        let function = match statistic {
            Statistic::Sum => "SUM",
            Statistic::Minimum => "MIN",
            Statistic::Maximum => "MAX",
            Statistic::Average => "AVG",
        };
        let quoted: Vec<String> = self.dimensions().iter().map(|name| format!("\"{name}\"")).collect();
        let only: String = self.only.iter().map(|(name, value)| format!(" AND \"{name}\" = '{value}'")).collect();
        let conditions = format!("\"Stack\" = '{}'{only}", self.stack);
        format!(
            "SELECT {function}(\"{}\") FROM SCHEMA(\"{NAMESPACE}\", {}) WHERE {conditions} GROUP BY \"{by}\" ORDER BY \
             {function}() DESC LIMIT {limit}",
            self.metric.name,
            quoted.join(", "),
        )
    }
}

#[cfg(test)]
mod tests {
    use portcullis_metrics::Metric;

    use super::*;

    #[test]
    fn a_sum_is_searched_for() {
        let of = Selection {
            stack: "portcullis".to_owned(),
            metric: Metric::SECRET_ACCESSES,
            set: &["Outcome", "Tier"],
            only: vec![("Outcome", "denied")],
        };
        assert_eq!(
            Source::Sum(of).expression(Statistic::Sum).unwrap(),
            "SUM(SEARCH('{Portcullis,Outcome,Stack,Tier} MetricName=\"SecretAccesses\" Stack=\"portcullis\" \
             Outcome=\"denied\"', 'Sum', 300))"
        );
    }

    #[test]
    fn the_greatest_are_queried() {
        let of = Selection {
            stack: "portcullis".to_owned(),
            metric: Metric::ASSET_ACCESSES,
            set: &["Asset"],
            only: Vec::new(),
        };
        assert_eq!(
            Source::Top { of, by: "Asset", limit: 10 }.expression(Statistic::Sum).unwrap(),
            "SELECT SUM(\"AssetAccesses\") FROM SCHEMA(\"Portcullis\", \"Asset\", \"Stack\") WHERE \"Stack\" = \
             'portcullis' GROUP BY \"Asset\" ORDER BY SUM() DESC LIMIT 10"
        );
    }
}
