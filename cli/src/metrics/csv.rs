//! All of it for spreadsheets: a line for each day and series (RFC 4180).

use std::borrow::Cow;

use portcullis_metrics::{METRICS, Metric, SeriesName, Watched, Window};

use super::json::amount;
use super::view::View;

/// The columns. Nothing is ever taken out of them or put between them.
pub(crate) const HEAD: &str = "window,day,metric,unit,statistic,entry,tier,dimensions,value,hours_seen,hours";

/// The lines; of one entry only, where one is named. A value that nobody knows is empty.
pub(crate) fn lines(view: &View, one: Option<&(String, Watched)>) -> Vec<String> {
    let mut lines = vec![HEAD.to_owned()];
    for name in names(view, one) {
        for (label, window) in [("before", &view.before), ("this", &view.this)] {
            lines.extend(days(view, &name, label, window));
        }
    }
    lines
}

/// The series, sorted: those with values, and those of the watched entries, which may have had no use.
fn names(view: &View, one: Option<&(String, Watched)>) -> Vec<SeriesName> {
    let of_entry = |asset: &String| {
        [Metric::ASSET_ACCESSES, Metric::ASSET_DENIED].map(|metric| SeriesName::new(metric, &[("Asset", asset)]))
    };
    let within = |window: &Window, name: &SeriesName| {
        view.set.series().any(|(other, series)| other == name && series.over(&window.span).is_some())
    };
    let known = view.set.series().map(|(name, _)| name.clone());
    let mut names: Vec<SeriesName> =
        known.filter(|name| within(&view.this, name) || within(&view.before, name)).collect();
    names.extend(view.set.watched.keys().flat_map(of_entry));
    names.retain(|name| one.is_none_or(|(asset, _)| name.dimensions.get("Asset") == Some(asset)));
    names.sort();
    names.dedup();
    names
}

fn days(view: &View, name: &SeriesName, label: &str, window: &Window) -> Vec<String> {
    let Some(metric) = METRICS.iter().find(|metric| metric.name == name.metric) else { return Vec::new() };
    let dimensions: Vec<(&str, &str)> =
        name.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let entry = name.dimensions.get("Asset").and_then(|asset| view.set.watched.get(asset));
    let told: Vec<String> = dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let told = told.join(";");
    let day = |day: &portcullis_metrics::Day| {
        let value = view.set.value(*metric, &dimensions, &day.span);
        let value = value.map(|value| amount(Some(value)).to_string()).unwrap_or_default();
        let (seen, hours) = view.seen(&day.span);
        let fields: [Cow<'_, str>; 11] = [
            label.into(),
            day.date.to_string().into(),
            metric.name.into(),
            metric.unit.into(),
            metric.statistic.as_str().into(),
            field(entry.map_or("", |entry| &entry.name)),
            entry.map_or("", |entry| entry.tier.as_str()).into(),
            field(&told),
            value.into(),
            seen.to_string().into(),
            hours.to_string().into(),
        ];
        fields.join(",")
    };
    window.days.iter().map(day).collect()
}

/// A field, in quotation marks where it has what would end it.
fn field(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("payroll key", "payroll key" ; "plain")]
    #[test_case("a, b", "\"a, b\"" ; "a comma")]
    #[test_case("the \"old\" one", "\"the \"\"old\"\" one\"" ; "quotation marks")]
    fn fields(text: &str, expected: &str) {
        assert_eq!(field(text), expected);
    }
}
