//! Every envelope that CloudTrail records travel in, recognised by its shape, opened to the records inside.
//!
//! Sources: EventBridge User Guide, *Events* and *AWS service events delivered via CloudTrail*; Lambda Developer Guide,
//! *Using Lambda with Amazon SQS*; S3 User Guide, *Event message structure* and *EventBridge event message structure*;
//! SNS Developer Guide, *Message and JSON formats*; CloudWatch Logs User Guide, *Subscription filters* and *Export log data
//! to Amazon S3*; CloudWatch Logs API Reference, *FilterLogEvents* and *GetLogEvents*; CloudTrail API Reference,
//! *LookupEvents*.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::gzip::inflate;
use crate::json::Json;
use crate::stream::{Piece, elements, pieces};

/// What an input held.
#[derive(Debug, Default)]
pub struct Contents<'a> {
    /// The records, in the order they came, not yet parsed.
    pub records: Vec<RawRecord<'a>>,
    /// Log files in S3 that hold further records.
    pub log_files: Vec<LogFile>,
    /// Things that were understood and hold no record.
    pub other: Vec<Other>,
    /// Things that were not understood.
    pub unreadable: Vec<Unreadable>,
    /// How many envelopes deep this is.
    depth: usize,
}

/// More than the deepest real nesting, an SNS message in an SQS batch, by a good deal.
const DEEPEST: usize = 16;

/// The JSON of one record.
#[derive(Debug)]
pub struct RawRecord<'a> {
    /// Its text.
    pub json: Cow<'a, str>,
    /// Its number in the input, from 1.
    pub number: usize,
}

/// A CloudTrail log file that a notification names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
}

/// Something understood that holds no record: a digest file, a test message, another service's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// What it is, for people.
    pub what: String,
}

/// Something that was not understood. It may be the attack, so it is never dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where in the input.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
    /// Its text.
    pub raw: String,
}

/// Opens a whole input: a Lambda payload, a message body, a file's text. Never fails: what cannot be read is in
/// [`Contents::unreadable`].
pub fn open(text: &str) -> Contents<'_> {
    open_at(text, 0)
}

fn open_at(text: &str, depth: usize) -> Contents<'_> {
    let mut contents = Contents { depth, ..Contents::default() };
    for piece in pieces(text) {
        match piece {
            Piece::Value(value) => contents.open_value(Cow::Borrowed(value)),
            Piece::Broken { text, elements, error } => {
                for element in &elements {
                    contents.open_value(Cow::Borrowed(element));
                }
                let raw = elements.last().and_then(|last| text.rsplit_once(*last)).map_or(text, |(_, tail)| tail);
                let reason = match elements.len() {
                    0 => error,
                    kept => format!("{error} ({kept} records before it were read)"),
                };
                contents.unreadable(reason, raw);
            }
        }
    }
    contents
}

/// The members by which the envelopes are told apart.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow, rename = "Records", alias = "records")]
    records: Option<&'a RawValue>,
    #[serde(rename = "Events")]
    looked_up: Option<&'a RawValue>,
    #[serde(rename = "CloudTrailEvent")]
    cloud_trail_event: Option<&'a RawValue>,
    awslogs: Option<&'a RawValue>,
    #[serde(rename = "messageType")]
    message_type: Option<&'a RawValue>,
    #[serde(rename = "logEvents")]
    log_events: Option<&'a RawValue>,
    events: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
    timestamp: Option<&'a RawValue>,
    #[serde(rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
    detail: Option<&'a RawValue>,
    #[serde(rename = "Type")]
    sns_type: Option<&'a RawValue>,
    #[serde(rename = "Message")]
    sns_message: Option<&'a RawValue>,
    #[serde(rename = "Sns")]
    sns: Option<&'a RawValue>,
    body: Option<&'a RawValue>,
    s3: Option<&'a RawValue>,
    #[serde(rename = "Event")]
    s3_event: Option<&'a RawValue>,
    #[serde(rename = "eventName")]
    event_name: Option<&'a RawValue>,
    #[serde(rename = "eventSource")]
    event_source: Option<&'a RawValue>,
    #[serde(rename = "eventType")]
    event_type: Option<&'a RawValue>,
    #[serde(rename = "eventVersion")]
    event_version: Option<&'a RawValue>,
    #[serde(rename = "digestStartTime")]
    digest_start_time: Option<&'a RawValue>,
}

