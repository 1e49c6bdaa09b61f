//! What an operator's command asks of AWS: who am I, call this function, which alarms ring.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};
use aws_smithy_types::Blob;
use portcullis_response::PortError;

use crate::error::{malformed, port_error};

/// The ARN of whoever holds the credentials, for the record of who released what.
///
/// # Errors
///
/// When STS does not answer, most often for want of credentials.
pub async fn caller_arn(config: &SdkConfig) -> Result<String, PortError> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| port_error("failed to ask STS whose credentials these are", error))?;
    answer.arn.ok_or_else(|| malformed("failed to ask STS whose credentials these are", "the answer has no ARN"))
}

/// Invokes `function` with `payload`; answers with its answer.
///
/// # Errors
///
/// When Lambda refuses or the function fails; the function's own error is in the text.
pub async fn invoke(config: &SdkConfig, function: &str, payload: String) -> Result<Vec<u8>, PortError> {
    let what = || format!("failed to invoke function `{function}`");
    // Once, and with patience: a second try after a lost answer would be told that there is nothing left to do.
    let patience = Duration::from_secs(70);
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).operation_timeout(patience).build();
    let config = aws_sdk_lambda::config::Builder::from(config)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .build();
    let call = aws_sdk_lambda::Client::from_conf(config).invoke().function_name(function).payload(Blob::new(payload));
    let answer = call.send().await.map_err(|error| port_error(what(), error))?;
    let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
    match answer.function_error {
        None => Ok(body),
        Some(_) => Err(malformed(what(), String::from_utf8_lossy(&body))),
    }
}

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

/// The alarms whose names begin with the stack's name: its template's (`STACK-…`), and those that its settings call for
/// (`STACK/…`).
///
/// # Errors
///
/// When CloudWatch does not answer, or refuses.
pub async fn alarms_of_stack(config: &SdkConfig, stack: &str) -> Result<Vec<Alarm>, PortError> {
    let client = aws_sdk_cloudwatch::Client::new(config);
    let mut alarms = Vec::new();
    for prefix in [format!("{stack}-"), format!("{stack}/")] {
        let call = client.describe_alarms().alarm_name_prefix(prefix);
        let call = call.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| port_error(format!("failed to list the alarms of stack `{stack}`"), error))?;
            let metric = page.metric_alarms.into_iter().flatten();
            alarms.extend(metric.map(|one| alarm(one.alarm_name, one.state_value, one.state_reason)));
            let composite = page.composite_alarms.into_iter().flatten();
            alarms.extend(composite.map(|one| alarm(one.alarm_name, one.state_value, one.state_reason)));
        }
    }
    Ok(alarms)
}

fn alarm(name: Option<String>, state: Option<StateValue>, reason: Option<String>) -> Alarm {
    let state = state.map(|state| state.as_str().to_owned()).unwrap_or_default();
    Alarm { name: name.unwrap_or_default(), state, reason: reason.unwrap_or_default() }
}
