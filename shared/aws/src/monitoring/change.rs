//! One change at a time, each the same when it is made twice.

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{SingleMetricAnomalyDetector, StateValue, Tag};
use portcullis_monitoring::{Alarm, Change, ChangeMonitoring, Condition, MetricRef, Place, STACK_TAG};
use portcullis_response::PortError;

use super::convert::{Watched, dimensions, watched};
use super::{CloudWatch, is_gone};
use crate::error::{malformed, port_error};

/// The longest reason that CloudWatch keeps for a state (CloudWatch API Reference, *SetAlarmState*, `StateReason`).
const LONGEST_REASON: usize = 1_023;

#[async_trait]
impl ChangeMonitoring for CloudWatch {
    async fn change(&self, place: &Place, change: &Change) -> Result<(), PortError> {
        self.allow(place, change)?;
        match change {
            Change::PutAlarm { alarm, new } => {
                let tag = Tag::builder().key(STACK_TAG).value(&place.stack).build();
                self.put_alarm(alarm, new.then(|| vec![tag])).await?;
                self.known().ours.insert(alarm.name.clone());
                Ok(())
            }
            Change::Silence { name, reason } => self.silence(name, reason).await,
            Change::DeleteAlarms(names) => self.delete_alarms(names).await,
            Change::DeleteDetector(metric) => self.delete_detectors(metric).await,
            Change::PutFilter { filter, .. } => self.put_filter(filter).await,
            Change::DeleteFilter { log_group, name } => self.delete_filter(log_group, name).await,
            Change::PutDashboard { name, body, new } => self.put_dashboard(place, name, body, *new).await,
            Change::DeleteDashboard(name) => self.delete_dashboard(name).await,
        }
    }
}

impl CloudWatch {
    /// Refuses what would touch something that was not read and found to be ours.
    fn allow(&self, place: &Place, change: &Change) -> Result<(), PortError> {
        let known = self.known();
        let refused = |what: String, why: &str| Err(malformed(what, why));
        let unread = "it was not found to have the stack's tag";
        match change {
            Change::PutAlarm { alarm, new: true }
                if known.foreign.contains(&alarm.name) || !alarm.name.starts_with(&format!("{}/", place.stack)) =>
            {
                refused(format!("failed to make alarm `{}`", alarm.name), "the name is not the stack's to use")
            }
            Change::PutAlarm { alarm, new: false } if !known.ours.contains(&alarm.name) => {
                refused(format!("failed to change alarm `{}`", alarm.name), unread)
            }
            Change::Silence { name, .. } if !known.ours.contains(name) => {
                refused(format!("failed to set the state of alarm `{name}`"), unread)
            }
            Change::DeleteAlarms(names) => match names.iter().find(|name| !known.ours.contains(*name)) {
                Some(name) => refused(format!("failed to delete alarm `{name}`"), unread),
                None => Ok(()),
            },
            Change::PutFilter { filter, .. } if !filter.name.starts_with(&format!("{}-", place.stack)) => {
                refused(format!("failed to put metric filter `{}`", filter.name), "the name is not the stack's to use")
            }
            Change::DeleteFilter { name, .. } if !name.starts_with(&format!("{}-", place.stack)) => {
                refused(format!("failed to delete metric filter `{name}`"), "the name is not the stack's to use")
            }
            Change::PutDashboard { name, new, .. }
                if known.dashboard.is_some_and(|ours| !ours) || (!new && known.dashboard.is_none()) =>
            {
                refused(format!("failed to put dashboard `{name}`"), unread)
            }
            Change::DeleteDashboard(name) if known.dashboard != Some(true) => {
                refused(format!("failed to delete dashboard `{name}`"), unread)
            }
            _ => Ok(()),
        }
    }

    async fn put_alarm(&self, alarm: &Alarm, tags: Option<Vec<Tag>>) -> Result<(), PortError> {
        let Alarm { name, description, condition, tells } = alarm;
        let what = || format!("failed to put alarm `{name}`");
        let Some(watched) = watched(condition) else {
            let Condition::Composite { rule } = condition else {
                return Err(malformed(what(), "a period or a number of periods is too great"));
            };
            let call = self.changing.put_composite_alarm().alarm_name(name).alarm_description(description);
            let call = call.actions_enabled(true).alarm_rule(rule).set_tags(tags);
            let call = call.set_alarm_actions(Some(tells.clone())).set_ok_actions(Some(tells.clone()));
            return call.send().await.map(|_| ()).map_err(|error| port_error(what(), error));
        };
        let call = self.changing.put_metric_alarm().alarm_name(name).alarm_description(description);
        let call = call.actions_enabled(true).set_tags(tags);
        let call = call.set_alarm_actions(Some(tells.clone())).set_ok_actions(Some(tells.clone()));
        let Watched { periods, datapoints, missing, comparison, metric, queries, band, threshold } = watched;
        let call = call.evaluation_periods(periods).datapoints_to_alarm(datapoints).treat_missing_data(missing);
        let mut call = call.comparison_operator(comparison).set_metrics(queries).set_threshold_metric_id(band);
        call = call.set_threshold(threshold);
        if let Some((metric, statistic, period)) = metric {
            call = call.namespace(&metric.namespace).metric_name(&metric.name).statistic(statistic).period(period);
            call = call.set_dimensions(Some(dimensions(metric)));
        }
        call.send().await.map(|_| ()).map_err(|error| port_error(what(), error))
    }

    async fn silence(&self, name: &str, reason: &str) -> Result<(), PortError> {
        let reason: String = reason.chars().take(LONGEST_REASON).collect();
        let call = self.changing.set_alarm_state().alarm_name(name).state_value(StateValue::Ok).state_reason(reason);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(port_error(format!("failed to set the state of alarm `{name}`"), error)),
        }
    }

    /// A name of which there is no alarm keeps all the others from being deleted (CloudWatch API Reference,
    /// *DeleteAlarms*): then those that are still there are deleted.
    async fn delete_alarms(&self, names: &[String]) -> Result<(), PortError> {
        let what = || match names {
            [name] => format!("failed to delete alarm `{name}`"),
            [first, ..] => format!("failed to delete {} alarms from `{first}` on", names.len()),
            [] => "failed to delete no alarm".to_owned(),
        };
        let delete = |names: Vec<String>| self.changing.delete_alarms().set_alarm_names(Some(names)).send();
        match delete(names.to_vec()).await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => {
                let there: Vec<String> =
                    self.described_named(names).await?.into_iter().map(|described| described.name).collect();
                if there.is_empty() {
                    return Ok(());
                }
                delete(there).await.map(|_| ()).map_err(|error| port_error(what(), error))
            }
            Err(error) => Err(port_error(what(), error)),
        }
    }

    /// What CloudWatch learned of the metric for our alarms; of other statistics it may have learned for somebody else.
    async fn delete_detectors(&self, metric: &MetricRef) -> Result<(), PortError> {
        let statistics = self.known().detectors.get(metric).cloned().unwrap_or_default();
        for statistic in statistics {
            let detector = SingleMetricAnomalyDetector::builder().namespace(&metric.namespace);
            let detector = detector.metric_name(&metric.name).set_dimensions(Some(dimensions(metric))).stat(statistic);
            let call = self.changing.delete_anomaly_detector().single_metric_anomaly_detector(detector.build());
            match call.send().await {
                Ok(_) => {}
                Err(error) if is_gone(&error) => {}
                Err(error) => {
                    let what = format!("failed to delete what CloudWatch learned of metric `{}`", metric.name);
                    return Err(port_error(what, error));
                }
            }
        }
        Ok(())
    }
}
