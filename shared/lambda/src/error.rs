//! The four kinds of failure at the Lambda boundary, each with a stable `error_type` that alarms can match.

use lambda_runtime::Diagnostic;
use portcullis_response::{PortError, PortErrorKind};

/// Why a message or an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum FunctionError {
    /// The input makes no sense. Trying again cannot help; it ends in the dead-letter queue, where it is kept.
    #[error("{0}")]
    Rejected(String),
    /// Something did not answer. Trying again may help.
    #[error("{0}")]
    Retryable(String),
    /// The function was deployed or configured wrongly. Somebody must mend that; until then nothing is lost.
    #[error("{0}")]
    Misconfigured(String),
}

impl FunctionError {
    /// The word that alarms and log queries match.
    pub const fn error_type(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "Rejected",
            Self::Retryable(_) => "Retryable",
            Self::Misconfigured(_) => "Misconfigured",
        }
    }
}

impl From<PortError> for FunctionError {
    fn from(error: PortError) -> Self {
        match error.kind {
            PortErrorKind::Retryable => Self::Retryable(error.chain()),
            PortErrorKind::Refused | PortErrorKind::QuotaFull => Self::Misconfigured(error.chain()),
        }
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}
