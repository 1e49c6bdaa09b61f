//! One access as evidence: action, outcome, origin, time.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An API call: the service's endpoint prefix and the operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Action {
    /// `kms`, `secretsmanager`, `cloudtrail`: `eventSource` without `.amazonaws.com`.
    pub service: String,
    /// `Decrypt`, `GetSecretValue`: `eventName`.
    pub name: String,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No error in the record.
    Success,
    /// Refused for want of permission.
    Denied,
    /// Any other error.
    Failed,
}

impl Outcome {
    /// The word used in rules, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a call came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// `sourceIPAddress`, understood.
    pub source: Source,
    /// `userAgent`, as sent: chosen by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// `vpcEndpointId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<String>,
}

/// `sourceIPAddress`: an address, the DNS name of an AWS service, or `AWS Internal`
/// (CloudTrail User Guide, *CloudTrail record contents*).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "kebab-case")]
pub enum Source {
    /// An address.
    Ip(IpAddr),
    /// An AWS service, by its DNS name.
    Service(String),
    /// `AWS Internal`.
    AwsInternal,
    /// Something else, as sent.
    Other(String),
    /// The record has none.
    #[default]
    Missing,
}

/// The kind of network a call came from (`portcullis.origin.network`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Through a VPC endpoint.
    VpcEndpoint,
    /// From an AWS service.
    Aws,
    /// A private, loopback or link-local address.
    Private,
    /// Any other address.
    Public,
    /// Not told.
    Unknown,
}

impl Network {
    /// The word used in rules and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VpcEndpoint => "vpc-endpoint",
            Self::Aws => "aws",
            Self::Private => "private",
            Self::Public => "public",
            Self::Unknown => "unknown",
        }
    }
}

impl Origin {
    /// The kind of network.
    pub fn network(&self) -> Network {
        match &self.source {
            // A service's calls may carry an endpoint that belongs to AWS, so the service is looked at first.
            Source::Service(_) | Source::AwsInternal => Network::Aws,
            _ if self.vpc_endpoint.is_some() => Network::VpcEndpoint,
            Source::Ip(ip) if is_private(*ip) => Network::Private,
            Source::Ip(_) => Network::Public,
            Source::Other(_) | Source::Missing => Network::Unknown,
        }
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local(),
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Service(name) | Self::Other(name) => f.write_str(name),
            Self::AwsInternal => f.write_str("AWS Internal"),
            Self::Missing => f.write_str("unknown"),
        }
    }
}

/// One record that a finding rests on. Holds what a reader needs, and the hash of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `eventID`, where the record has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// `eventTime`, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What was called.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
    /// `errorCode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Where it came from.
    pub origin: Origin,
    /// The AWS service that made the call with the actor's rights (`invokedBy`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Lower-case hexadecimal SHA-256 of the record's JSON as received.
    pub record_sha256: String,
}
