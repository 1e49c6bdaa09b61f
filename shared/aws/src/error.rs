//! SDK errors in our words: what was attempted, on which thing, what AWS answered, whether trying again can help.

use std::error::Error;
use std::fmt;

use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use portcullis_response::{PortError, PortErrorKind};

/// What AWS answered.
#[derive(Debug)]
struct Answer(String);

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Answer {}

/// The codes that say "later", beside every status from 500 up
/// (AWS SDKs and Tools Reference Guide, *Retry behavior*, and the IAM and DynamoDB API references).
const RETRYABLE: [&str; 13] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestThrottled",
    "SlowDown",
    "ServiceFailure",
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
    "ResourceNotReady",
];

/// Wraps an SDK error; `what` reads ``failed to attach … to role `…` ``.
#[expect(clippy::needless_pass_by_value, reason = "called from `map_err`")]
pub(crate) fn port_error<E>(what: impl Into<String>, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let (kind, answer) = match &error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("no error code");
            let message = context.err().message().unwrap_or("no message");
            let retryable = RETRYABLE.contains(&code) || context.raw().status().as_u16() >= 500;
            (kind(retryable), format!("{code}: {message}"))
        }
        SdkError::ConstructionFailure(_) => (PortErrorKind::Refused, DisplayErrorContext(&error).to_string()),
        // No answer, or half of one.
        _ => (PortErrorKind::Retryable, DisplayErrorContext(&error).to_string()),
    };
    PortError { what: what.into(), kind, source: Some(Box::new(Answer(answer))) }
}

const fn kind(retryable: bool) -> PortErrorKind {
    if retryable { PortErrorKind::Retryable } else { PortErrorKind::Refused }
}

/// A failure that is not the SDK's: an item that cannot be read, an answer without what it must hold.
pub(crate) fn malformed(what: impl Into<String>, why: impl fmt::Display) -> PortError {
    PortError { what: what.into(), kind: PortErrorKind::Refused, source: Some(Box::new(Answer(why.to_string()))) }
}

/// The error code of a service's answer.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}
