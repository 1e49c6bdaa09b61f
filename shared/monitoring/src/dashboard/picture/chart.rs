//! Lines and stacked areas over time, with their axes.

use super::super::palette::{CATEGORIES, DENIED};
use super::super::widget::{Graph, View};
use super::data::{Data, Series, Times};
use super::legend::Legend;
use super::scale::{days, short, ticks};
use super::svg::{Anchor, Area, Style, Svg, width};
use super::{GRID, SOFT};

/// The series of a graph, each with a name and a colour.
pub(super) fn series(graph: &Graph, data: &dyn Data) -> Vec<(Series, String)> {
    let mut all: Vec<(Series, String)> = Vec::new();
    for line in &graph.lines {
        for mut series in data.series(line) {
            if series.label.is_empty() {
                series.label.clone_from(&line.label);
            }
            let category = CATEGORIES.get(all.len() % CATEGORIES.len()).copied().unwrap_or(DENIED);
            all.push((series, line.color.unwrap_or(category).to_owned()));
        }
    }
    all
}

/// A graph over time, within an area.
pub(super) fn chart(svg: &mut Svg, area: Area, graph: &Graph, data: &dyn Data) {
    let all = series(graph, data);
    let entries: Vec<(String, String)> =
        all.iter().map(|(series, color)| (series.label.clone(), color.clone())).collect();
    let legend = Legend::new(&entries, area.width);
    legend.draw(svg, area);
    let times = data.times();
    let tops = tops(&all, times, graph.view);
    let greatest = tops.iter().flatten().copied().fold(0.0, f64::max);
    let marked = graph.mark.as_ref().map_or(greatest, |(value, _)| greatest.max(*value));
    let ticks = ticks(marked);
    let top = ticks.last().copied().unwrap_or(1.0);
    let labels = ticks.iter().map(|tick| width(&short(*tick), 10.0)).fold(0.0, f64::max);
    let plot = area.without(labels + 8.0, 16.0, 4.0, legend.height() + 18.0);
    svg.text(area.x, area.y + 8.0, Style::new(10.0, SOFT), graph.axis);
    for tick in &ticks {
        let y = plot.bottom() - tick / top * plot.height;
        svg.line((plot.x, y), (plot.right(), y), GRID, false);
        svg.text(plot.x - 5.0, y + 3.5, Style::new(10.0, SOFT).anchored(Anchor::End), &short(*tick));
    }
    let days = days(times);
    let mut free = plot.x;
    for (at, name) in &days {
        let x = plot.x + at * plot.width;
        svg.line((x, plot.bottom()), (x, plot.bottom() + 3.0), SOFT, false);
        let end = x + width(name, 10.0);
        if x >= free && end <= plot.right() + 6.0 {
            svg.text(x, plot.bottom() + 13.0, Style::new(10.0, SOFT), name);
            free = end + 4.0;
        }
    }
    let place = |index: usize, value: f64| {
        let last = f64::from(u32::try_from(times.count.saturating_sub(1).max(1)).unwrap_or(u32::MAX));
        let along = f64::from(u32::try_from(index).unwrap_or(u32::MAX)) / last;
        (plot.x + along * plot.width, plot.bottom() - (value / top).clamp(0.0, 1.0) * plot.height)
    };
    match graph.view {
        View::Areas if is_sparse(&all) => columns(svg, &all, &tops, plot, place),
        View::Areas => areas(svg, &all, &tops, place),
        _ => lines(svg, &all, place),
    }
    if let Some((value, label)) = &graph.mark {
        let y = plot.bottom() - value / top * plot.height;
        svg.line((plot.x, y), (plot.right(), y), DENIED, true);
        svg.text(plot.right(), y - 4.0, Style::new(10.0, DENIED).anchored(Anchor::End), label);
    }
    if all.iter().all(|(series, _)| series.values.iter().flatten().next().is_none()) {
        let middle = Style::new(11.0, SOFT).anchored(Anchor::Middle);
        svg.text(plot.x + plot.width / 2.0, plot.y + plot.height / 2.0, middle, "nothing happened");
    }
}

/// How high each series reaches at each time: stacked, all below it count too.
fn tops(all: &[(Series, String)], times: Times, view: View) -> Vec<Vec<f64>> {
    let mut below = vec![0.0; times.count];
    let mut tops = Vec::new();
    for (series, _) in all {
        let values = series.values.iter().map(|value| value.unwrap_or_default()).chain(std::iter::repeat(0.0));
        let reached: Vec<f64> = below.iter().zip(values).map(|(below, value)| below + value).collect();
        if view == View::Areas {
            below.clone_from(&reached);
        }
        tops.push(reached);
    }
    tops
}

fn areas(svg: &mut Svg, all: &[(Series, String)], tops: &[Vec<f64>], place: impl Fn(usize, f64) -> (f64, f64)) {
    let mut below: Vec<f64> = tops.first().map(|top| vec![0.0; top.len()]).unwrap_or_default();
    for ((_, color), top) in all.iter().zip(tops) {
        let upper = top.iter().enumerate().map(|(index, value)| place(index, *value));
        let lower = below.iter().enumerate().rev().map(|(index, value)| place(index, *value));
        let points: Vec<(f64, f64)> = upper.chain(lower).collect();
        if top != &below {
            svg.polygon(&points, color);
        }
        below.clone_from(top);
    }
}

/// Whether there is nothing to be drawn most of the time.
fn is_sparse(all: &[(Series, String)]) -> bool {
    let there = |(series, _): &(Series, String)| {
        let values = series.values.iter().filter(|value| value.is_some_and(|value| value > 0.0)).count();
        values * 2 < series.values.len()
    };
    all.iter().all(there)
}

/// What happens now and then, as columns: a slope from one time to another would say that something lay between.
fn columns(
    svg: &mut Svg,
    all: &[(Series, String)],
    tops: &[Vec<f64>],
    plot: Area,
    place: impl Fn(usize, f64) -> (f64, f64),
) {
    let (first, second) = (place(0, 0.0).0, place(1, 0.0).0);
    let width = ((second - first) * 0.9).clamp(2.0, 14.0);
    for ((series, color), top) in all.iter().zip(tops) {
        for (index, (value, top)) in series.values.iter().zip(top).enumerate() {
            let Some(value) = value.filter(|value| *value > 0.0) else { continue };
            let ((x, upper), (_, lower)) = (place(index, *top), place(index, top - value));
            let x = (x - width / 2.0).clamp(plot.x, (plot.right() - width).max(plot.x));
            svg.rect(Area { x, y: upper, width, height: lower - upper }, color, None, 0.0);
        }
    }
}

/// A line breaks where there is no value; a value by itself is a dot.
fn lines(svg: &mut Svg, all: &[(Series, String)], place: impl Fn(usize, f64) -> (f64, f64)) {
    for (series, color) in all {
        let mut run: Vec<(f64, f64)> = Vec::new();
        let mut draw = |run: &mut Vec<(f64, f64)>| {
            match run.as_slice() {
                [] => {}
                [alone] => svg.dot(*alone, color),
                points => svg.polyline(points, color),
            }
            run.clear();
        };
        for (index, value) in series.values.iter().enumerate() {
            match value {
                Some(value) => run.push(place(index, *value)),
                None => draw(&mut run),
            }
        }
        draw(&mut run);
    }
}
