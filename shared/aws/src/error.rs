//! SDK errors in our words: what was attempted, on which thing, what AWS answered, whether trying again can help.

use std::error::Error;
use std::fmt;

use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use portcullis_domain::error_chain;
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

/// The codes that say "later", beside the statuses 408, 429 and from 500 up
/// (AWS SDKs and Tools Reference Guide, *Retry behavior*, and the API references of the services).
const RETRYABLE: [&str; 23] = [
    "BandwidthLimitExceeded",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "EntityTemporarilyUnmodifiable",
    "KMSThrottling",
    "OperationAbortedException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ResourceNotReady",
    "ServiceFailure",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "TransactionInProgress",
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
            let status = context.raw().status().as_u16();
            let retryable = RETRYABLE.contains(&code) || matches!(status, 408 | 429 | 500..);
            (kind(retryable), format!("{code}: {message}"))
        }
        SdkError::ConstructionFailure(_) => (PortErrorKind::Refused, error_chain(&error)),
        // No answer, or half of one.
        _ => (PortErrorKind::Retryable, error_chain(&error)),
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
