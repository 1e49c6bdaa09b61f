//! The alarms of a deployment, as CloudWatch has them.

use aws_config::SdkConfig;
use portcullis_response::PortError;

use crate::error::port_error;

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why it is in that state.
    pub reason: String,
}

/// The alarms whose names begin with the stack's name.
///
/// # Errors
///
/// When CloudWatch does not answer, or refuses.
pub async fn alarms_of_stack(config: &SdkConfig, stack: &str) -> Result<Vec<Alarm>, PortError> {
    let client = aws_sdk_cloudwatch::Client::new(config);
    let mut pages = client.describe_alarms().alarm_name_prefix(format!("{stack}-")).into_paginator().send();
    let mut alarms = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| port_error(format!("failed to list the alarms of stack `{stack}`"), error))?;
        alarms.extend(page.metric_alarms.into_iter().flatten().map(|alarm| Alarm {
            name: alarm.alarm_name.unwrap_or_default(),
            state: alarm.state_value.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            reason: alarm.state_reason.unwrap_or_default(),
        }));
    }
    Ok(alarms)
}
