//! Calls that are made only to be recorded: when they do not come back from CloudTrail, Portcullis sees nothing.

use aws_config::SdkConfig;
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use portcullis_response::PortError;

use crate::error::{code, port_error};

/// The key that is asked for, by an alias that AWS keeps for itself. There may be none: that is recorded just as well.
const KEY: &str = "alias/aws/secretsmanager";

/// Answers that are recorded as a success is: there is no such thing, or nobody may look at it (CloudTrail User Guide,
/// *CloudTrail record contents*, `errorCode`).
const RECORDED: [&str; 3] = ["NotFoundException", "ResourceNotFoundException", "AccessDeniedException"];

/// Makes the calls.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    kms: aws_sdk_kms::Client,
    secrets: aws_sdk_secretsmanager::Client,
    secret: String,
}

impl Heartbeat {
    /// For the stack of that name, with clients of its own.
    pub fn new(config: &SdkConfig, stack: &str) -> Self {
        Self::with(aws_sdk_kms::Client::new(config), aws_sdk_secretsmanager::Client::new(config), stack)
    }

    /// With clients at hand.
    pub fn with(kms: aws_sdk_kms::Client, secrets: aws_sdk_secretsmanager::Client, stack: &str) -> Self {
        Self { kms, secrets, secret: format!("{stack}-heartbeat") }
    }

    /// Asks KMS for a key: `kms:DescribeKey` of `alias/aws/secretsmanager`.
    ///
    /// # Errors
    ///
    /// When KMS does not answer, or in a way that says nothing about whether the call was recorded.
    pub async fn kms(&self) -> Result<(), PortError> {
        let answer = self.kms.describe_key().key_id(KEY).send().await;
        recorded(answer.map(drop), || format!("failed to ask KMS for key `{KEY}`, as a heartbeat"))
    }

    /// Asks Secrets Manager for a secret that does not exist: `secretsmanager:DescribeSecret` of `STACK-heartbeat`.
    ///
    /// # Errors
    ///
    /// As [`Heartbeat::kms`].
    pub async fn secrets_manager(&self) -> Result<(), PortError> {
        let secret = &self.secret;
        let answer = self.secrets.describe_secret().secret_id(secret).send().await;
        recorded(answer.map(drop), || format!("failed to ask Secrets Manager for secret `{secret}`, as a heartbeat"))
    }
}

fn recorded<E>(answer: Result<(), SdkError<E, HttpResponse>>, what: impl FnOnce() -> String) -> Result<(), PortError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Err(error) if code(&error).is_none_or(|code| !RECORDED.contains(&code)) => Err(port_error(what(), error)),
        _ => Ok(()),
    }
}
