//! One number or one bar for the whole time.

use portcullis_metrics::Statistic;

use super::super::palette::{CATEGORIES, GOOD};
use super::super::widget::Graph;
use super::chart::series;
use super::data::{Data, Series};
use super::scale::short;
use super::svg::{Anchor, Area, Style, Svg, fitted, width};
use super::{GRID, INK, SOFT};

/// What a series comes to over the whole time.
fn over_all(series: &Series, statistic: Statistic) -> f64 {
    let values = || series.values.iter().flatten().copied();
    match statistic {
        Statistic::Sum => series.total(),
        Statistic::Maximum => series.greatest(),
        Statistic::Minimum => values().reduce(f64::min).unwrap_or_default(),
        Statistic::Average => series.total() / f64::from(u32::try_from(values().count().max(1)).unwrap_or(u32::MAX)),
    }
}

/// A number, with its course below.
pub(super) fn numbers(svg: &mut Svg, area: Area, graph: &Graph, data: &dyn Data) {
    let all = series(graph, data);
    let share = area.width / f64::from(u32::try_from(all.len().max(1)).unwrap_or(1));
    let statistic = graph.lines.first().map_or(Statistic::Sum, |line| line.statistic);
    for (index, (series, _)) in all.iter().enumerate() {
        let x = area.x + share * f64::from(u32::try_from(index).unwrap_or_default());
        svg.text(x, area.y + 26.0, Style::new(26.0, INK).bold(), &short(over_all(series, statistic)));
        let greatest = series.greatest();
        let last = f64::from(u32::try_from(series.values.len().saturating_sub(1).max(1)).unwrap_or(1));
        let place = |(index, value): (usize, &Option<f64>)| {
            let along = f64::from(u32::try_from(index).unwrap_or_default()) / last;
            let high = value.unwrap_or_default() / greatest.max(f64::MIN_POSITIVE);
            (x + along * (share - 4.0), area.bottom() - high * 20.0)
        };
        let points: Vec<(f64, f64)> = series.values.iter().enumerate().map(place).collect();
        svg.polyline(&points, GOOD);
    }
}

/// Bars from the left, the longest first.
pub(super) fn bars(svg: &mut Svg, area: Area, graph: &Graph, data: &dyn Data) {
    let statistic = graph.lines.first().map_or(Statistic::Sum, |line| line.statistic);
    let all = series(graph, data);
    let mut values: Vec<(&str, f64)> =
        all.iter().map(|(series, _)| (series.label.as_str(), over_all(series, statistic))).collect();
    values.retain(|(_, value)| *value > 0.0);
    values.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    if values.is_empty() {
        let middle = Style::new(11.0, SOFT).anchored(Anchor::Middle);
        svg.text(area.x + area.width / 2.0, area.y + area.height / 2.0, middle, "nothing happened");
        return;
    }
    svg.text(area.right(), area.y + 8.0, Style::new(10.0, SOFT).anchored(Anchor::End), graph.axis);
    let area = area.without(0.0, 14.0, 0.0, 0.0);
    let height = (area.height / f64::from(u32::try_from(values.len()).unwrap_or(1))).min(22.0);
    let names = values.iter().map(|(name, _)| width(name, 11.0)).fold(0.0, f64::max).min(area.width * 0.55);
    let greatest = values.first().map_or(1.0, |(_, value)| *value);
    let room = (area.width - names - 46.0).max(1.0);
    for (index, (name, value)) in values.iter().enumerate() {
        let y = area.y + height * f64::from(u32::try_from(index).unwrap_or_default());
        let middle = y + height / 2.0 + 4.0;
        svg.text(area.x + names, middle, Style::new(11.0, INK).anchored(Anchor::End), &fitted(name, 11.0, names));
        let bar = Area { x: area.x + names + 8.0, y: y + 2.0, width: room, height: height - 4.0 };
        svg.rect(bar, GRID, None, 2.0);
        let fill = CATEGORIES.first().copied().unwrap_or(GOOD);
        svg.rect(Area { width: (value / greatest * room).max(1.0), ..bar }, fill, None, 2.0);
        svg.text(bar.x + room + 6.0, middle, Style::new(11.0, INK).bold(), &short(*value));
    }
}