impl<'a> Contents<'a> {
    fn unreadable(&mut self, reason: String, raw: &str) {
        let place = format!("after record {}", self.records.len());
        self.unreadable.push(Unreadable { place, reason, raw: raw.to_owned() });
    }

    fn other(&mut self, what: impl Into<String>) {
        self.other.push(Other { what: what.into() });
    }

    fn record(&mut self, json: Cow<'a, str>) {
        self.records.push(RawRecord { json, number: self.records.len() + 1 });
    }

    fn open_value(&mut self, value: Cow<'a, str>) {
        match value {
            Cow::Borrowed(value) => self.open_slice(value, Cow::Borrowed),
            // A text that had to be unescaped or decompressed has no home in the input, so its records own their text.
            Cow::Owned(value) => self.open_slice(&value, |json| Cow::Owned(json.to_owned())),
        }
    }

    /// Opens `value`; `keep` makes a slice of it last as long as the contents.
    fn open_slice<'v>(&mut self, value: &'v str, keep: impl Fn(&'v str) -> Cow<'a, str> + Copy) {
        // Without a bound a message of nothing but brackets would exhaust the stack, and take its batch mates along.
        if self.depth >= DEEPEST {
            return self.unreadable(format!("nested more than {DEEPEST} deep"), value);
        }
        self.depth += 1;
        self.open_shape(value, keep);
        self.depth -= 1;
    }

