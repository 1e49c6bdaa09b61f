//! The dashboard of the stack's name.

use aws_sdk_cloudwatch::types::Tag;
use portcullis_monitoring::{FoundDashboard, Place, STACK_TAG};
use portcullis_response::PortError;

use super::{CloudWatch, is_gone};
use crate::error::{malformed, port_error};

impl CloudWatch {
    pub(super) async fn dashboard(&self, place: &Place) -> Result<Option<FoundDashboard>, PortError> {
        let name = &place.stack;
        let body = match self.reading.get_dashboard().dashboard_name(name).send().await {
            Ok(answer) => answer.dashboard_body.unwrap_or_default(),
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(port_error(format!("failed to read dashboard `{name}`"), error)),
        };
        // Dashboards are global: their ARN has no Region (CloudWatch API Reference, *ListTagsForResource*).
        let arn = format!("arn:{}:cloudwatch::{}:dashboard/{name}", place.partition, place.account);
        Ok(self.has_tag(place, &arn).await?.map(|ours| FoundDashboard { ours, body }))
    }

    pub(super) async fn put_dashboard(
        &self,
        place: &Place,
        name: &str,
        body: &str,
        new: bool,
    ) -> Result<(), PortError> {
        let what = || format!("failed to put dashboard `{name}`");
        let tag = new.then(|| Tag::builder().key(STACK_TAG).value(&place.stack).build());
        let call = self.changing.put_dashboard().dashboard_name(name).dashboard_body(body);
        let answer = call.set_tags(tag.map(|tag| vec![tag])).send().await;
        let answer = answer.map_err(|error| port_error(what(), error))?;
        self.known().dashboard = Some(true);
        // It was kept all the same, and shows what it can (CloudWatch API Reference, *PutDashboard*,
        // `DashboardValidationMessages`).
        let said = answer.dashboard_validation_messages.into_iter().flatten().filter_map(|message| message.message);
        let said: Vec<String> = said.collect();
        if said.is_empty() {
            return Ok(());
        }
        Err(malformed(format!("dashboard `{name}` was put, and not all of it is understood"), said.join("; ")))
    }

    pub(super) async fn delete_dashboard(&self, name: &str) -> Result<(), PortError> {
        match self.changing.delete_dashboards().dashboard_names(name).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(port_error(format!("failed to delete dashboard `{name}`"), error)),
        }
    }
}
