//! Tables of what a query of the logs found.

use super::super::widget::LogTable;
use super::data::Data;
use super::svg::{Anchor, Area, Style, Svg, fitted, width};
use super::{GRID, INK, SOFT};

const SIZE: f64 = 11.0;
const HEIGHT: f64 = 17.5;

pub(super) fn table(svg: &mut Svg, area: Area, table: &LogTable, data: &dyn Data) {
    let rows = data.rows(table);
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let numeric = |column: usize| rows.iter().all(|row| cell(row, column).parse::<f64>().is_ok());
    let wanted = |column: usize, name: &str| {
        let widest = rows.iter().map(|row| width(&cell(row, column), SIZE)).fold(width(name, SIZE), f64::max);
        widest + 14.0
    };
    let mut widths: Vec<f64> = table.columns.iter().enumerate().map(|(column, name)| wanted(column, name)).collect();
    let spare = area.width - widths.iter().sum::<f64>();
    // What is too much or too little, the widest column has too much or too little of.
    if let Some(widest) = widths.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *widest = (*widest + spare).max(40.0);
    }
    let mut x = area.x;
    for (column, (name, wide)) in table.columns.iter().zip(&widths).enumerate() {
        let right = numeric(column) && !rows.is_empty();
        let mut put = |y: f64, color: &'static str, bold: bool, text: &str| {
            let style = Style { bold, ..Style::new(SIZE, color) };
            let text = fitted(text, SIZE, wide - 6.0);
            if right {
                svg.text(x + wide - 8.0, y, style.anchored(Anchor::End), &text);
            } else {
                svg.text(x, y, style, &text);
            }
        };
        put(area.y + 12.0, SOFT, true, name);
        let mut y = area.y + 12.0 + HEIGHT;
        for row in &rows {
            if y > area.bottom() {
                break;
            }
            put(y, INK, false, &cell(row, column));
            y += HEIGHT;
        }
        x += wide;
    }
    svg.line((area.x, area.y + 17.0), (area.right(), area.y + 17.0), GRID, false);
}
