//! The dashboard as one picture that needs nothing beside it, for pages that show what it looks like.

mod chart;
mod data;
mod legend;
mod scale;
mod summary;
mod svg;
mod table;
mod tiles;

use chart::chart;
pub use data::{Data, Series, State, Times};
use summary::{bars, numbers};
use svg::{Anchor, Area, Style, Svg, fitted, width};
use table::table;
use tiles::tiles;

use super::widget::{COLUMNS, Content, Dashboard, Span, Text, View, Widget};

/// The width of a picture, in pixels.
const WIDTH: f64 = 1200.0;
/// What is left free around it.
const MARGIN: f64 = 14.0;
/// The height of a row of the grid.
const ROW: f64 = 36.0;
/// The size of a paragraph's text.
const PROSE: f64 = 12.0;
/// What is left free between two widgets.
const GAP: f64 = 8.0;

const PAPER: &str = "#f4f5f7";
const CARD: &str = "#ffffff";
const EDGE: &str = "#dfe3e8";
const GRID: &str = "#e9ecef";
const INK: &str = "#1f2933";
const SOFT: &str = "#66707a";
const LINK: &str = "#0b5cad";

/// Draws a dashboard with its data.
pub fn picture(dashboard: &Dashboard, data: &dyn Data) -> String {
    let rows = dashboard.widgets.iter().map(|one| one.y.saturating_add(one.height)).max().unwrap_or_default();
    let height = f64::from(rows) * ROW + 2.0 * MARGIN + 16.0;
    let title = dashboard.widgets.iter().find_map(|widget| match &widget.content {
        Content::Text(text) => Some(text.heading.as_str()),
        _ => None,
    });
    let mut svg = Svg::new(WIDTH, height, title.unwrap_or("Dashboard"));
    svg.rect(Area { x: 0.0, y: 0.0, width: WIDTH, height }, PAPER, None, 0.0);
    for widget in &dashboard.widgets {
        draw(&mut svg, widget, data);
    }
    let note = Style::new(11.0, SOFT).anchored(Anchor::End);
    svg.text(WIDTH - MARGIN, height - MARGIN + 2.0, note, &data.note());
    svg.finish()
}

fn draw(svg: &mut Svg, widget: &Widget, data: &dyn Data) {
    let column = (WIDTH - 2.0 * MARGIN) / f64::from(COLUMNS);
    let area = Area {
        x: MARGIN + f64::from(widget.x) * column,
        y: MARGIN + f64::from(widget.y) * ROW,
        width: f64::from(widget.width) * column,
        height: f64::from(widget.height) * ROW,
    };
    let area = area.without(GAP / 2.0, GAP / 2.0, GAP / 2.0, GAP / 2.0);
    let title = match &widget.content {
        Content::Text(text) => return prose(svg, area, text, data),
        Content::Graph(graph) => &graph.title,
        Content::Alarms(tiles) => &tiles.title,
        Content::Log(table) => &table.title,
    };
    svg.rect(area, CARD, Some(EDGE), 5.0);
    svg.text(area.x + 12.0, area.y + 19.0, Style::new(12.5, INK).bold(), &fitted(title, 13.5, area.width - 24.0));
    let inner = area.without(12.0, 28.0, 12.0, 8.0);
    match &widget.content {
        Content::Text(_) => {}
        Content::Graph(graph) => match graph.view {
            View::Lines | View::Areas => chart(svg, inner, graph, data),
            View::Bars => bars(svg, inner, graph, data),
            View::Numbers => numbers(svg, inner, graph, data),
        },
        Content::Alarms(alarms) => tiles(svg, inner, alarms, data),
        Content::Log(log) => table(svg, inner, log, data),
    }
}

/// A heading and its paragraph, broken at spaces.
fn prose(svg: &mut Svg, area: Area, text: &Text, data: &dyn Data) {
    let size = if text.main { 24.0 } else { 17.0 };
    let mut y = area.y + size + 2.0;
    svg.text(area.x + 4.0, y, Style::new(size, INK).bold(), &fitted(&text.heading, size, area.width));
    if text.main {
        let note = Style::new(12.0, SOFT).anchored(Anchor::End);
        svg.text(area.right() - 4.0, y, note, &data.note());
    }
    let mut line: Vec<(Style, String)> = Vec::new();
    let mut used = 0.0;
    y += 20.0;
    for span in &text.spans {
        let (words, style) = match span {
            Span::Plain(text) => (text, Style::new(PROSE, SOFT)),
            Span::Name(text) => (text, Style::new(PROSE, INK).bold()),
            Span::Link { text, .. } => (text, Style::new(PROSE, LINK)),
        };
        // Words of the same style are one run.
        let mut begun = false;
        for word in words.split_inclusive(' ') {
            let wide = width(word, PROSE) * if style.bold { 1.1 } else { 1.0 };
            if used > 0.0 && used + wide > area.width - 8.0 {
                svg.runs(area.x + 4.0, y, &std::mem::take(&mut line));
                (used, y, begun) = (0.0, y + 17.0, false);
            }
            if y > area.bottom() {
                return;
            }
            used += wide;
            match line.last_mut().filter(|_| begun) {
                Some((_, run)) => run.push_str(word),
                None => line.push((style, word.to_owned())),
            }
            begun = true;
        }
    }
    svg.runs(area.x + 4.0, y, &line);
}

#[cfg(test)]
mod tests;
