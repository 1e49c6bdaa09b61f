//! Whether Portcullis itself sees and works.

use jiff::SignedDuration;
use portcullis_metrics::{Metric, Statistic};
use portcullis_settings::Settings;

use super::super::grid::Grid;
use super::super::palette::{DENIED, FAILED, GOOD, QUIET, WELL};
use super::super::text::runbook;
use super::super::widget::{Line, Text, View};
use super::{graph, marked, of_aws, one};
use crate::place::Place;

/// Records, heartbeats, ages, queues, functions.
pub(in crate::dashboard) fn pipeline(grid: &mut Grid, settings: &Settings, place: &Place) {
    let anchors =
        ["alarm-heartbeat", "alarm-event-age", "alarm-unreadable", "alarm-alarms-failed", "portcullis-tampering"];
    grid.text(2, Text::section("Portcullis itself", runbook(place, &anchors)));
    let records = |metric, label, color| one(place, metric, &[], label, Some(color));
    grid.row(
        6,
        vec![
            graph(
                "Records",
                View::Lines,
                "records",
                vec![
                    records(Metric::RECORDS_READ, "read", QUIET),
                    records(Metric::RECORDS_RELEVANT, "relevant", GOOD),
                    records(Metric::RECORDS_DUPLICATE, "seen twice", WELL),
                ],
            ),
            graph(
                "Could not be read, timed or made",
                View::Areas,
                "pieces",
                vec![
                    records(Metric::RECORDS_UNREADABLE, "unreadable", DENIED),
                    records(Metric::RECORDS_TIMELESS, "without a time", FAILED),
                    one(place, Metric::ALARM_CHANGES, &[("Outcome", "failed")], "alarms failed", Some(QUIET)),
                ],
            ),
            marked(
                "Age of the newest event",
                "seconds",
                (settings.alarms.event_age.as_secs_f64(), format!("alarm: {}", words(settings.alarms.event_age))),
                vec![one(place, Metric::NEWEST_EVENT_AGE, &[], "newest of an invocation", Some(GOOD))],
            ),
        ],
    );
    let services = [("kms", "KMS"), ("secretsmanager", "Secrets Manager")];
    let beats = |metric: Metric| -> Vec<Line> {
        services.iter().map(|(service, label)| one(place, metric, &[("Service", service)], label, None)).collect()
    };
    let heartbeat = settings.alarms.heartbeat;
    grid.row(
        6,
        vec![
            graph("Heartbeats seen", View::Lines, "heartbeats", beats(Metric::HEARTBEATS)),
            marked(
                "Delay of heartbeats",
                "seconds",
                (heartbeat.as_secs_f64(), format!("alarm when none is seen for {}", words(heartbeat))),
                beats(Metric::HEARTBEAT_DELAY),
            ),
        ],
    );
    let queues = |name: &str, statistic, queues: &[&str]| -> Vec<Line> {
        let of =
            |queue: &&str| of_aws("AWS/SQS", name, ("QueueName", format!("{}-{queue}", place.stack)), statistic, queue);
        queues.iter().map(of).collect()
    };
    let mut dead = vec!["events-dlq", "findings-dlq"];
    dead.extend(place.pagerduty.then_some("pagerduty-dlq"));
    let waiting = ["events", "findings"];
    let (oldest, visible) = ("ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible");
    grid.row(
        6,
        vec![
            graph("Oldest message", View::Lines, "seconds", queues(oldest, Statistic::Maximum, &waiting)),
            graph("Messages waiting", View::Lines, "messages", queues(visible, Statistic::Maximum, &waiting)),
            graph("Dead letters", View::Lines, "messages", queues(visible, Statistic::Maximum, &dead)),
        ],
    );
    let functions = |name: &str, statistic| -> Vec<Line> {
        let of = |function: &str| {
            let dimension = ("FunctionName", format!("{}-{function}", place.stack));
            of_aws("AWS/Lambda", name, dimension, statistic, function)
        };
        place.functions().into_iter().map(of).collect()
    };
    grid.row(
        6,
        vec![
            graph("Errors of functions", View::Areas, "invocations", functions("Errors", Statistic::Sum)),
            graph("Throttled", View::Areas, "invocations", functions("Throttles", Statistic::Sum)),
            graph("Longest run", View::Lines, "milliseconds", functions("Duration", Statistic::Maximum)),
        ],
    );
}

/// Whole minutes or hours.
fn words(time: SignedDuration) -> String {
    match time.as_mins() {
        minutes if minutes % 60 == 0 && minutes > 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}
