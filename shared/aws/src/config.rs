//! Clients' configuration, read once at start-up.

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};

/// Loads Region, credentials and endpoint from where every AWS tool takes them; `region` overrides the Region.
///
/// A call is tried five times, each attempt within ten seconds: a function has a minute, and IAM is throttled in bursts.
pub async fn load(region: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(std::time::Duration::from_secs(10)).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts);
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    loader.load().await
}
