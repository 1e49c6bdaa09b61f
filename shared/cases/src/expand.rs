//! From the steps of a case to records: merge patches over base records, each with its own id and time.

use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::Record;
use portcullis_detection::record_members;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bases::bases;
use crate::merge::{merge, set};

/// When a case's first record happens, unless it says otherwise: a Monday, in working hours.
const START: &str = "2026-01-05T08:00:00Z";
/// When its history begins, unless it says otherwise: a day earlier.
const HISTORY: &str = "2026-01-04T08:00:00Z";
/// More copies than the largest threshold needs are a slip.
const MOST_COPIES: u32 = 2000;

/// The service whose records name keys.
const KMS: &str = "kms.amazonaws.com";

/// Members of a call that mean nothing for another call.
const OF_THE_CALL: [&str; 3] = ["requestParameters", "responseElements", "additionalEventData"];
/// Members that mean nothing for another service.
const OF_THE_SERVICE: [&str; 2] = ["resources", "tlsDetails"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    times: u32,
    #[serde(default = "one")]
    every: i64,
    #[serde(default)]
    set: Map<String, Value>,
}

const fn one() -> i64 {
    1
}

/// Spells out the steps of one case.
pub(crate) struct Expander {
    made: u32,
}

impl Expander {
    pub(crate) const fn new() -> Self {
        Self { made: 0 }
    }

    /// The steps of `before`.
    pub(crate) fn history(&mut self, steps: &[Map<String, Value>]) -> Result<Vec<String>, String> {
        self.steps(steps, HISTORY, "before")
    }

    /// The steps to judge.
    pub(crate) fn records(&mut self, steps: &[Map<String, Value>]) -> Result<Vec<String>, String> {
        self.steps(steps, START, "records")
    }

    /// Refuses a history that is not over when the judged records begin: it would be judged as if it were.
    pub(crate) fn in_order(before: &[String], records: &[String]) -> Result<(), String> {
        let times = |records: &[String]| -> Vec<Timestamp> {
            let texts = records.iter().filter_map(|record| serde_json::from_str::<Value>(record).ok());
            texts.filter_map(|record| record.get("eventTime")?.as_str()?.parse().ok()).collect()
        };
        match (times(before).into_iter().max(), times(records).into_iter().min()) {
            (Some(last), Some(first)) if last > first => Err(format!(
                "`before` lasts until {last}, and the judged records begin at {first}: give it older times"
            )),
            _ => Ok(()),
        }
    }

    /// A step that gives no time comes a second after the one before it.
    fn steps(&mut self, steps: &[Map<String, Value>], start: &str, list: &str) -> Result<Vec<String>, String> {
        let mut clock = time(start)?;
        let mut records = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let made = self.step(step, &mut clock, &mut records);
            made.map_err(|error| format!("step {} of `{list}`: {error}", index + 1))?;
        }
        Ok(records)
    }

    fn step(
        &mut self,
        step: &Map<String, Value>,
        clock: &mut Timestamp,
        records: &mut Vec<String>,
    ) -> Result<(), String> {
        let mut patch = step.clone();
        let base = patch.remove("$base");
        let repeat: Option<Repeat> = match patch.remove("$repeat") {
            Some(repeat) => Some(serde_json::from_value(repeat).map_err(|error| format!("$repeat: {error}"))?),
            None => None,
        };
        if let Some(strange) = patch.keys().find(|member| !record_members().any(|known| known == *member)) {
            return Err(format!("no CloudTrail record has a member `{strange}`"));
        }
        let base = base.as_ref().map_or(Some("role"), Value::as_str).unwrap_or_default();
        let known = || bases().keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let base = bases().get(base).ok_or_else(|| format!("$base \"{base}\" is not one of {}", known()))?;
        let record = patched(base, patch)?;
        let own_time = step.contains_key("eventTime");
        if let Some(Value::String(own)) = record.get("eventTime").filter(|_| own_time) {
            *clock = time(own)?;
        }
        let Repeat { times, every, set: each } = repeat.unwrap_or(Repeat { times: 1, every: 1, set: Map::new() });
        if !(1..=MOST_COPIES).contains(&times) {
            return Err(format!("$repeat: `times` is from 1 to {MOST_COPIES}"));
        }
        for n in 1..=times {
            let mut copy = record.clone();
            self.made += 1;
            if !own_time || times > 1 {
                set(&mut copy, "eventTime", clock.to_string().into())?;
            }
            if !step.contains_key("eventID") || times > 1 {
                set(&mut copy, "eventID", format!("11111111-0000-4000-8000-{:012}", self.made).into())?;
            }
            if !step.contains_key("requestID") {
                set(&mut copy, "requestID", format!("00000000-0000-4000-8000-{:012}", self.made).into())?;
            }
            for (path, value) in &each {
                set(&mut copy, path, numbered(value, n))?;
            }
            *clock += SignedDuration::from_secs(if n == times { 1 } else { every });
            sound(&copy)?;
            records.push(copy.to_string());
        }
        Ok(())
    }
}

