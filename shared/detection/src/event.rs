//! A record as rules see it: CloudTrail's own field names, and what Portcullis adds under `portcullis.`.

use std::borrow::Cow;

use memchr::memmem;
use portcullis_cloudtrail::{Access, Json, Record, Text};
use portcullis_knowledge::History;
use portcullis_settings::{Judgement, Settings};
use rsigma_eval::{Event, EventValue};

use crate::context::Context;

/// One record with all that is known of it, as one event for the rule engine. It holds references only: what a rule asks
/// for is worked out when it asks.
#[derive(Clone, Copy, Debug)]
pub struct RuleEvent<'e, 'a> {
    /// The record.
    pub record: &'e Record<'a>,
    /// What it means.
    pub access: &'e Access,
    /// What the settings say of it.
    pub judgement: &'e Judgement,
    /// What was known of the actor and the assets when it happened.
    pub history: &'e History,
    /// The settings themselves.
    pub settings: &'e Settings,
    /// What the examination of every record rests on.
    pub context: &'e Context,
}

impl Event for RuleEvent<'_, '_> {
    /// A member of the record by its path (`requestParameters.secretId`; a path through a list yields every element's
    /// value), or one of [`crate::PORTCULLIS_FIELDS`].
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(ours) = path.strip_prefix("portcullis.") {
            return self.derived(ours);
        }
        if let Some(typed) = self.typed(path) {
            return typed.map(|text| EventValue::Str(Cow::Borrowed(text.as_str())));
        }
        let (root, rest) = path.split_once('.').map_or((path, None), |(root, rest)| (root, Some(rest)));
        let tree = match root {
            "requestParameters" => self.record.request_parameters.as_ref()?,
            "responseElements" => self.record.response_elements.as_ref()?,
            "additionalEventData" => self.record.additional_event_data.as_ref()?,
            // The whole tree is dear, and most records have no such member.
            _ if !self.may_have(path) => return None,
            _ => self.record.whole().get(root)?,
        };
        let mut found = Vec::new();
        collect(tree, rest, &mut found);
        match found.len() {
            0 => None,
            1 => found.pop(),
            _ => Some(EventValue::Array(found)),
        }
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        any_string(self.record.whole(), pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut all = Vec::new();
        visit_strings(self.record.whole(), &mut |text| all.push(Cow::Owned(text.to_owned())));
        all
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        visit_strings(self.record.whole(), visit);
    }

    /// Only explanations call this; matching never does.
    fn to_json(&self) -> serde_json::Value {
        serde_json::from_str(self.record.raw).unwrap_or(serde_json::Value::Null)
    }
}

impl<'a> RuleEvent<'_, 'a> {
    /// Whether the record may have a member at this path: some name in it ends as the path does, or has letters written as
    /// escapes.
    fn may_have(&self, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or(path);
        let name = [last, "\""].concat();
        let raw = self.record.raw.as_bytes();
        memmem::find(raw, name.as_bytes()).is_some() || memmem::find(raw, b"\\u").is_some() || !is_plain(last)
    }

    /// The members that most rules look at first, without building the tree.
    #[expect(clippy::option_option, reason = "the outer one: is it typed at all; the inner one: is it in this record")]
    fn typed(&self, path: &str) -> Option<Option<&Text<'a>>> {
        let record = self.record;
        Some(match path {
            "eventName" => record.event_name.as_ref(),
            "eventSource" => record.event_source.as_ref(),
            "eventType" => record.event_type.as_ref(),
            "awsRegion" => record.aws_region.as_ref(),
            "errorCode" => record.error_code.as_ref(),
            "errorMessage" => record.error_message.as_ref(),
            "userAgent" => record.user_agent.as_ref(),
            "sourceIPAddress" => record.source_ip_address.as_ref(),
            "recipientAccountId" => record.recipient_account_id.as_ref(),
            _ => return None,
        })
    }
}

/// Whether JSON writes the text as it is, whoever writes it, if not letter by letter as escapes.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/'))
}

