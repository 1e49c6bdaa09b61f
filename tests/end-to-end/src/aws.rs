//! One principal's view of the emulated AWS: its credentials and a client of every service.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::Credentials;

use crate::REGION;

/// The credentials of a principal and where to use them.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    credentials: Credentials,
    url: String,
}

impl Aws {
    /// The principal that holds `credentials`, at the emulator at `url`.
    pub async fn new(url: &str, credentials: Credentials) -> Self {
        Self::in_region_of(url, credentials, REGION).await
    }

    async fn in_region_of(url: &str, credentials: Credentials, region: &'static str) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region))
            .endpoint_url(url)
            .credentials_provider(credentials.clone())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .load()
            .await;
        Self { config, credentials, url: url.to_owned() }
    }

    /// The root user of `account`, whose access key the emulator takes from the account's number.
    pub async fn root(url: &str, account: &str) -> Self {
        Self::new(url, Credentials::new(account, "test", None, None, "root")).await
    }

    /// The same emulator with other credentials.
    #[must_use]
    pub async fn with(&self, credentials: Credentials) -> Self {
        Self::new(&self.url, credentials).await
    }

    /// Where an object is, for a service that fetches it by itself.
    pub fn object_url(&self, bucket: &str, key: &str) -> String {
        format!("{}/{bucket}/{key}", self.url)
    }

    /// The same principal in another Region.
    #[must_use]
    pub async fn in_region(&self, region: &'static str) -> Self {
        Self::in_region_of(&self.url, self.credentials.clone(), region).await
    }

    /// What a command needs in its environment to be this principal.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", REGION.to_owned()),
            // The AWS CLI before version 2 reads only this one.
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", self.credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", self.credentials.secret_access_key().to_owned()),
        ];
        variables.extend(self.credentials.session_token().map(|token| ("AWS_SESSION_TOKEN", token.to_owned())));
        variables
    }

    /// CloudFormation.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    /// CloudTrail.
    pub fn cloudtrail(&self) -> aws_sdk_cloudtrail::Client {
        aws_sdk_cloudtrail::Client::new(&self.config)
    }

    /// CloudWatch.
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }

    /// DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// IAM.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config)
    }

    /// KMS.
    pub fn kms(&self) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::new(&self.config)
    }

    /// Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }

    /// CloudWatch Logs.
    pub fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.config)
    }

    /// S3.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// Secrets Manager.
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// SNS.
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.config)
    }

    /// SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// STS.
    pub fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.config)
    }
}
