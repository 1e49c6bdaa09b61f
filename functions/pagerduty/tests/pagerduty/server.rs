//! A server on the loopback interface that answers what it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use portcullis_aws::HttpsUrl;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its first line and headers.
    pub(crate) head: String,
    /// Its body.
    pub(crate) body: Value,
}

/// The server; its task ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) url: HttpsUrl,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// An answer with this status, these further header lines and this body.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Word\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// PagerDuty's answer to an event it takes.
pub(crate) fn accepted() -> String {
    answer(202, "", r#"{"status": "success", "message": "Event processed"}"#)
}

impl Server {
    /// Gives one answer after the other, and the last for good; an empty one closes the connection without a word.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v2/enqueue", listener.local_addr().unwrap()).parse().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut answers) = (Arc::clone(&requests), answers.into_iter().collect::<VecDeque<_>>());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                kept.lock().unwrap().push(request);
                let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                let _ = stream.write_all(answer.unwrap_or_default().as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, requests }
    }

    /// What came, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(Request { head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() });
        }
    }
}

/// An address where nothing listens.
pub(crate) async fn nobody() -> HttpsUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/v2/enqueue", listener.local_addr().unwrap()).parse().unwrap()
}
