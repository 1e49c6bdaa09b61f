//! What came of a call, for scenarios in which a denial is the point.

use std::fmt::Debug;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It went through.
    Allowed,
    /// It was refused for want of permission, with this message.
    Denied(String),
    /// It failed in another way, with this code and message.
    Failed(String),
}

impl Outcome {
    /// What came of a call, by the SDK's answer.
    pub fn of<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Self
    where
        E: ProvideErrorMetadata + Debug,
        R: Debug,
    {
        let Err(error) = answer else { return Self::Allowed };
        let (code, message) = match &error {
            SdkError::ServiceError(answered) => (answered.err().code(), answered.err().message()),
            _ => return Self::Failed(format!("{error:?}")),
        };
        let (code, message) = (code.unwrap_or("(no code)"), message.unwrap_or("(no message)"));
        // IAM, SQS and STS answer `AccessDenied`, the JSON services `AccessDeniedException`.
        if code.starts_with("AccessDenied") {
            Self::Denied(message.to_owned())
        } else {
            Self::Failed(format!("{code}: {message}"))
        }
    }

    /// Whether it was refused.
    pub const fn is_denied(&self) -> bool {
        matches!(self, Self::Denied(_))
    }
}
