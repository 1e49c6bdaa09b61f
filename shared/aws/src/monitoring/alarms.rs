//! Alarms as CloudWatch describes them.

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, MetricAlarm, StateValue};
use portcullis_monitoring::{Alarm, MetricRef};
use portcullis_response::PortError;

use super::CloudWatch;
use super::convert::{detector, from_composite, from_metric};
use crate::error::port_error;

/// The most alarms that one call describes, or deletes (CloudWatch API Reference, *DescribeAlarms*, `MaxRecords` and
/// `AlarmNames`).
const PAGE: usize = 100;

/// An alarm that is there.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) composite: bool,
    pub(super) rings: bool,
    /// Absent when it is none that we could have made.
    pub(super) alarm: Option<Alarm>,
    /// The metric that CloudWatch learned to expect for it, and of which statistic.
    pub(super) detector: Option<(MetricRef, String)>,
}

impl CloudWatch {
    /// Every alarm whose name begins so.
    pub(super) async fn described_under(&self, prefix: &str) -> Result<Vec<Described>, PortError> {
        let call = self.reading.describe_alarms().alarm_name_prefix(prefix).max_records(100);
        let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let mut pages = call.into_paginator().send();
        let mut described = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| port_error(format!("failed to list the alarms named `{prefix}…`"), error))?;
            described.extend(of(page));
        }
        Ok(described)
    }

    /// The alarms of those names that are there.
    pub(super) async fn described_named(&self, names: &[String]) -> Result<Vec<Described>, PortError> {
        let mut described = Vec::new();
        for names in names.chunks(PAGE) {
            let call = self.reading.describe_alarms().set_alarm_names(Some(names.to_vec())).max_records(100);
            let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
            let answer = call.send().await;
            let answer = answer.map_err(|error| port_error(format!("failed to read {} alarms", names.len()), error))?;
            described.extend(of(answer));
        }
        Ok(described)
    }
}

fn of(page: DescribeAlarmsOutput) -> impl Iterator<Item = Described> {
    let metric = page.metric_alarms.into_iter().flatten().filter_map(of_metric);
    metric.chain(page.composite_alarms.into_iter().flatten().filter_map(of_composite))
}

fn of_metric(found: MetricAlarm) -> Option<Described> {
    let (alarm, detector) = (from_metric(&found), detector(&found));
    let rings = found.state_value == Some(StateValue::Alarm);
    Some(Described { name: found.alarm_name?, composite: false, rings, alarm, detector })
}

fn of_composite(found: CompositeAlarm) -> Option<Described> {
    let alarm = from_composite(&found);
    let rings = found.state_value == Some(StateValue::Alarm);
    Some(Described { name: found.alarm_name?, composite: true, rings, alarm, detector: None })
}