    fn open_shape<'v>(&mut self, value: &'v str, keep: impl Fn(&'v str) -> Cow<'a, str> + Copy) {
        if value.starts_with('[') {
            for element in elements(value) {
                self.open_slice(element, keep);
            }
            return;
        }
        let Ok(shape) = serde_json::from_str::<Shape<'v>>(value) else {
            return self.unreadable("neither a JSON object nor a list of them".to_owned(), value);
        };
        if let Some(records) = shape.records.or(shape.looked_up) {
            self.open_slice(records.get(), keep);
        } else if let Some(event) = shape.cloud_trail_event {
            self.open_nested(event, "CloudTrailEvent");
        } else if let Some(body) = shape.body {
            self.open_nested(body, "SQS body");
        } else if let Some(s3) = shape.s3 {
            self.open_s3(shape.event_name, s3, true);
        } else if let Some(sns) = shape.sns {
            self.open_slice(sns.get(), keep);
        } else if let Some(message) = shape.sns_message.filter(|_| shape.sns_type.is_some()) {
            self.open_sns(shape.sns_type, message);
        } else if let Some(logs) = shape.awslogs {
            self.open_awslogs(logs);
        } else if shape.message_type.is_some() {
            self.open_log_events(shape.message_type, shape.log_events);
        } else if let Some(events) = shape.events.filter(|_| shape.event_name.is_none()) {
            self.open_log_events(None, Some(events));
        } else if let Some(detail) = shape.detail.filter(|_| shape.detail_type.is_some()) {
            self.open_eventbridge(&text_of(shape.detail_type), detail, keep);
        } else if [shape.event_name, shape.event_source, shape.event_type, shape.event_version]
            .iter()
            .any(Option::is_some)
        {
            self.record(keep(value));
        } else if shape.message.is_some() && shape.timestamp.is_some() {
            self.open_log_event(value);
        } else if shape.digest_start_time.is_some() {
            self.other("CloudTrail digest file");
        } else if text_of(shape.s3_event) == "s3:TestEvent" {
            self.other("S3 test message");
        } else {
            self.unreadable("neither a CloudTrail record nor an envelope that holds any".to_owned(), value);
        }
    }

    /// A member that is JSON inside a JSON string, as SQS, SNS and LookupEvents send it; an object as it stands is
    /// taken too.
    fn open_nested(&mut self, member: &RawValue, name: &str) {
        let Ok(text) = serde_json::from_str::<String>(member.get()) else {
            return self.open_value(Cow::Owned(member.get().to_owned()));
        };
        let before = self.unreadable.len();
        let inner = open_at(&text, self.depth);
        self.absorb(inner);
        for unreadable in self.unreadable.iter_mut().skip(before) {
            unreadable.reason = format!("{name}: {}", unreadable.reason);
        }
        if text.trim().is_empty() {
            self.unreadable(format!("{name} is empty"), member.get());
        }
    }

    fn absorb(&mut self, inner: Contents<'_>) {
        for record in inner.records {
            self.record(Cow::Owned(record.json.into_owned()));
        }
        self.log_files.extend(inner.log_files);
        self.other.extend(inner.other);
        self.unreadable.extend(inner.unreadable);
    }

    fn open_sns(&mut self, kind: Option<&RawValue>, message: &RawValue) {
        match text_of(kind).as_ref() {
            "Notification" => self.open_nested(message, "SNS message"),
            kind => self.other(format!("SNS {kind}")),
        }
    }

    fn open_eventbridge<'v>(
        &mut self,
        detail_type: &str,
        detail: &'v RawValue,
        keep: impl Fn(&'v str) -> Cow<'a, str>,
    ) {
        if detail_type.ends_with("via CloudTrail") {
            self.record(keep(detail.get()));
        } else if detail_type == "Object Created" {
            self.open_s3(None, detail, false);
        } else {
            self.other(format!("EventBridge event \"{detail_type}\""));
        }
    }

    /// The `s3` member of a notification, whose key is URL-encoded, or the detail of an EventBridge event, whose key is
    /// not.
    fn open_s3(&mut self, event_name: Option<&RawValue>, s3: &RawValue, encoded: bool) {
        let json: Json<'_> = serde_json::from_str(s3.get()).unwrap_or(Json::Null);
        let bucket = json.get("bucket").and_then(|bucket| bucket.text("name"));
        let key = json.get("object").and_then(|object| object.text("key"));
        let (Some(bucket), Some(key)) = (bucket, key) else {
            return self.unreadable("S3 notification without bucket name or object key".to_owned(), s3.get());
        };
        let key = if encoded {
            percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
        } else {
            key.to_owned()
        };
        let event_name = text_of(event_name);
        let event_name = event_name.trim_start_matches("s3:");
        if !event_name.is_empty() && !event_name.starts_with("ObjectCreated:") {
            self.other(format!("S3 {event_name} of s3://{bucket}/{key}"));
        } else if is_log_file(&key) {
            self.log_files.push(LogFile { bucket: bucket.to_owned(), key });
        } else {
            self.other(format!("s3://{bucket}/{key} is not a CloudTrail log file"));
        }
    }

    fn open_awslogs(&mut self, logs: &RawValue) {
        let json: Json<'_> = serde_json::from_str(logs.get()).unwrap_or(Json::Null);
        let decoded = json.text("data").map(|data| STANDARD.decode(data));
        let Some(Ok(bytes)) = decoded else {
            return self.unreadable("awslogs.data is not base64".to_owned(), logs.get());
        };
        let inflated = inflate(&bytes, NESTED_LIMIT);
        if let Some(problem) = inflated.problem {
            self.unreadable(format!("awslogs.data: {problem}"), logs.get());
        }
        let text = String::from_utf8_lossy(&inflated.data);
        let inner = open_at(&text, self.depth);
        self.absorb(inner);
    }

    fn open_log_events(&mut self, kind: Option<&RawValue>, events: Option<&RawValue>) {
        if text_of(kind) == "CONTROL_MESSAGE" {
            return self.other("CloudWatch Logs control message");
        }
        let events = events.map(RawValue::get).unwrap_or_default();
        if !events.starts_with('[') {
            return self.unreadable("log data whose logEvents is not a list".to_owned(), events);
        }
        for event in elements(events) {
            self.open_log_event(event);
        }
    }

    fn open_log_event(&mut self, event: &str) {
        let json: Json<'_> = serde_json::from_str(event).unwrap_or(Json::Null);
        match json.text("message") {
            Some(message) if message.trim_start().starts_with('{') => {
                self.open_value(Cow::Owned(message.to_owned()));
            }
            _ => self.unreadable("log event whose message is not a JSON object".to_owned(), event),
        }
    }
}

/// A subscription payload is at most 1 MB compressed (CloudWatch Logs quotas).
const NESTED_LIMIT: u64 = 64 << 20;

/// `…/CloudTrail/<region>/YYYY/MM/DD/<file>.json.gz`; digests and Insights stand in sibling folders
/// (CloudTrail User Guide, *Finding your CloudTrail log files*).
fn is_log_file(key: &str) -> bool {
    let in_folder = key.starts_with("CloudTrail/") || key.contains("/CloudTrail/") || key.contains("_CloudTrail_");
    in_folder && (key.ends_with(".json.gz") || key.ends_with(".json"))
}

fn text_of(member: Option<&RawValue>) -> Cow<'_, str> {
    let text = member.map(|member| serde_json::from_str::<String>(member.get()));
    text.and_then(Result::ok).map_or(Cow::Borrowed(""), Cow::Owned)
}
