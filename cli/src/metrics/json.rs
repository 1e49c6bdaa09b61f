//! All of it for programs: `portcullis.metrics-report/1`.

use std::ops::Range;

use jiff::Timestamp;
use portcullis_metrics::{Metric, Series, SeriesName, Watched, Window};
use serde_json::{Value, json};

use super::asset::peak;
use super::entries::{Row, rows};
use super::view::{Change, Pair, View};

/// The document; of one entry only, where one is named.
pub(crate) fn document(view: &View, one: Option<&(String, Watched)>) -> Value {
    let rows = match one {
        Some((asset, watched)) => vec![Row::of(view, asset, watched)],
        None => rows(view),
    };
    let entries: Vec<Value> = rows.iter().map(|row| entry(view, row)).collect();
    let of_one = |name: &SeriesName| one.is_none_or(|(asset, _)| name.dimensions.get("Asset") == Some(asset));
    let series = view.set.series().filter(|(name, _)| of_one(name));
    let series: Vec<Value> = series.filter_map(|(name, series)| all(view, name, series)).collect();
    json!({
        "form": "portcullis.metrics-report/1",
        "source": view.source,
        "zone": view.zone.iana_name().unwrap_or("UTC"),
        "this": window(view, &view.this),
        "before": window(view, &view.before),
        "comparable": view.is_comparable(),
        "entries": entries,
        "series": series,
        "notes": view.notes,
    })
}

fn window(view: &View, window: &Window) -> Value {
    let days: Vec<Value> =
        window.days.iter().map(|day| json!({"day": day.date, "hours": hours(view, &day.span)})).collect();
    json!({"from": window.span.start, "to": window.span.end, "hours": hours(view, &window.span), "days": days})
}

/// Of how many hours something is known.
fn hours(view: &View, span: &Range<Timestamp>) -> Value {
    let (seen, all) = view.seen(span);
    json!({"seen": seen, "all": all})
}

fn entry(view: &View, row: &Row) -> Value {
    let dimensions = [("Asset", row.asset.as_str())];
    let value = |metric, span: &Range<Timestamp>| amount(view.set.value(metric, &dimensions, span));
    let days = |window: &Window| -> Vec<Value> {
        let day = |day: &portcullis_metrics::Day| {
            let [uses, denied] = [Metric::ASSET_ACCESSES, Metric::ASSET_DENIED].map(|metric| value(metric, &day.span));
            json!({"day": day.date, "uses": uses, "denied": denied})
        };
        window.days.iter().map(day).collect()
    };
    json!({
        "name": row.name,
        "asset": row.asset,
        "tier": row.tier,
        "uses": pair(row.uses, view),
        "denied": pair(row.denied, view),
        "peak": peak(view, &row.asset).map(|(hour, uses)| json!({"hour": hour, "uses": amount(Some(uses))})),
        "days": days(&view.this),
        "days_before": days(&view.before),
    })
}

fn pair(pair: Pair, view: &View) -> Value {
    let change = match pair.change(view.is_comparable()) {
        Change::By(part) => json!(part),
        Change::Same => json!(0),
        // From nothing to something is no part of anything.
        Change::New | Change::Unknown => Value::Null,
    };
    json!({"this": amount(pair.this), "before": amount(pair.before), "change": change})
}

/// A series with its hours; nothing when none of them lies in these days or those before.
fn all(view: &View, name: &SeriesName, series: &Series) -> Option<Value> {
    let over = |window: &Window| series.over(&window.span).map(|point| point.value);
    let (this, before) = (over(&view.this), over(&view.before));
    let within = |at: &Timestamp| view.this.span.contains(at) || view.before.span.contains(at);
    let points = series.points().filter(|(at, _)| within(at));
    let points: Vec<Value> = points.map(|(at, point)| json!([at, amount(Some(point.value))])).collect();
    this.or(before)?;
    Some(json!({
        "metric": name.metric,
        "unit": series.unit,
        "statistic": series.statistic.as_str(),
        "dimensions": name.dimensions,
        "this": amount(this),
        "before": amount(before),
        "points": points,
    }))
}

/// A whole number as such.
#[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
pub(crate) fn amount(value: Option<f64>) -> Value {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 => json!(value as i64),
        value => json!(value),
    }
}
