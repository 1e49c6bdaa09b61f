//! Open Cybersecurity Schema Framework 1.5.0, class *Detection Finding* (2004), one event on each line
//! (<https://schema.ocsf.io/1.5.0/classes/detection_finding>).

mod actor;
#[cfg(test)]
mod checker;
mod evidence;
#[cfg(test)]
mod schema;

use jiff::Timestamp;
use portcullis_domain::{Asset, Finding, Severity};
use portcullis_response::Entry;
use serde_json::{Map, Value, json};

use super::{Done, Told, escape};

/// The version of the schema.
pub const VERSION: &str = "1.5.0";

/// The events: the findings in the order of the events, then those in shadow, which are no alerts.
///
/// # Errors
///
/// When something cannot be told in JSON.
pub fn lines(told: &Told<'_>) -> serde_json::Result<Vec<String>> {
    let decided = told.replay.entries.iter().map(|entry| event(told, &entry.finding, Some(entry)));
    let shadow = told.replay.in_shadow.iter().map(|finding| event(told, finding, None));
    decided.chain(shadow).map(|event| escape::one_line(&event)).collect()
}

/// A finding as an event; in shadow without an entry.
fn event(told: &Told<'_>, finding: &Finding, entry: Option<&Entry>) -> Value {
    let rule = told.rules.rule(&finding.rule.id);
    let burst = finding.burst.as_ref();
    let times = || finding.evidence.iter().filter_map(|evidence| evidence.time);
    let first = burst.map(|burst| burst.first).or_else(|| times().min());
    let last = burst.map(|burst| burst.last).or_else(|| times().max());
    let severity = severity(finding.rule.severity);
    let mut labels = vec!["replay"];
    labels.extend(entry.is_none().then_some("shadow"));
    let description = rule.map(|rule| rule.description.clone()).filter(|text| !text.is_empty());
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            event.insert(name.to_owned(), value);
        }
    };
    put("activity_id", 1.into());
    put("activity_name", "Create".into());
    put("category_uid", 2.into());
    put("category_name", "Findings".into());
    put("class_uid", 2004.into());
    put("class_name", "Detection Finding".into());
    put("type_uid", 200_401.into());
    put("type_name", "Detection Finding: Create".into());
    put("severity_id", severity.0.into());
    put("severity", severity.1.into());
    // Nobody has looked at it.
    put("status_id", 1.into());
    put("status", "New".into());
    // A finding is made when its last event is known; one without a time is as old as the replay.
    put("time", last.unwrap_or(told.made).as_millisecond().into());
    put("start_time", millisecond(first));
    put("end_time", millisecond(last));
    put("count", burst.map_or(1, |burst| burst.events).into());
    put("is_alert", entry.is_some().into());
    put("message", message(finding, entry).into());
    put(
        "metadata",
        json!({
            "version": VERSION,
            "uid": finding.id,
            "event_code": finding.rule.id,
            "labels": labels,
            "log_name": "AWS CloudTrail",
            "processed_time": told.made.as_millisecond(),
            "profiles": ["cloud"],
            "product": {"name": "Portcullis", "vendor_name": "Portcullis", "version": told.version},
        }),
    );
    put("cloud", cloud(finding));
    put(
        "finding_info",
        object([
            ("uid", json!(finding.id)),
            ("title", json!(finding.rule.title)),
            ("desc", json!(description)),
            ("types", json!(rule.map(|rule| rule.tactics.clone()).filter(|tactics| !tactics.is_empty()))),
            ("analytic", analytic(finding)),
            ("attacks", attacks(&finding.rule.attack, rule.map_or(&[], |rule| &rule.tactics))),
            ("data_sources", json!(["AWS CloudTrail"])),
            ("created_time", millisecond(last)),
            ("first_seen_time", millisecond(first)),
            ("last_seen_time", millisecond(last)),
            ("related_events_count", burst.map_or(finding.evidence.len(), |burst| burst.events).into()),
        ]),
    );
    put("evidences", evidence::evidences(finding));
    put("resources", resources(finding));
    put("remediation", rule.map_or(Value::Null, remediation));
    put("unmapped", unmapped(finding, entry));
    Value::Object(event)
}

