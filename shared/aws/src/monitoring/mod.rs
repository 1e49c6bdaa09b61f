//! Alarms, metric filters and the dashboard: read, compared elsewhere, changed.
//!
//! Nothing is changed that was not read first and found to have the stack's tag. The plan sees to that; here it is seen to
//! once more, since a name that was somebody else's all along must not be overwritten for a mistake in a plan.

mod alarms;
mod change;
mod convert;
mod dashboard;
mod filters;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use portcullis_monitoring::MetricRef;

use crate::error::code;

/// CloudWatch and the log group of the trail.
#[derive(Debug)]
pub struct CloudWatch {
    reading: aws_sdk_cloudwatch::Client,
    changing: aws_sdk_cloudwatch::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    tagging: aws_sdk_resourcegroupstagging::Client,
    known: Mutex<Known>,
}

/// What reading found.
#[derive(Debug, Default)]
struct Known {
    /// Alarms with the stack's tag, and those that were made since.
    ours: BTreeSet<String>,
    /// Alarms under our names without it.
    foreign: BTreeSet<String>,
    /// What CloudWatch learns of each metric for our alarms, by statistic.
    detectors: BTreeMap<MetricRef, BTreeSet<String>>,
    /// Whether the dashboard of our name is ours; absent when there is none.
    dashboard: Option<bool>,
}

impl CloudWatch {
    /// With clients of its own. Changes are tried once: whoever makes them keeps the pace that CloudWatch takes, and a
    /// client that tries again by itself would outrun it.
    pub fn new(config: &SdkConfig) -> Self {
        let once = aws_sdk_cloudwatch::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        let logs = aws_sdk_cloudwatchlogs::Client::new(config);
        let tagging = aws_sdk_resourcegroupstagging::Client::new(config);
        let (reading, changing) =
            (aws_sdk_cloudwatch::Client::new(config), aws_sdk_cloudwatch::Client::from_conf(once));
        Self { reading, changing, logs, tagging, known: Mutex::default() }
    }

    /// With clients at hand.
    pub fn with(
        client: aws_sdk_cloudwatch::Client,
        logs: aws_sdk_cloudwatchlogs::Client,
        tagging: aws_sdk_resourcegroupstagging::Client,
    ) -> Self {
        Self { reading: client.clone(), changing: client, logs, tagging, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the answer is that there is no such thing. CloudWatch has a name for it by operation, and an older one beside
/// it (CloudWatch API Reference, *GetDashboard*, *DeleteAlarms*, *ListTagsForResource*, Errors).
fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    const GONE: [&str; 4] =
        ["ResourceNotFound", "ResourceNotFoundException", "DashboardNotFoundError", "ResourceNotFoundFault"];
    code(error).is_some_and(|code| GONE.contains(&code))
}
