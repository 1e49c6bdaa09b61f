//! What a finding rests on, as OCSF has evidence artifacts.

use portcullis_domain::{Evidence, Finding, Outcome, Source};
use serde_json::{Value, json};

use super::{actor, object};

/// `evidences`, one for each record.
pub(super) fn evidences(finding: &Finding) -> Value {
    let all: Vec<Value> = finding.evidence.iter().map(|evidence| artifact(finding, evidence)).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

fn artifact(finding: &Finding, evidence: &Evidence) -> Value {
    let error = match evidence.outcome {
        Outcome::Success => Value::Null,
        Outcome::Denied | Outcome::Failed => {
            object([("error", json!(evidence.error_code.as_deref().unwrap_or(evidence.outcome.as_str())))])
        }
    };
    let api = object([
        ("operation", json!(evidence.action.name)),
        ("service", json!({"name": format!("{}.amazonaws.com", evidence.action.service)})),
        ("response", error),
    ]);
    let agent = evidence.origin.user_agent.as_ref();
    object([
        ("uid", json!(evidence.event_id)),
        ("name", json!("CloudTrail record")),
        // Of a burst by several nobody can tell from the finding who made this call.
        ("actor", if several(finding) { Value::Null } else { actor::actor(&finding.actor, evidence.via.as_deref()) }),
        ("api", api),
        ("src_endpoint", endpoint(evidence)),
        ("http_request", agent.map_or(Value::Null, |agent| json!({"user_agent": agent}))),
        (
            "data",
            object([
                ("time", json!(evidence.time)),
                ("outcome", json!(evidence.outcome)),
                ("record_sha256", json!(evidence.record_sha256)),
            ]),
        ),
    ])
}

fn several(finding: &Finding) -> bool {
    finding.burst.as_ref().is_some_and(|burst| !burst.actors.is_empty())
}

fn endpoint(evidence: &Evidence) -> Value {
    let origin = &evidence.origin;
    let (ip, service, name) = match &origin.source {
        Source::Ip(ip) => (json!(ip), Value::Null, Value::Null),
        Source::Service(service) => (Value::Null, json!(service), Value::Null),
        Source::AwsInternal => (Value::Null, json!("AWS Internal"), Value::Null),
        Source::Other(name) => (Value::Null, Value::Null, json!(name)),
        Source::Missing => (Value::Null, Value::Null, Value::Null),
    };
    let endpoint = object([("ip", ip), ("svc_name", service), ("name", name), ("uid", json!(origin.vpc_endpoint))]);
    if endpoint.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { endpoint }
}