/// An object without what is not known.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn millisecond(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, |time| time.as_millisecond().into())
}

/// `severity_id` and its caption.
const fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn message(finding: &Finding, entry: Option<&Entry>) -> String {
    let actor = crate::names::actor(&finding.actor.principal);
    let done = entry.map_or("in shadow", |entry| Done::of(entry).in_words());
    format!("{}: {actor} on {} ({done})", finding.rule.title, crate::names::assets(finding))
}

fn cloud(finding: &Finding) -> Value {
    let account = finding.account.as_ref().map(|account| json!({"uid": account, "type": "AWS Account", "type_id": 10}));
    object([("provider", json!("AWS")), ("region", json!(finding.region)), ("account", json!(account))])
}

fn analytic(finding: &Finding) -> Value {
    // 1 is `Rule`.
    json!({"uid": finding.rule.id, "name": finding.rule.title, "type_id": 1, "type": "Rule"})
}

/// Techniques and tactics, each as an object of its own: which technique serves which tactic, a rule does not tell.
fn attacks(techniques: &[String], tactics: &[String]) -> Value {
    let url = |id: &str| format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"));
    let technique = |id: &String| match id.split_once('.') {
        None => json!({"technique": {"uid": id, "src_url": url(id)}}),
        Some((whole, _)) => {
            json!({"technique": {"uid": whole, "src_url": url(whole)}, "sub_technique": {"uid": id, "src_url": url(id)}})
        }
    };
    let tactic = |name: &String| json!({"tactic": {"name": words(name)}});
    let all: Vec<Value> = techniques.iter().map(technique).chain(tactics.iter().map(tactic)).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

/// `credential-access` → `Credential Access`.
pub(super) fn words(tactic: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let small = |text: &str| ["and", "of"].contains(&text);
    let words: Vec<String> =
        tactic.split('-').map(|text| if small(text) { text.to_owned() } else { word(text) }).collect();
    words.join(" ")
}

fn resources(finding: &Finding) -> Value {
    let resource = |asset: &Asset| {
        let (kind, name, region) = match asset {
            Asset::Key(key) => ("AWS::KMS::Key", crate::names::asset(asset), key.as_str().split(':').nth(3)),
            Asset::KeyAlias(alias) => ("AWS::KMS::Alias", alias.alias().to_owned(), alias.as_str().split(':').nth(3)),
            Asset::Secret(secret) => {
                ("AWS::SecretsManager::Secret", secret.short_name().to_owned(), secret.region.as_deref())
            }
        };
        let partition =
            asset.to_string().strip_prefix("arn:").and_then(|rest| rest.split(':').next().map(str::to_owned));
        object([
            ("uid", json!(asset.to_string())),
            ("name", json!(name)),
            ("type", json!(kind)),
            ("region", json!(region.or(finding.region.as_deref()))),
            ("cloud_partition", json!(partition)),
            ("criticality", json!(finding.tier.map(portcullis_domain::Tier::as_str))),
        ])
    };
    let all: Vec<Value> = finding.assets.iter().map(resource).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

fn remediation(rule: &portcullis_detection::Rule) -> Value {
    let runbook = rule.runbook.as_ref().map(|anchor| format!("What to do: docs/runbook.md{anchor}."));
    let tuning = rule.tuning.as_ref().map(|tuning| format!("Where it is harmless: {tuning}"));
    let desc: Vec<String> = runbook.into_iter().chain(tuning).collect();
    if desc.is_empty() { Value::Null } else { json!({"desc": desc.join(" ")}) }
}

/// What the schema has no place for.
fn unmapped(finding: &Finding, entry: Option<&Entry>) -> Value {
    let shadow = entry.is_none();
    let decision = entry.map(|entry| {
        json!({
            "wanted": entry.decision.wanted.as_str(),
            "response": entry.decision.response.as_str(),
            "done": Done::of(entry),
            "guards": entry.decision.refusals,
            "plan": entry.plan,
        })
    });
    object([
        ("shadow", json!(shadow)),
        ("authorized", json!(finding.authorized)),
        ("entries", json!(Some(&finding.entries).filter(|entries| !entries.is_empty()))),
        ("decision", json!(decision)),
        ("burst", json!(finding.burst)),
    ])
}
