//! What is there under the stack's names, and whose it is.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use portcullis_monitoring::{Found, FoundAlarm, Place, ReadMonitoring, STACK_TAG};
use portcullis_response::PortError;

use super::alarms::Described;
use super::{CloudWatch, Known, is_gone};
use crate::error::port_error;

/// The tags with which CloudFormation marks what is its own to change.
const CLOUD_FORMATION: &str = "aws:cloudformation:";

#[async_trait]
impl ReadMonitoring for CloudWatch {
    async fn read(&self, place: &Place) -> Result<Found, PortError> {
        let tagged = self.tagged(place).await?;
        let prefix = format!("{}/", place.stack);
        let mut described = self.described_under(&prefix).await?;
        let elsewhere: Vec<String> = tagged.iter().filter(|name| !name.starts_with(&prefix)).cloned().collect();
        described.extend(self.described_named(&elsewhere).await?);
        let (mut alarms, mut known) = (Vec::new(), Known::default());
        for Described { name, composite, rings, alarm, detector } in described {
            // The index of tags lags behind: what it does not name yet may be ours, and what it names may be gone and made
            // again by somebody else since, which shows by what we would never make. Of other names than ours it is
            // believed: those are never touched.
            let ours = if tagged.contains(&name) && (alarm.is_some() || !name.starts_with(&prefix)) {
                true
            } else {
                match self.has_tag(place, &place.alarm_arn(&name)).await? {
                    Some(ours) => ours,
                    None => continue,
                }
            };
            if ours { &mut known.ours } else { &mut known.foreign }.insert(name.clone());
            if let Some((metric, statistic)) = detector.clone().filter(|_| ours) {
                known.detectors.entry(metric).or_default().insert(statistic);
            }
            let detector = detector.map(|(metric, _)| metric);
            alarms.push(FoundAlarm { name, ours, composite, rings, alarm, detector });
        }
        let filters = self.filters(place).await?;
        let dashboard = self.dashboard(place).await?;
        known.dashboard = dashboard.as_ref().map(|dashboard| dashboard.ours);
        *self.known() = known;
        Ok(Found { alarms, filters, dashboard })
    }
}

impl CloudWatch {
    /// The names of the alarms that have the stack's tag, as the index of tags knows: a hundred by a call, where CloudWatch
    /// itself answers for one at a time (Resource Groups Tagging API Reference, *GetResources*).
    async fn tagged(&self, place: &Place) -> Result<BTreeSet<String>, PortError> {
        let filter = TagFilter::builder().key(STACK_TAG).values(&place.stack).build();
        let call = self.tagging.get_resources().resource_type_filters("cloudwatch:alarm").tag_filters(filter);
        let mut found = call.resources_per_page(100).into_paginator().items().send();
        let mut names = BTreeSet::new();
        while let Some(resource) = found.next().await {
            let resource = resource
                .map_err(|error| port_error(format!("failed to list the alarms with tag `{STACK_TAG}`"), error))?;
            // An alarm of a template may have the tag from its stack; it is the template's all the same.
            if resource.tags.iter().flatten().any(|tag| tag.key.starts_with(CLOUD_FORMATION)) {
                continue;
            }
            let arn = resource.resource_arn.unwrap_or_default();
            names.extend(arn.split_once(":alarm:").map(|(_, name)| name.to_owned()));
        }
        Ok(names)
    }

    /// Whether an alarm or dashboard has the stack's tag; nothing when it is gone.
    pub(super) async fn has_tag(&self, place: &Place, arn: &str) -> Result<Option<bool>, PortError> {
        match self.reading.list_tags_for_resource().resource_arn(arn).send().await {
            Ok(answer) => {
                let tags = answer.tags.unwrap_or_default();
                let of_template = tags.iter().any(|tag| tag.key().is_some_and(|key| key.starts_with(CLOUD_FORMATION)));
                let tagged =
                    tags.iter().any(|tag| tag.key() == Some(STACK_TAG) && tag.value() == Some(place.stack.as_str()));
                Ok(Some(tagged && !of_template))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(port_error(format!("failed to read the tags of `{arn}`"), error)),
        }
    }
}
