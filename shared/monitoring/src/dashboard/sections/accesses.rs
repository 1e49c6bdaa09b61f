//! Who uses which key and secret.

use portcullis_domain::{Outcome, Tier};
use portcullis_metrics::Metric;

use super::super::grid::Grid;
use super::super::palette::{DENIED, FAILED, GOOD, SEVERITIES};
use super::super::text::runbook;
use super::super::widget::{Content, Line, LogTable, Text, View};
use super::{graph, sum, top};
use crate::place::Place;

/// How many actors a table names.
const ACTORS: u32 = 15;

/// Accesses and denials, by outcome, tier, account and asset; actors.
pub(in crate::dashboard) fn accesses(grid: &mut Grid, place: &Place) {
    let anchors = ["who-it-was", "secret-read", "key-volume", "denied-calls", "alarm-high-rate", "alarm-denied"];
    grid.text(2, Text::section("Accesses and denials", runbook(place, &anchors)));
    grid.row(
        6,
        vec![
            graph("Secret accesses by outcome", View::Areas, "calls", by_outcome(place, Metric::SECRET_ACCESSES)),
            graph("Key uses by outcome", View::Areas, "calls", by_outcome(place, Metric::KEY_USES)),
            graph("Denied calls by service", View::Areas, "calls", denied_by_service(place)),
        ],
    );
    let tops = |title: &str, view, metric| graph(title, view, "calls", vec![top(place, metric, &["Asset"], "Asset")]);
    grid.row(
        7,
        vec![
            tops("Most used keys and secrets", View::Lines, Metric::ASSET_ACCESSES),
            tops("Most denied keys and secrets", View::Areas, Metric::ASSET_DENIED),
        ],
    );
    let by_account =
        |title: &str, metric| graph(title, View::Areas, "calls", vec![top(place, metric, &["Account"], "Account")]);
    grid.row(
        6,
        vec![
            graph("Denied calls by tier", View::Areas, "calls", denied_by_tier(place)),
            by_account("Secret accesses by account", Metric::SECRET_ACCESSES),
            by_account("Key uses by account", Metric::KEY_USES),
        ],
    );
    grid.row(7, vec![most_active(place), most_denied(place)]);
}

fn by_outcome(place: &Place, metric: Metric) -> Vec<Line> {
    let of = |outcome: Outcome, color| {
        let word = outcome.as_str();
        sum(place, metric, &["Outcome", "Tier"], vec![("Outcome", word)], word, Some(color))
    };
    vec![of(Outcome::Denied, DENIED), of(Outcome::Failed, FAILED), of(Outcome::Success, GOOD)]
}

fn denied_by_service(place: &Place) -> Vec<Line> {
    let of = |service, label| {
        sum(place, Metric::DENIED_CALLS, &["Service", "Tier"], vec![("Service", service)], label, None)
    };
    vec![of("secretsmanager", "Secrets Manager"), of("kms", "KMS"), of("ssm", "Parameter Store")]
}

fn denied_by_tier(place: &Place) -> Vec<Line> {
    let tiers = [Tier::Critical.as_str(), Tier::Sensitive.as_str(), Tier::Standard.as_str(), "unclassified"];
    let colors = SEVERITIES.iter().rev().copied();
    let of =
        |(tier, color)| sum(place, Metric::DENIED_CALLS, &["Service", "Tier"], vec![("Tier", tier)], tier, Some(color));
    tiers.into_iter().zip(colors).map(of).collect()
}

/// Names out of a log are no dimension of a metric; they stand in the lines that the metrics are made from.
fn most_active(place: &Place) -> Content {
    table(
        place,
        "Most active actors on critical and sensitive keys and secrets",
        vec![
            "filter ispresent(Actor) and ispresent(AssetAccesses)".to_owned(),
            "stats sum(AssetAccesses) as Accesses, sum(AssetDenied) as Denied, count_distinct(Asset) as Assets by Actor"
                .to_owned(),
            "sort Accesses desc".to_owned(),
            format!("limit {ACTORS}"),
        ],
        vec!["Actor", "Accesses", "Denied", "Assets"],
    )
}

fn most_denied(place: &Place) -> Content {
    table(
        place,
        "Most denied actors on critical and sensitive keys and secrets",
        vec![
            "filter ispresent(Actor) and AssetDenied > 0".to_owned(),
            "stats sum(AssetDenied) as Denied, latest(@timestamp) as Last by Actor, Asset".to_owned(),
            "sort Denied desc".to_owned(),
            format!("limit {ACTORS}"),
        ],
        vec!["Actor", "Asset", "Denied", "Last"],
    )
}

fn table(place: &Place, title: &str, commands: Vec<String>, columns: Vec<&'static str>) -> Content {
    let log_group = format!("/aws/lambda/{}-detect", place.stack);
    Content::Log(LogTable { title: title.to_owned(), log_group, commands, columns })
}
