//! What S3 refuses, and what to do about it.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use portcullis_response::PortError;

use crate::error::{code, malformed, port_error};

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked<'k> {
    /// A listing.
    List,
    /// An object.
    Get(&'k str),
}

/// The error with what to do; an error that nobody can do anything about as it is.
pub(super) fn refusal<E>(what: String, bucket: &str, asked: Asked<'_>, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let Some(help) = code(&error).and_then(|code| help(code, bucket, asked)) else { return port_error(what, error) };
    let said = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or("no message");
    let said = said.trim_end_matches('.');
    malformed(what, format!("{}: {said}; {help}", code(&error).unwrap_or_default()))
}

/// The codes are those of the S3 API Reference, *Error responses*.
fn help(code: &str, bucket: &str, asked: Asked<'_>) -> Option<String> {
    let help = match (code, asked) {
        ("AccessDenied", Asked::List) => format!("listing it takes `s3:ListBucket` on arn:aws:s3:::{bucket}"),
        ("AccessDenied", Asked::Get(key)) => format!(
            "reading it takes `s3:GetObject` on arn:aws:s3:::{bucket}/{key}, and `kms:Decrypt` on the key that it is encrypted with, if \
             it is one of KMS"
        ),
        ("NoSuchBucket", _) => "is the name right?".to_owned(),
        ("NoSuchKey", _) => "it was listed and is gone: a lifecycle rule or somebody deleted it in between".to_owned(),
        ("InvalidObjectState", Asked::Get(_)) => {
            "it is archived: restore it with `aws s3api restore-object`, wait until that is done, and replay again"
                .to_owned()
        }
        ("PermanentRedirect" | "AuthorizationHeaderMalformed", _) => {
            "the bucket is in another Region: name that one in AWS_REGION".to_owned()
        }
        _ => return None,
    };
    Some(help)
}
