//! Lays widgets out so that none can lie over another: rows one below the other, each divided among its widgets.

use super::widget::{COLUMNS, Content, Text, Widget};

/// Widgets as they are laid out.
#[derive(Debug, Default)]
pub(super) struct Grid {
    widgets: Vec<Widget>,
    below: u16,
}

impl Grid {
    /// A text over the whole width, of so many rows.
    pub(super) fn text(&mut self, height: u16, text: Text) {
        self.row(height, vec![Content::Text(text)]);
    }

    /// Widgets side by side, all equally wide but for the last ones, which take what is left over. More than there are columns
    /// go on in the next row.
    pub(super) fn row(&mut self, height: u16, contents: Vec<Content>) {
        let mut contents = contents.into_iter().peekable();
        while contents.peek().is_some() {
            let some: Vec<Content> = contents.by_ref().take(COLUMNS.into()).collect();
            let mut left = COLUMNS;
            let mut waiting = u16::try_from(some.len()).unwrap_or(COLUMNS);
            for content in some {
                let width = left / waiting.max(1);
                self.widgets.push(Widget { x: COLUMNS - left, y: self.below, width, height, content });
                left -= width;
                waiting -= 1;
            }
            self.below = self.below.saturating_add(height);
        }
    }

    /// All of them.
    pub(super) fn finish(self) -> Vec<Widget> {
        self.widgets
    }
}

#[cfg(test)]
mod tests {
    use super::super::widget::AlarmTiles;
    use super::*;

    #[test]
    fn a_row_is_divided_whatever_is_in_it() {
        for count in 1..60 {
            let mut grid = Grid::default();
            let tiles = || Content::Alarms(AlarmTiles { title: String::new(), arns: Vec::new() });
            grid.row(3, (0..count).map(|_| tiles()).collect());
            grid.row(2, vec![tiles()]);
            let widgets = grid.finish();
            let of = |y: u16| widgets.iter().filter(|one| one.y == y).map(|one| one.width).sum::<u16>();
            assert_eq!(widgets.len(), count + 1);
            for widget in &widgets {
                assert!(widget.width > 0 && widget.x + widget.width <= COLUMNS, "{count}: {widget:?}");
                assert_eq!(of(widget.y), COLUMNS, "{count}");
            }
        }
    }
}
