//! Metrics, alarms, the dashboard and logs.

use portcullis_metrics::{METRICS, Scope, Values};
use portcullis_settings::Settings;

use super::item::Item;
use super::lines;
use super::load::{DAYS, Load};
use super::quantity::{Quantity, whole};
use crate::alarm::{Alarm, Condition};
use crate::dashboard::template_alarms;
use crate::desired::desired;
use crate::place::Place;

/// How often the alarms and rotations are looked at.
pub(super) const RECONCILED_PER_DAY: f64 = 24.0;

/// A log is kept so many days (`LogRetentionDays` of the template).
const KEPT_DAYS: f64 = 365.0;

/// A page of `DescribeAlarms` holds so many.
pub(super) const PAGE: f64 = 100.0;

pub(super) fn cloudwatch(settings: &Settings, place: &Place, load: &Load, rules: usize) -> Vec<Quantity> {
    let desired = desired(settings, place);
    let of_kind =
        |is: fn(&Condition) -> bool| count(desired.alarms.iter().filter(|one: &&Alarm| is(&one.condition)).count());
    let of_template = count(template_alarms(place).len());
    let thresholds = of_kind(|condition| matches!(condition, Condition::Threshold { .. }));
    let mut quantities = metrics(settings, load, rules);
    quantities.extend([
        Quantity::new(
            Item::ALARM,
            thresholds + of_template,
            format!("{} made from the settings, {} of the template", whole(thresholds), whole(of_template)),
        ),
        Quantity::new(
            Item::ANOMALY_ALARM,
            of_kind(|condition| matches!(condition, Condition::AboveBand { .. })),
            "one for each entry of the tiers of alarms.anomaly".to_owned(),
        ),
        Quantity::new(
            Item::COMPOSITE_ALARM,
            of_kind(|condition| matches!(condition, Condition::Composite { .. })),
            "\"under attack\": one for each entry that has an alarm on denials and one on uses".to_owned(),
        ),
        Quantity::new(Item::DASHBOARD, 1.0, "the stack's".to_owned()),
    ]);
    let pages = (count(desired.alarms.len()) / PAGE).ceil().max(1.0);
    let requests = RECONCILED_PER_DAY * DAYS * (pages + 3.0);
    quantities.push(Quantity::new(
        Item::CLOUDWATCH_REQUEST,
        requests,
        format!(
            "each hour the alarms are read (pages: {}, of {} each), the metric filters, the dashboard and its tags; changes come \
             to little",
            whole(pages),
            whole(PAGE)
        ),
    ));
    quantities.extend(logs(place, load));
    quantities
}

/// Those of rules apart: which of them fire nobody knows beforehand.
fn metrics(settings: &Settings, load: &Load, rules: usize) -> Vec<Quantity> {
    let scope = Scope::of(settings, rules);
    let is_by_rule = |metric: &&portcullis_metrics::Metric| {
        metric.dimensions().iter().any(|dimension| metric.values(dimension) == Values::Rules)
    };
    let others: usize = METRICS.iter().filter(|one| !is_by_rule(one)).map(|one| one.cardinality(&scope)).sum();
    let by_rule: usize = METRICS.iter().filter(is_by_rule).map(|one| one.cardinality(&scope)).sum();
    vec![Quantity::new(
        Item::METRIC,
        count(others) + f64::from(load.rules_that_fire),
        format!(
            "at most {} (watched entries: {}, accounts: {}) by the catalogue's cardinality, and {} rules that fire; if \
             all fired at all times, {} more",
            whole(count(others)),
            whole(count(scope.assets)),
            whole(count(scope.accounts)),
            load.rules_that_fire,
            whole(count(by_rule)),
        ),
    )]
}

fn logs(place: &Place, load: &Load) -> [Quantity; 2] {
    let batch = load.batch();
    let detect = count(lines::of_detect(&place.stack, batch));
    let watch = count(lines::of_watch(&place.stack));
    let page = count(lines::of_page(&place.stack));
    // The other functions' schedules write what a watch does: 1,440 a day of respond, and 600 of release and alarms.
    let day = load.invocations_per_day() * detect
        + (1440.0 + 288.0 + 288.0 + RECONCILED_PER_DAY) * watch
        + f64::from(load.findings_per_day) * page;
    let month = day * DAYS / 1e9;
    [
        Quantity::new(
            Item::LOG_INGESTED,
            month,
            format!(
                "{} bytes of an invocation of detect with a batch of {batch}, {} of one that has nothing to do, {} of one \
                 that pages: measured on the lines as they are written, Lambda's own included, and 26 bytes for each line",
                whole(detect),
                whole(watch),
                whole(page),
            ),
        ),
        Quantity::new(
            Item::LOG_STORED,
            month * KEPT_DAYS / DAYS,
            format!(
                "what {} days bring, before CloudWatch compresses it; from then on as much is deleted",
                whole(KEPT_DAYS)
            ),
        ),
    ]
}

/// Counts here are far below 2^52.
#[expect(clippy::cast_precision_loss, reason = "counts of alarms, metrics and bytes are far below 2^52")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
