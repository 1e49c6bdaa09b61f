//! The record as text, its members in the order of CloudTrail's own serialisation.

use std::fmt::Write as _;

use super::Call;
use crate::clock::iso;
use crate::ids::uuid;
use crate::rng::Rng;

/// Which log a record stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home<'h> {
    pub(crate) account: &'h str,
    pub(crate) region: &'h str,
}

/// The record of a call made at `at`, and its event's id.
pub(crate) fn render(call: &Call<'_>, home: Home<'_>, at: i64, rng: &mut Rng) -> (String, String) {
    let mut json = String::with_capacity(1500);
    let event_id = uuid(rng);
    // Writing to a string cannot fail.
    let _ = write(call, home, at, &event_id, rng, &mut json);
    (json, event_id)
}

fn write(
    call: &Call<'_>,
    home: Home<'_>,
    at: i64,
    event_id: &str,
    rng: &mut Rng,
    json: &mut String,
) -> std::fmt::Result {
    let Call { service, name, origin, .. } = call;
    let Home { account, region } = home;
    write!(json, r#"{{"eventVersion":"{}","userIdentity":"#, version(service))?;
    call.identity.write(json);
    write!(
        json,
        r#","eventTime":"{}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{}","userAgent":"{}""#,
        iso(at),
        origin.address,
        origin.agent
    )?;
    if let Some((code, message)) = &call.error {
        // A failed rotation has a message alone.
        if !code.is_empty() {
            write!(json, r#","errorCode":"{code}""#)?;
        }
        write!(json, r#","errorMessage":"{message}""#)?;
    }
    object(json, "requestParameters", &call.request)?;
    object(json, "responseElements", &call.response)?;
    if !call.additional.is_empty() {
        object(json, "additionalEventData", &call.additional)?;
    }
    write!(json, r#","requestID":"{}","eventID":"{event_id}","readOnly":{}"#, uuid(rng), call.read_only)?;
    if !call.resources.is_empty() {
        write!(json, r#","resources":[{}]"#, call.resources)?;
    }
    let kind = if call.event.is_some() { "AwsServiceEvent" } else { "AwsApiCall" };
    write!(json, r#","eventType":"{kind}""#)?;
    if let Some(version) = api_version(service) {
        write!(json, r#","apiVersion":"{version}""#)?;
    }
    write!(json, r#","managementEvent":true,"recipientAccountId":"{account}""#)?;
    if let Some(shared) = &call.shared {
        write!(json, r#","sharedEventID":"{shared}""#)?;
    }
    if let Some(details) = call.event.as_ref().filter(|details| !details.is_empty()) {
        object(json, "serviceEventDetails", details)?;
    }
    if let Some(endpoint) = &origin.endpoint {
        write!(json, r#","vpcEndpointId":"{endpoint}""#)?;
        if version(service) == "1.11" {
            write!(json, r#","vpcEndpointAccountId":"{account}""#)?;
        }
    }
    json.push_str(r#","eventCategory":"Management""#);
    if origin.is_outside() {
        write!(
            json,
            r#","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"{}","clientProvidedHostHeader":"{}"}}"#,
            if *service == "kms" { "TLS_AES_256_GCM_SHA384" } else { "TLS_AES_128_GCM_SHA256" },
            host(service, region)
        )?;
    }
    if call.in_console {
        json.push_str(r#","sessionCredentialFromConsole":"true""#);
    }
    json.push('}');
    Ok(())
}

fn object(json: &mut String, name: &str, members: &str) -> std::fmt::Result {
    if members.is_empty() { write!(json, r#","{name}":null"#) } else { write!(json, r#","{name}":{{{members}}}"#) }
}

/// Services take up new versions of the record one by one.
fn version(service: &str) -> &'static str {
    match service {
        "sts" | "autoscaling" | "elasticloadbalancing" | "dynamodb" => "1.08",
        "secretsmanager" | "logs" | "ecr" => "1.09",
        "ec2" | "rds" => "1.10",
        _ => "1.11",
    }
}

fn api_version(service: &str) -> Option<&'static str> {
    match service {
        "logs" => Some("20140328"),
        "elasticloadbalancing" => Some("2015-12-01"),
        "dynamodb" => Some("2012-08-10"),
        _ => None,
    }
}

fn host(service: &str, region: &str) -> String {
    match service {
        "iam" | "organizations" => format!("{service}.amazonaws.com"),
        "ecr" => format!("api.ecr.{region}.amazonaws.com"),
        "health" => "health.us-east-1.amazonaws.com".to_owned(),
        _ => format!("{service}.{region}.amazonaws.com"),
    }
}
