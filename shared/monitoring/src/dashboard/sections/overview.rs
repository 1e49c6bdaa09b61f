//! What is seen first: whether alarms ring, and the numbers of the time that is looked at.

use portcullis_domain::Tier;
use portcullis_metrics::Metric;
use portcullis_settings::Settings;

use super::super::alarms::{pipeline_alarms, template_alarms, under_attack};
use super::super::grid::Grid;
use super::super::text::{plain, runbook};
use super::super::widget::{AlarmTiles, Content, Span, Text, View};
use super::{graph, one, sum};
use crate::place::Place;

/// How many entries are named at the top.
const NAMED: usize = 12;

/// An alarm widget takes at most 100 (CloudWatch API Reference, *Dashboard Body Structure and Syntax*).
const TILES: usize = 100;

/// The heading of all, the numbers, the alarms.
pub(in crate::dashboard) fn overview(grid: &mut Grid, settings: &Settings, place: &Place) {
    let heading = format!("Portcullis: stack {} in {}", place.stack, place.region);
    let mut spans = watched(settings);
    spans.extend(runbook(place, &["first-look", "undo-a-containment", "switch-everything-off", "alarm-under-attack"]));
    grid.text(3, Text { heading, main: true, spans });
    let number = |title: &str, lines| graph(title, View::Numbers, "", lines);
    let findings = sum(place, Metric::FINDINGS, &["Rule", "Severity"], Vec::new(), "findings", None);
    let contained = sum(place, Metric::CONTAINMENTS, &["Outcome"], Vec::new(), "containments", None);
    let secrets = sum(place, Metric::SECRET_ACCESSES, &["Outcome", "Tier"], Vec::new(), "secret accesses", None);
    let keys = sum(place, Metric::KEY_USES, &["Outcome", "Tier"], Vec::new(), "key uses", None);
    let denied = sum(place, Metric::DENIED_CALLS, &["Service", "Tier"], Vec::new(), "denied calls", None);
    let overdue = one(place, Metric::ROTATIONS_OVERDUE, &[], "rotations overdue", None);
    grid.row(
        3,
        vec![
            number("Secret accesses", vec![secrets]),
            number("Key uses", vec![keys]),
            number("Denied calls", vec![denied]),
            number("Findings", vec![findings]),
            number("Containments", vec![contained]),
            number("Rotations overdue", vec![overdue]),
        ],
    );
    tiles(grid, "Under attack", &under_attack(settings, place));
    tiles(grid, "Portcullis sees and works", &pipeline_alarms(settings, place));
    tiles(grid, "Queues and functions", &template_alarms(place));
}

/// As many widgets as there must be, one below the other.
fn tiles(grid: &mut Grid, title: &str, names: &[String]) {
    let several = names.len() > TILES;
    for (index, some) in names.chunks(TILES).enumerate() {
        let title = if several { format!("{title}, part {}", index + 1) } else { title.to_owned() };
        // About five tiles go side by side.
        let height = u16::try_from(some.len().div_ceil(5)).unwrap_or(1) + 1;
        grid.row(height.max(2), vec![Content::Alarms(AlarmTiles { title, arns: some.to_vec() })]);
    }
}

/// Which entries have metrics of their own.
fn watched(settings: &Settings) -> Vec<Span> {
    let mut spans = vec![plain(format!("Mode {}. ", settings.mode))];
    for tier in [Tier::Critical, Tier::Sensitive] {
        let entries: Vec<&str> =
            settings.assets.iter().filter(|entry| entry.tier == Some(tier)).map(|entry| entry.name.as_str()).collect();
        if entries.is_empty() {
            spans.push(plain(format!("No entry is {tier}. ")));
            continue;
        }
        let noun = if entries.len() == 1 { "entry" } else { "entries" };
        spans.push(plain(format!("{} {tier} {noun}: ", entries.len())));
        for (index, name) in entries.iter().take(NAMED).enumerate() {
            spans.extend((index > 0).then(|| plain(", ")));
            spans.push(Span::Name((*name).to_owned()));
        }
        let more = entries.len().saturating_sub(NAMED);
        spans.push(plain(if more > 0 { format!(" and {more} more. ") } else { ". ".to_owned() }));
    }
    spans
}
