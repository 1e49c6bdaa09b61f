//! Calls a function and waits for its answer.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_smithy_types::Blob;
use portcullis_response::PortError;

use crate::error::{malformed, port_error};

/// Invokes `function` with `payload`; answers with its answer.
///
/// # Errors
///
/// When Lambda refuses or the function fails; the function's own error is in the text.
pub async fn invoke(config: &SdkConfig, function: &str, payload: String) -> Result<Vec<u8>, PortError> {
    let what = || format!("failed to invoke function `{function}`");
    let call = Client::new(config).invoke().function_name(function).payload(Blob::new(payload));
    let answer = call.send().await.map_err(|error| port_error(what(), error))?;
    let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
    match answer.function_error {
        None => Ok(body),
        Some(_) => Err(malformed(what(), String::from_utf8_lossy(&body))),
    }
}
