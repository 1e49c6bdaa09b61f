//! Whether keys and secrets are rotated.

use portcullis_metrics::Metric;

use super::super::grid::Grid;
use super::super::palette::{DENIED, GOOD};
use super::super::text::runbook;
use super::super::widget::{Line, Text, View};
use super::{graph, one, top};
use crate::place::Place;

/// Rotations by outcome, and what is overdue.
pub(in crate::dashboard) fn rotation(grid: &mut Grid, place: &Place) {
    grid.text(2, Text::section("Rotation", runbook(place, &["rotation", "key-rotation", "alarm-rotation-overdue"])));
    let of = |service| -> Vec<Line> {
        let outcome = |outcome, color| {
            one(place, Metric::ROTATIONS, &[("Service", service), ("Outcome", outcome)], outcome, Some(color))
        };
        // Not those that were started: each of them fails, succeeds, or is overdue.
        vec![outcome("failed", DENIED), outcome("succeeded", GOOD)]
    };
    let overdue = top(place, Metric::ROTATIONS_OVERDUE, &["Asset"], "Asset");
    grid.row(
        6,
        vec![
            graph("Rotations of secrets", View::Areas, "rotations", of("secretsmanager")),
            graph("Rotations of keys", View::Areas, "rotations", of("kms")),
            graph("Overdue", View::Bars, "keys and secrets", vec![overdue]),
        ],
    );
}
