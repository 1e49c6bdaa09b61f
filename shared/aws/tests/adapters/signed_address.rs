//! Answers that are put to an address that AWS signed.

use std::time::Duration;

use portcullis_aws::{Https, HttpsUrl};
use portcullis_response::PortErrorKind;

use crate::server::Server;

const TIME: Duration = Duration::from_secs(5);

async fn address(server: &Server) -> HttpsUrl {
    let config = server.config().await;
    format!("{}/answer?X-Amz-Signature=secret", config.endpoint_url().unwrap()).parse().unwrap()
}

/// The signature may cover the content type, of which there is none; and S3 takes no body of unknown length.
#[tokio::test]
async fn what_is_put() {
    let server = Server::always(200, "");
    let answer = Https::new().put_signed(&address(&server).await, "{}".to_owned(), TIME).await.unwrap();
    assert_eq!(answer.status, 200);
    let asked = server.only();
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("PUT", "{}"));
    assert_eq!(asked.path, "/answer?X-Amz-Signature=secret");
    assert_eq!((asked.header("content-type"), asked.header("content-length")), (Some(""), Some("2")));
}

/// Whoever has the address may put there.
#[tokio::test]
async fn no_error_shows_the_signature() {
    let server = Server::answering(|_| None);
    let url = address(&server).await;
    let error = Https::new().put_signed(&url, "{}".to_owned(), Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Retryable);
    let shown = error.chain();
    assert!(shown.contains("/answer") && shown.contains("no answer within") && !shown.contains("secret"), "{shown}");
}
