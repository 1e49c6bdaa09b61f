//! Tiles of alarms.

use super::super::widget::AlarmTiles;
use super::data::{Data, State};
use super::svg::{Anchor, Area, Style, Svg, fitted};
use super::{INK, SOFT};

/// So many tiles side by side.
const ACROSS: usize = 5;
const HEIGHT: f64 = 26.0;

pub(super) fn tiles(svg: &mut Svg, area: Area, tiles: &AlarmTiles, data: &dyn Data) {
    let width = area.width / 5.0;
    for (index, arn) in tiles.arns.iter().enumerate() {
        let column = f64::from(u32::try_from(index % ACROSS).unwrap_or_default());
        let row = f64::from(u32::try_from(index / ACROSS).unwrap_or_default());
        let tile =
            Area { x: area.x + column * width, y: area.y + row * (HEIGHT + 5.0), width: width - 6.0, height: HEIGHT };
        let (fill, stroke, ink, word) = match data.state(arn) {
            State::Ok => ("#e8f5ee", "#9fd3b8", INK, "OK"),
            State::Rings => ("#c5221f", "#8f1d1d", "#ffffff", "IN ALARM"),
            State::NoData => ("#f1f2f4", "#c9ced4", INK, "no data"),
        };
        svg.rect(tile, fill, Some(stroke), 4.0);
        let faint = if ink == INK { SOFT } else { ink };
        let room = tile.width - 22.0 - super::svg::width(word, 10.0);
        svg.text(tile.x + 8.0, tile.y + 17.0, Style::new(11.5, ink), &fitted(name(arn), 11.5, room));
        let state = Style::new(10.0, faint).bold().anchored(Anchor::End);
        svg.text(tile.right() - 8.0, tile.y + 17.0, state, word);
    }
}

/// What follows the stack and the kind in an alarm's name, or the stack.
fn name(arn: &str) -> &str {
    let name = arn.splitn(7, ':').nth(6).unwrap_or(arn);
    name.splitn(3, '/').nth(2).unwrap_or(name)
}
