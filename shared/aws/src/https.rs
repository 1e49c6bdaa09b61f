//! Posts JSON to a service that is not AWS's, and puts answers to addresses that AWS hands out, over the HTTP client that
//! the SDK brings.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use portcullis_response::{PortError, PortErrorKind};

/// How long connecting may take: the rest of a try is for the answer.
const CONNECT: Duration = Duration::from_secs(3);

/// What is kept of an answer, in bytes. Nobody reads more of it, and the other side may be anything.
const ANSWER: usize = 64 * 1024;

/// An address that may be posted to: `https`, or `http` to the machine itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpsUrl(String);

/// The text is not such an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` must begin with `https://` and name a host (`http://` is for a loopback host only)")]
pub struct HttpsUrlError(String);

impl FromStr for HttpsUrl {
    type Err = HttpsUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || HttpsUrlError(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(error)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let clean = text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        // Before an `@` stands a user, which may look like a host.
        if !clean || authority.contains('@') {
            return Err(error());
        }
        let host = host(authority);
        match scheme {
            "https" if !host.is_empty() => Ok(Self(text.to_owned())),
            "http" if is_loopback(host) => Ok(Self(text.to_owned())),
            _ => Err(error()),
        }
    }
}

/// The host without its port, and without the brackets of an IPv6 address.
fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or(authority),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long the server asks to be left alone, where it says so in seconds (RFC 9110, section 10.2.3; the form with a
    /// date is not read).
    pub retry_after: Option<Duration>,
    /// The body's beginning, at most 64 KiB.
    pub body: String,
}

/// A client. Connections are kept for the next request.
#[derive(Clone, Debug)]
pub struct Https(SharedHttpConnector);

impl Https {
    /// With the TLS, the trusted roots and the proxy variables that the SDK itself uses.
    pub fn new() -> Self {
        let connector: Connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
            .proxy_config(ProxyConfig::from_env())
            .build();
        Self(SharedHttpConnector::new(connector))
    }

    /// Posts `body` and reads the answer, all of it within `time`. Redirections are answers like any other.
    ///
    /// # Errors
    ///
    /// When there was no answer: the request may have arrived all the same.
    pub async fn post_json(&self, url: &HttpsUrl, body: String, time: Duration) -> Result<Answer, PortError> {
        Self::within(time, format!("failed to post to `{url}`"), self.exchange("POST", "application/json", url, body))
            .await
    }

    /// Puts `body` to an address that was signed for it, and reads the answer, all of it within `time`.
    ///
    /// There is no content type, which such a signature may cover (CloudFormation User Guide, *`cfn-response` module*: the
    /// header is sent empty). Whoever has the address may put: no error shows its query.
    ///
    /// # Errors
    ///
    /// When there was no answer: the request may have arrived all the same.
    pub async fn put_signed(&self, url: &HttpsUrl, body: String, time: Duration) -> Result<Answer, PortError> {
        let shown = url.0.split('?').next().unwrap_or_default();
        Self::within(time, format!("failed to put to `{shown}`"), self.exchange("PUT", "", url, body)).await
    }

    async fn within(
        time: Duration,
        what: String,
        exchange: impl Future<Output = Result<Answer, Box<dyn Error + Send + Sync>>>,
    ) -> Result<Answer, PortError> {
        let source = match tokio::time::timeout(time, exchange).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error,
            Err(_) => format!("no answer within {time:?}").into(),
        };
        Err(PortError { what, kind: PortErrorKind::Retryable, source: Some(source) })
    }

    async fn exchange(
        &self,
        method: &str,
        content_type: &'static str,
        url: &HttpsUrl,
        body: String,
    ) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method)?;
        request.set_uri(url.0.as_str())?;
        request.headers_mut().insert("content-type", content_type);
        request.headers_mut().insert("user-agent", "portcullis");
        let response = self.0.call(request).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|seconds| seconds.trim().parse::<u32>().ok());
        let body = beginning(ByteStream::new(response.into_body())).await;
        Ok(Answer { status, retry_after: retry_after.map(|seconds| Duration::from_secs(seconds.into())), body })
    }
}

impl Default for Https {
    fn default() -> Self {
        Self::new()
    }
}

/// As much of the body as came and is kept. The status has said what counts: a body that breaks off takes nothing from it.
async fn beginning(mut body: ByteStream) -> String {
    let mut bytes = Vec::new();
    while let Some(Ok(chunk)) = body.next().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER {
            break;
        }
    }
    bytes.truncate(ANSWER);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("https://events.pagerduty.com/v2/enqueue", true)]
    #[test_case("https://events.eu.pagerduty.com/v2/enqueue", true)]
    #[test_case("http://127.0.0.1:8080/v2/enqueue", true)]
    #[test_case("http://[::1]:8080/v2/enqueue", true)]
    #[test_case("http://localhost:8080", true)]
    #[test_case("http://events.pagerduty.com/v2/enqueue", false ; "in clear")]
    #[test_case("http://203.0.113.7/", false ; "in clear to an address")]
    #[test_case("http://localhost@203.0.113.7/", false ; "a user that looks like a host")]
    #[test_case("http://localhost.example.com/", false ; "a name that begins like one")]
    #[test_case("https://events.pagerduty.com@203.0.113.7/", false ; "a user over TLS")]
    #[test_case("https://", false ; "no host")]
    #[test_case("https:///v2/enqueue", false ; "no host but a path")]
    #[test_case("https://events.pagerduty.com/\r\nHost: x", false ; "a line break")]
    #[test_case("ftp://localhost/", false ; "another scheme")]
    #[test_case("events.pagerduty.com", false ; "no scheme")]
    #[test_case("", false ; "nothing")]
    fn addresses(text: &str, taken: bool) {
        assert_eq!(text.parse::<HttpsUrl>().is_ok(), taken);
    }
}