/// Every value at the end of `path`. A list on the way, or at the end, stands for each of its elements, so that a rule
/// need not know whether AWS sends one or many.
fn collect<'j>(json: &'j Json<'_>, path: Option<&str>, found: &mut Vec<EventValue<'j>>) {
    match (json, path) {
        (Json::Array(elements), _) => elements.iter().for_each(|element| collect(element, path, found)),
        (_, None) => found.push(value(json)),
        (Json::Object(_), Some(path)) => {
            // A key may itself hold dots, as encryption contexts do.
            if let Some(member) = json.get(path) {
                return collect(member, None, found);
            }
            if let Some((first, rest)) = path.split_once('.')
                && let Some(member) = json.get(first)
            {
                collect(member, Some(rest), found);
            }
        }
        _ => {}
    }
}

fn value<'j>(json: &'j Json<'_>) -> EventValue<'j> {
    match json {
        Json::Null => EventValue::Null,
        Json::Bool(value) => EventValue::Bool(*value),
        Json::Int(value) => EventValue::Int(*value),
        Json::Float(value) => EventValue::Float(*value),
        Json::Str(text) => EventValue::Str(Cow::Borrowed(text)),
        Json::Array(elements) => EventValue::Array(elements.iter().map(value).collect()),
        Json::Object(members) => {
            EventValue::Map(members.iter().map(|(key, member)| (Cow::Borrowed(&**key), value(member))).collect())
        }
    }
}

fn any_string(json: &Json<'_>, pred: &dyn Fn(&str) -> bool) -> bool {
    match json {
        Json::Str(text) => pred(text),
        Json::Array(elements) => elements.iter().any(|element| any_string(element, pred)),
        Json::Object(members) => members.iter().any(|(_, member)| any_string(member, pred)),
        _ => false,
    }
}

fn visit_strings(json: &Json<'_>, visit: &mut dyn FnMut(&str)) {
    match json {
        Json::Str(text) => visit(text),
        Json::Array(elements) => elements.iter().for_each(|element| visit_strings(element, visit)),
        Json::Object(members) => members.iter().for_each(|(_, member)| visit_strings(member, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const RECORD: &str = r#"{"eventName":"Decrypt","eventSource":"kms.amazonaws.com","awsRegion":"eu-west-1",
        "userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/team/app"}}},
        "sourceIPAddress":"203.0.113.7","readOnly":true,"errorCode":null,
        "tlsDetails":{"tlsVersion":"TLSv1.3","ciph\u0065rSuite":"none"},
        "requestParameters":{"n":7,"list":[{"a":[1,2]},{"a":[3]}],"encryptionContext":{"aws:s3.arn":"x"}},
        "resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"},{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k2"}]}"#;

    fn show(path: &str) -> String {
        let record = Record::parse(RECORD).unwrap();
        let access = Access::of(&record);
        let event = RuleEvent {
            record: &record,
            access: &access,
            judgement: &Judgement::default(),
            history: &History::default(),
            settings: &Settings::default(),
            context: &Context::default(),
        };
        event.get_field(path).map_or("absent".to_owned(), |value| value.to_json().to_string())
    }

    #[test_case("tlsDetails.tlsVersion", "\"TLSv1.3\"" ; "the whole tree")]
    #[test_case("tlsDetails.cipherSuite", "\"none\"" ; "a name in escapes")]
    #[test_case("managementEvent", "absent")]
    #[test_case("eventName", "\"Decrypt\"")]
    #[test_case("errorCode", "absent" ; "null and absent are one")]
    #[test_case("readOnly", "true")]
    #[test_case("requestParameters.n", "7")]
    #[test_case("requestParameters.list.a", "[1,2,3]" ; "through lists of lists")]
    #[test_case("requestParameters.encryptionContext.aws:s3.arn", "\"x\"" ; "a key with a dot")]
    #[test_case("requestParameters.nothing.here", "absent")]
    #[test_case("userIdentity.sessionContext.sessionIssuer.arn", "\"arn:aws:iam::111122223333:role/team/app\"")]
    #[test_case(
        "resources.ARN",
        "[\"arn:aws:kms:eu-west-1:111122223333:key/k1\",\"arn:aws:kms:eu-west-1:111122223333:key/k2\"]"
    )]
    fn fields(path: &str, expected: &str) {
        assert_eq!(show(path), expected);
    }
}
