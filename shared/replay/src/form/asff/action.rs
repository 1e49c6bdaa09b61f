//! The call that was made, as ASFF has actions.

use std::net::IpAddr;

use portcullis_domain::{Finding, Source};
use serde_json::{Map, Value, json};

use super::{limited, time};

/// `Action` of the newest record; absent when there is none.
pub(super) fn action(finding: &Finding) -> Option<Value> {
    let evidence = finding.evidence.iter().max_by_key(|evidence| evidence.time)?;
    let same = || finding.evidence.iter().filter(|other| other.action == evidence.action);
    let mut call = Map::new();
    let mut put = |name: &str, value: Value| call.insert(name.to_owned(), value);
    put("Api", limited(&evidence.action.name, 128).into());
    put("ServiceName", limited(&format!("{}.amazonaws.com", evidence.action.service), 128).into());
    if let Some(first) = same().filter_map(|evidence| evidence.time).min() {
        put("FirstSeen", time(first).into());
    }
    if let Some(last) = evidence.time {
        put("LastSeen", time(last).into());
    }
    match &evidence.origin.source {
        // There is no place for an address of the newer kind; the product fields have it.
        Source::Ip(ip) => {
            put("CallerType", "remoteIp".into());
            if let IpAddr::V4(ip) = ip.to_canonical() {
                put("RemoteIpDetails", json!({"IpAddressV4": ip}));
            }
        }
        Source::Service(name) => {
            put("CallerType", "domain".into());
            put("DomainDetails", json!({"Domain": limited(name, 128)}));
        }
        Source::AwsInternal | Source::Other(_) | Source::Missing => {}
    }
    Some(json!({"ActionType": "AWS_API_CALL", "AwsApiCallAction": call}))
}