/// The patch over its base. What a base says of its own call does not pass over to another one.
fn patched(base: &Value, patch: Map<String, Value>) -> Result<Value, String> {
    let differs = |member: &str| patch.get(member).is_some_and(|value| base.get(member) != Some(value));
    let (other_service, other_call) = (differs("eventSource"), differs("eventName"));
    if other_service || other_call {
        for member in ["eventName", "readOnly", "requestParameters"] {
            if !patch.contains_key(member) {
                return Err(format!("it is another call than its base's, so set `{member}` as CloudTrail does for it"));
            }
        }
    }
    let names_resources = patch.contains_key("resources");
    let mut record = base.clone();
    if let Value::Object(members) = &mut record {
        let call = OF_THE_CALL.iter().filter(|_| other_service || other_call);
        let service = OF_THE_SERVICE.iter().filter(|_| other_service);
        for member in call.chain(service) {
            members.remove(*member);
        }
    }
    merge(&mut record, &Value::Object(patch));
    if !names_resources {
        name_the_key(&mut record)?;
    }
    // CloudTrail always writes these two, if need be as null.
    for member in ["requestParameters", "responseElements"] {
        if record.get(member).is_none() {
            set(&mut record, member, Value::Null)?;
        }
    }
    Ok(record)
}

/// `resources` names the key that a KMS call names by its id or ARN, as CloudTrail does.
fn name_the_key(record: &mut Value) -> Result<(), String> {
    let key = text_at(record, "/requestParameters/keyId");
    let region = text_at(record, "/awsRegion");
    let account = text_at(record, "/recipientAccountId");
    let arn = match key {
        _ if text_at(record, "/eventSource") != KMS || key.is_empty() || key.contains("alias/") => return Ok(()),
        arn if arn.starts_with("arn:") => arn.to_owned(),
        id => format!("arn:aws:kms:{region}:{account}:key/{id}"),
    };
    if record.pointer("/resources/0/ARN").is_some_and(Value::is_string) {
        set(record, "resources.0.ARN", arn.into())?;
    }
    Ok(())
}

/// `{n}` in every string stands for the number of the copy.
fn numbered(value: &Value, n: u32) -> Value {
    match value {
        Value::String(text) => text.replace("{n}", &n.to_string()).into(),
        Value::Array(elements) => elements.iter().map(|element| numbered(element, n)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), numbered(member, n))).collect())
        }
        other => other.clone(),
    }
}

/// Refuses a record that would be judged for something else than its author meant.
fn sound(record: &Value) -> Result<(), String> {
    let text = record.to_string();
    Record::parse(&text).map_err(|error| format!("not a readable record: {error}"))?;
    let resources = record.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let arns: Vec<&str> = resources.iter().filter_map(|resource| resource.get("ARN")?.as_str()).collect();
    let key = text_at(record, "/requestParameters/keyId");
    let id = key.rsplit('/').next().unwrap_or_default();
    let is_key_of_kms = text_at(record, "/eventSource") == KMS && !key.is_empty() && !key.contains("alias/");
    if is_key_of_kms && !arns.is_empty() && !arns.iter().any(|arn| arn.ends_with(&format!("key/{id}"))) {
        return Err(format!(
            "requestParameters.keyId names {key}, resources name {}: name the same key",
            arns.join(", ")
        ));
    }
    Ok(())
}

/// The text at a place, empty when there is none.
fn text_at<'r>(record: &'r Value, pointer: &str) -> &'r str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error| format!("eventTime {text}: {error}"))
}
