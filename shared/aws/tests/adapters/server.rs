//! A server on this machine, for adapters that make their own clients: it keeps what it is asked and answers as it is told,
//! so that what is looked at is what goes over the wire.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};

use crate::recorded::Recorded;

/// The access key that every configuration here has.
pub(crate) const OWN_KEY: &str = "AKIAEXAMPLEEXAMPLE99";

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) path: String,
    headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    /// A header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A parameter of a call to IAM or STS, which send forms.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    }

    /// The access key that signed the request.
    pub(crate) fn signed_by(&self) -> &str {
        let credential = self.header("authorization").and_then(|header| header.split_once("Credential=")).unwrap().1;
        credential.split_once('/').unwrap().0
    }
}

/// The text of a form's value: `%3A` is a colon.
fn decoded(value: &str) -> String {
    let mut parts = value.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let byte = u8::from_str_radix(&part[..2], 16).unwrap();
        text + &char::from(byte).to_string() + &part[2..]
    })
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply(pub(crate) u16, pub(crate) String);

/// A server on this machine.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    asked: Recorded<Asked>,
}

impl Server {
    /// One that answers every request so, and never where there is no answer.
    pub(crate) fn answering(answer: impl Fn(&Asked) -> Option<Reply> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Recorded::default());
        let kept: Recorded<Asked> = asked.clone();
        thread::spawn(move || {
            let mut silent = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = read(&stream) else { continue };
                kept.keep(&request);
                match answer(&request) {
                    Some(reply) => write(&mut stream, &reply),
                    None => silent.push(stream),
                }
            }
        });
        Self { address, asked }
    }

    /// One that gives the same answer to everything.
    pub(crate) fn always(status: u16, body: impl Into<String>) -> Self {
        let reply = Reply(status, body.into());
        Self::answering(move |_| Some(reply.clone()))
    }

    /// What leads every client there: loaded as the functions load theirs, but for a Region and credentials that are given,
    /// and calls that are made once.
    pub(crate) async fn config(&self) -> SdkConfig {
        let credentials = Credentials::new(OWN_KEY, "example", None, None, "test");
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(format!("http://{}", self.address))
            .retry_config(RetryConfig::disabled())
            .load()
            .await
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.all()
    }

    /// The one request that came.
    pub(crate) fn only(&self) -> Asked {
        self.asked.only()
    }
}

/// One request; nothing when the other side says nothing.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8(body).unwrap() })
}

/// Answers, and is done with the connection. A client that left does not hear it.
fn write(stream: &mut TcpStream, Reply(status, body): &Reply) {
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _heard = stream.write_all(format!("{head}{body}").as_bytes());
}
