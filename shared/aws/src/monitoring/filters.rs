//! Metric filters of the trail's log group.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types::{MetricFilter as Kept, MetricTransformation};
use portcullis_monitoring::{MetricFilter, Place};
use portcullis_response::PortError;

use super::{CloudWatch, is_gone};
use crate::error::{malformed, port_error};

/// What each event that matches adds.
const ONE: &str = "1";

impl CloudWatch {
    /// The filters whose names begin as ours do; none where there is no log group, or none of that name. A name that is
    /// wrong shows when a filter is to be made there.
    pub(super) async fn filters(&self, place: &Place) -> Result<Vec<MetricFilter>, PortError> {
        let Some(log_group) = &place.trail_log_group else { return Ok(Vec::new()) };
        let call = self.logs.describe_metric_filters().log_group_name(log_group);
        let call = call.filter_name_prefix(format!("{}-", place.stack));
        let mut found = call.into_paginator().items().send();
        let mut filters = Vec::new();
        while let Some(filter) = found.next().await {
            match filter {
                Ok(filter) => filters.extend(read(log_group, filter)),
                Err(error) if is_gone(&error) => return Ok(Vec::new()),
                Err(error) => {
                    return Err(port_error(format!("failed to list the metric filters of `{log_group}`"), error));
                }
            }
        }
        Ok(filters)
    }

    pub(super) async fn put_filter(&self, filter: &MetricFilter) -> Result<(), PortError> {
        let MetricFilter { name, log_group, pattern, namespace, metric } = filter;
        let what = || format!("failed to put metric filter `{name}` of log group `{log_group}`");
        let counts = MetricTransformation::builder().metric_namespace(namespace).metric_name(metric).metric_value(ONE);
        let counts = counts.build().map_err(|error| malformed(what(), error))?;
        let call = self.logs.put_metric_filter().log_group_name(log_group).filter_name(name);
        let call = call.filter_pattern(pattern).metric_transformations(counts);
        call.send().await.map(|_| ()).map_err(|error| port_error(what(), error))
    }

    pub(super) async fn delete_filter(&self, log_group: &str, name: &str) -> Result<(), PortError> {
        let call = self.logs.delete_metric_filter().log_group_name(log_group).filter_name(name);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => {
                Err(port_error(format!("failed to delete metric filter `{name}` of log group `{log_group}`"), error))
            }
        }
    }
}

/// A filter that does more, or something else, than count events has neither metric nor pattern here, so that it differs
/// from all that we could want.
fn read(log_group: &str, kept: Kept) -> Option<MetricFilter> {
    let counts = match kept.metric_transformations.as_deref() {
        Some([only]) => {
            let plain = only.metric_value == ONE
                && only.default_value.is_none()
                && only.dimensions.as_ref().is_none_or(HashMap::is_empty)
                && kept.field_selection_criteria.is_none();
            Some((only.metric_namespace.clone(), only.metric_name.clone())).filter(|_| plain)
        }
        _ => None,
    };
    let pattern = counts.is_some().then_some(kept.filter_pattern).flatten().unwrap_or_default();
    let (namespace, metric) = counts.unwrap_or_default();
    Some(MetricFilter { name: kept.filter_name?, log_group: log_group.to_owned(), pattern, namespace, metric })
}
