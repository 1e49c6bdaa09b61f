//! A record as rules see it: CloudTrail's own field names, and what Portcullis adds under `portcullis.`.

use std::borrow::Cow;

use portcullis_cloudtrail::{Access, Json, Record, Text};
use portcullis_domain::{Asset, Principal, Source};
use portcullis_settings::Judgement;
use rsigma_eval::{Event, EventValue};

use crate::trail;

/// One record, its access and what the settings say of it, as one event for the rule engine.
#[derive(Clone, Copy, Debug)]
pub struct RuleEvent<'e, 'a> {
    /// The record.
    pub record: &'e Record<'a>,
    /// What it means.
    pub access: &'e Access,
    /// What the settings say of it.
    pub judgement: &'e Judgement,
}

impl Event for RuleEvent<'_, '_> {
    /// A member of the record by its path (`requestParameters.secretId`; a path through a list yields every element's
    /// value), or one of [`crate::PORTCULLIS_FIELDS`].
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(ours) = path.strip_prefix("portcullis.") {
            return self.portcullis(ours);
        }
        if let Some(typed) = self.typed(path) {
            return typed.map(|text| EventValue::Str(Cow::Borrowed(text.as_str())));
        }
        let (root, rest) = path.split_once('.').map_or((path, None), |(root, rest)| (root, Some(rest)));
        let tree = match root {
            "requestParameters" => self.record.request_parameters.as_ref()?,
            "responseElements" => self.record.response_elements.as_ref()?,
            "additionalEventData" => self.record.additional_event_data.as_ref()?,
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

    fn portcullis(&self, field: &str) -> Option<EventValue<'_>> {
        let text = |text: &'static str| Some(EventValue::Str(Cow::Borrowed(text)));
        let access = self.access;
        match field {
            "actor.kind" => text(access.actor.kind().as_str()),
            "actor.arn" => access.actor.principal.arn().map(|arn| EventValue::Str(Cow::Borrowed(arn))),
            "actor.role" => match &access.actor.principal {
                Principal::Role { arn, .. } => Some(EventValue::Str(Cow::Borrowed(arn.as_str()))),
                _ => None,
            },
            "actor.authorized" => self.judgement.authorized.map(EventValue::Bool),
            "actor.protected" => Some(EventValue::Bool(self.judgement.protected)),
            "asset.arn" => self.assets(ToString::to_string),
            "asset.name" => self.assets(|asset| match asset {
                Asset::Secret(secret) => secret.short_name().to_owned(),
                other => other.to_string(),
            }),
            "asset.kind" => self.assets(|asset| asset.kind().as_str().to_owned()),
            "asset.tier" => self.judgement.tier.and_then(|tier| text(tier.as_str())),
            "outcome" => text(access.outcome.as_str()),
            "origin.ip" => match &access.origin.source {
                Source::Ip(ip) => Some(EventValue::Str(Cow::Owned(ip.to_string()))),
                _ => None,
            },
            "origin.network" => text(access.origin.network().as_str()),
            "trail.lost" => {
                let lost = trail::lost(self.record).into_iter().map(|word| EventValue::Str(Cow::Borrowed(word)));
                let lost: Vec<_> = lost.collect();
                (!lost.is_empty()).then_some(EventValue::Array(lost))
            }
            "via" => access.via.as_deref().map(|via| EventValue::Str(Cow::Borrowed(via))),
            _ => None,
        }
    }

    /// One value for one asset, a list for several.
    fn assets(&self, of: impl Fn(&Asset) -> String) -> Option<EventValue<'_>> {
        let mut values: Vec<_> =
            self.access.assets.iter().map(|asset| EventValue::Str(Cow::Owned(of(asset)))).collect();
        if values.len() > 1 { Some(EventValue::Array(values)) } else { values.pop() }
    }
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
        "requestParameters":{"n":7,"list":[{"a":[1,2]},{"a":[3]}],"encryptionContext":{"aws:s3.arn":"x"}},
        "resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"},{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k2"}]}"#;

    fn show(path: &str) -> String {
        let record = Record::parse(RECORD).unwrap();
        let access = Access::of(&record);
        let judgement = Judgement::default();
        let event = RuleEvent { record: &record, access: &access, judgement: &judgement };
        event.get_field(path).map_or("absent".to_owned(), |value| value.to_json().to_string())
    }

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
    #[test_case("portcullis.actor.role", "\"arn:aws:iam::111122223333:role/team/app\"")]
    #[test_case("portcullis.actor.kind", "\"role\"")]
    #[test_case("portcullis.actor.authorized", "absent" ; "nobody said")]
    #[test_case("portcullis.asset.tier", "absent" ; "not classified")]
    #[test_case("portcullis.asset.kind", "[\"key\",\"key\"]")]
    #[test_case("portcullis.origin.network", "\"public\"")]
    #[test_case("portcullis.outcome", "\"success\"")]
    fn fields(path: &str, expected: &str) {
        assert_eq!(show(path), expected);
    }
}
