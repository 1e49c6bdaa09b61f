//! What each colour means.

use super::svg::{Area, Style, Svg, fitted, width};
use super::{INK, SOFT};

const SIZE: f64 = 10.5;
const HEIGHT: f64 = 15.0;
/// At most so many rows; what does not fit is counted.
const ROWS: usize = 3;

/// Entries, laid out in rows.
pub(super) struct Legend<'e> {
    entries: &'e [(String, String)],
    places: Vec<(f64, usize)>,
    room: f64,
    rows: usize,
}

impl<'e> Legend<'e> {
    /// For names and colours, in a place of that width.
    pub(super) fn new(entries: &'e [(String, String)], room: f64) -> Self {
        let (mut x, mut row) = (0.0, 0);
        let mut places = Vec::new();
        for (name, _) in entries {
            let wide = width(&fitted(name, SIZE, room / 2.0), SIZE) + 28.0;
            if x > 0.0 && x + wide > room {
                (x, row) = (0.0, row + 1);
            }
            places.push((x, row));
            x += wide;
        }
        Self { entries, places, room, rows: row + 1 }
    }

    /// How much it takes from the bottom; nothing without entries.
    pub(super) fn height(&self) -> f64 {
        if self.entries.is_empty() {
            return 0.0;
        }
        f64::from(u32::try_from(self.rows.min(ROWS)).unwrap_or(1)) * HEIGHT + 4.0
    }

    /// At the bottom of an area.
    pub(super) fn draw(&self, svg: &mut Svg, area: Area) {
        let top = area.bottom() - self.height() + 4.0;
        let mut hidden = 0;
        for ((name, color), (x, row)) in self.entries.iter().zip(&self.places) {
            if *row >= ROWS {
                hidden += 1;
                continue;
            }
            let y = top + f64::from(u32::try_from(*row).unwrap_or_default()) * HEIGHT;
            svg.rect(Area { x: area.x + x, y: y + 2.0, width: 9.0, height: 9.0 }, color, None, 2.0);
            let text = fitted(name, SIZE, self.room / 2.0);
            svg.text(area.x + x + 13.0, y + 10.0, Style::new(SIZE, INK), &text);
        }
        if hidden > 0 {
            let style = Style::new(SIZE, SOFT).anchored(super::svg::Anchor::End);
            svg.text(area.right(), area.bottom() - 3.0, style, &format!("and {hidden} more"));
        }
    }
}
