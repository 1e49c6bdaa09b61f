//! The dashboard: what it shows, as CloudWatch is given it, and as a picture.

mod alarms;
mod body;
mod grid;
mod palette;
pub mod picture;
mod query;
mod sections;
mod text;
mod validate;
mod widget;

pub use alarms::OF_TEMPLATE as TEMPLATE_ALARMS;
pub(crate) use alarms::template_alarms;
pub use body::{body, render};
use grid::Grid;
use portcullis_settings::Settings;
pub use validate::validate;
pub use widget::{
    AlarmTiles, COLUMNS, Content, Dashboard, Graph, Line, LogTable, Selection, Source, Span, Text, View, Widget,
};

use crate::place::Place;

/// The dashboard of a deployment: what it is made of follows from the catalogue of metrics, the settings and the place.
pub fn model(settings: &Settings, place: &Place) -> Dashboard {
    let mut grid = Grid::default();
    sections::overview(&mut grid, settings, place);
    sections::accesses(&mut grid, place);
    sections::findings(&mut grid, place);
    sections::rotation(&mut grid, place);
    sections::pipeline(&mut grid, settings, place);
    Dashboard { region: place.region.clone(), widgets: grid.finish() }
}

#[cfg(test)]
mod tests;
