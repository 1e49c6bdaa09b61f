//! `docs/dashboard.svg`: the dashboard of an installation that is made up, with a week that is made up.

mod course;
mod story;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use portcullis_monitoring::Place;
use portcullis_monitoring::dashboard::picture::{Data, Series, State, Times, picture};
use portcullis_monitoring::dashboard::{Line, LogTable, Selection, Source, model};
use portcullis_settings::{Settings, parse};

use course::{STEPS, over_the_week};

/// A Monday.
const START: i64 = 1_767_571_200;

/// The settings that the picture is made from.
const SETTINGS: &str = include_str!("settings.yaml");

/// The picture.
///
/// # Errors
///
/// When the settings of the example have problems; says which.
pub(crate) fn dashboard_picture() -> anyhow::Result<String> {
    let settings = example_settings()?;
    Ok(picture(&model(&settings, &example_place()), &ExampleWeek))
}

fn example_settings() -> anyhow::Result<Settings> {
    parse(SETTINGS).map_err(|problems| anyhow::anyhow!("{}", problems.render("settings.yaml", SETTINGS)))
}

fn example_place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "portcullis".to_owned(),
        topic: "arn:aws:sns:eu-west-1:111122223333:portcullis-alarm-states".to_owned(),
        runbook: "https://wiki.example.com/portcullis/runbook".to_owned(),
        trail_log_group: None,
        pagerduty: true,
        evidence: true,
    }
}

/// The week: the same whenever it is made.
#[derive(Debug)]
struct ExampleWeek;

impl Data for ExampleWeek {
    fn note(&self) -> String {
        "Example data, 5 to 11 January 2026 (UTC)".to_owned()
    }

    fn times(&self) -> Times {
        let start = Timestamp::from_second(START).unwrap_or_default();
        Times { start, step: SignedDuration::from_hours(24 * 7) / i32::try_from(STEPS).unwrap_or(1), count: STEPS }
    }

    fn series(&self, line: &Line) -> Vec<Series> {
        let unnamed = |values| vec![Series { label: String::new(), values }];
        match &line.source {
            Source::One(metric) => {
                let dimensions: BTreeMap<&str, &str> =
                    metric.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                unnamed(over_the_week(&metric.name, &dimensions))
            }
            Source::Sum(of) => unnamed(added_up(of)),
            Source::Top { of, by, limit } => {
                let mut groups: Vec<Series> = story::values(of.metric.name, by)
                    .into_iter()
                    .map(|value| Series {
                        label: value.to_owned(),
                        values: over_the_week(of.metric.name, &BTreeMap::from([(*by, value)])),
                    })
                    .filter(|series| series.values.iter().flatten().any(|value| *value > 0.0))
                    .collect();
                let total = |series: &Series| series.values.iter().flatten().sum::<f64>();
                groups.sort_by(|a, b| total(b).total_cmp(&total(a)));
                groups.truncate(usize::try_from(*limit).unwrap_or(usize::MAX));
                groups
            }
        }
    }

    fn state(&self, arn: &str) -> State {
        let rings = ["under-attack/payroll database", "-findings-dlq"];
        if rings.iter().any(|name| arn.ends_with(name)) { State::Rings } else { State::Ok }
    }

    fn rows(&self, table: &LogTable) -> Vec<Vec<String>> {
        let rows = story::actors(table.columns.contains(&"Asset"));
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }
}

/// All metrics of a selection.
fn added_up(of: &Selection) -> Vec<Option<f64>> {
    let given: BTreeMap<&str, &str> = of.only.iter().copied().collect();
    // One of the dimensions is enough to tell the parts apart: the others are not told apart here.
    let parts: Vec<BTreeMap<&str, &str>> = match (given.is_empty(), of.set.first()) {
        (true, Some(dimension)) => story::values(of.metric.name, dimension)
            .into_iter()
            .map(|value| BTreeMap::from([(*dimension, value)]))
            .collect(),
        _ => vec![given],
    };
    let mut sum = vec![None; STEPS];
    for part in parts {
        for (sum, value) in sum.iter_mut().zip(over_the_week(of.metric.name, &part)) {
            *sum = match (*sum, value) {
                (Some(sum), Some(value)) => Some(sum + value),
                (sum, value) => sum.or(value),
            };
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use portcullis_monitoring::dashboard::{Content, validate};

    use super::*;

    #[test]
    fn the_dashboard_of_the_picture_is_sound_and_every_widget_has_something_to_show() {
        let dashboard = model(&example_settings().unwrap(), &example_place());
        let body = portcullis_monitoring::dashboard::render(&dashboard);
        assert_eq!(validate(&body), [""; 0]);
        // What does not happen in a good week.
        let quiet = ["Containments undone by somebody", "Throttled"];
        for widget in &dashboard.widgets {
            let Content::Graph(graph) = &widget.content else { continue };
            let series = graph.lines.iter().flat_map(|line| ExampleWeek.series(line));
            let happens = series.into_iter().any(|series| series.values.iter().flatten().any(|value| *value > 0.0));
            assert_eq!(happens, !quiet.contains(&graph.title.as_str()), "{}", graph.title);
        }
    }

    #[test]
    fn the_picture_is_the_same_every_time_and_says_what_it_is() {
        let picture = dashboard_picture().unwrap();
        assert_eq!(picture, dashboard_picture().unwrap());
        assert!(picture.contains("Example data"));
        assert!(picture.len() < 400_000, "{} bytes", picture.len());
    }
}
