//! The one secret that a function of Portcullis reads: its own.

use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use portcullis_response::PortError;

use crate::error::{malformed, port_error};

/// A secret in Secrets Manager that was made for Portcullis.
#[derive(Clone, Debug)]
pub struct Secret {
    client: Client,
    id: String,
}

/// A secret's text. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The text, for whoever must use it. It belongs in no log and no error.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

impl Secret {
    /// The secret of that ARN, with a client of its own.
    pub fn new(config: &SdkConfig, id: impl Into<String>) -> Self {
        Self::with(Client::new(config), id)
    }

    /// With a client at hand.
    pub fn with(client: Client, id: impl Into<String>) -> Self {
        Self { client, id: id.into() }
    }

    /// Its ARN.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its current text (`AWSCURRENT`).
    ///
    /// # Errors
    ///
    /// When Secrets Manager does not answer or refuses, or the secret holds bytes rather than a text.
    pub async fn read(&self) -> Result<SecretText, PortError> {
        let what = || format!("failed to read secret `{}`", self.id);
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await;
        let answer = answer.map_err(|error| port_error(what(), error))?;
        let text =
            answer.secret_string.ok_or_else(|| malformed(what(), "it holds bytes; store the key as a string"))?;
        Ok(SecretText(text))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueInput, GetSecretValueOutput};
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
    use aws_smithy_types::Blob;
    use portcullis_response::PortErrorKind;
    use test_case::test_case;

    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:portcullis/pagerduty-AbCdEf";

    fn secret(rule: &Rule) -> Secret {
        Secret::with(mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [rule]), ARN)
    }

    #[tokio::test]
    async fn the_current_text_of_that_secret() {
        let is_current = |call: &GetSecretValueInput| {
            call.secret_id() == Some(ARN) && call.version_id().or(call.version_stage()).is_none()
        };
        let read = mock!(Client::get_secret_value)
            .match_requests(is_current)
            .then_output(|| GetSecretValueOutput::builder().secret_string("the text").build());
        let text = secret(&read).read().await.unwrap();
        assert_eq!(text.reveal(), "the text");
        assert_eq!(format!("{text:?}"), "SecretText(hidden)");
    }

    #[tokio::test]
    async fn bytes_are_no_text() {
        let read = mock!(Client::get_secret_value)
            .then_output(|| GetSecretValueOutput::builder().secret_binary(Blob::new("the text")).build());
        let error = secret(&read).read().await.unwrap_err();
        assert_eq!(error.chain(), format!("failed to read secret `{ARN}`: it holds bytes; store the key as a string"));
        assert_eq!(error.kind, PortErrorKind::Refused);
    }

    /// Secrets Manager speaks JSON (Secrets Manager API Reference, *GetSecretValue*, Errors).
    #[test_case(400, "ResourceNotFoundException", PortErrorKind::Refused)]
    #[test_case(400, "AccessDeniedException", PortErrorKind::Refused)]
    #[test_case(400, "ThrottlingException", PortErrorKind::Retryable)]
    #[test_case(500, "InternalServiceError", PortErrorKind::Retryable)]
    #[tokio::test(start_paused = true)]
    async fn a_refusal_names_the_secret(status: u16, code: &str, kind: PortErrorKind) {
        let body = format!(r#"{{"__type":"{code}","Message":"No."}}"#);
        let read = mock!(Client::get_secret_value).sequence().http_status(status, Some(body)).repeatedly().build();
        let error = secret(&read).read().await.unwrap_err();
        assert_eq!(error.chain(), format!("failed to read secret `{ARN}`: {code}: No."));
        assert_eq!(error.kind, kind);
    }
}
