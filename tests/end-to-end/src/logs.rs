//! What the functions wrote to CloudWatch Logs.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use aws_sdk_cloudwatchlogs::error::SdkError;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsError;
use serde_json::Value;

use crate::aws::Aws;
use crate::template::FUNCTIONS;

/// The log of a stack's function, line by line; none of a function that a parameter of the stack leaves out.
///
/// # Errors
///
/// When CloudWatch Logs does not answer.
pub async fn of_function(aws: &Aws, stack: &str, function: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let group = format!("/aws/lambda/{stack}-{function}");
    let mut pages = aws.logs().filter_log_events().log_group_name(&group).into_paginator().send();
    while let Some(page) = pages.next().await {
        let missing = |error: &FilterLogEventsError| error.is_resource_not_found_exception();
        if page.as_ref().err().and_then(SdkError::as_service_error).is_some_and(missing) {
            return Ok(lines);
        }
        let page = page.with_context(|| format!("failed to read the log of {function}"))?;
        lines.extend(page.events.into_iter().flatten().filter_map(|event| event.message));
    }
    Ok(lines)
}

/// The logs of all the functions in one text, each line with its function's name.
///
/// # Errors
///
/// When CloudWatch Logs does not answer.
pub async fn of_stack(aws: &Aws, stack: &str) -> Result<String> {
    tail(aws, stack, usize::MAX).await
}

/// The last `count` lines of each function.
///
/// # Errors
///
/// When CloudWatch Logs does not answer.
pub async fn tail(aws: &Aws, stack: &str, count: usize) -> Result<String> {
    let mut text = String::new();
    for function in FUNCTIONS {
        let lines = of_function(aws, stack, function).await?;
        let skipped = lines.len().saturating_sub(count);
        for line in lines.iter().skip(skipped) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{function}: {}", line.trim_end());
        }
    }
    Ok(text)
}

/// The lines in CloudWatch's embedded metric format, of all the functions.
///
/// # Errors
///
/// When CloudWatch Logs does not answer.
pub async fn metrics(aws: &Aws, stack: &str) -> Result<Vec<Value>> {
    let mut lines = Vec::new();
    for function in FUNCTIONS {
        let log = of_function(aws, stack, function).await?;
        lines.extend(log.iter().filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok()));
    }
    lines.retain(|line| line.get("_aws").is_some());
    Ok(lines)
}

/// What a counter of these lines comes to.
pub fn total(lines: &[Value], metric: &str) -> f64 {
    lines.iter().filter_map(|line| line.get(metric).and_then(Value::as_f64)).sum()
}
