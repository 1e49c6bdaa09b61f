//! One CloudTrail record as AWS sends it, borrowed from its JSON.
//!
//! Every member is optional, as the documentation says and as real logs show
//! (CloudTrail User Guide, *CloudTrail record contents* and *CloudTrail userIdentity element*).

use std::cell::OnceCell;

use serde::Deserialize;

use crate::json::{Json, Text};

/// A CloudTrail record. Members that rules or [`crate::Access`] need are typed; [`Record::whole`] holds all of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Record<'a> {
    /// `1.08` to `1.11` are in circulation.
    #[serde(borrow)]
    pub event_version: Option<Text<'a>>,
    /// Unique to the event; the same in every delivery of it.
    #[serde(rename = "eventID")]
    pub event_id: Option<Text<'a>>,
    /// ISO 8601, UTC.
    pub event_time: Option<Text<'a>>,
    /// `kms.amazonaws.com`.
    pub event_source: Option<Text<'a>>,
    /// `Decrypt`.
    pub event_name: Option<Text<'a>>,
    /// `AwsApiCall`, `AwsServiceEvent`, …
    pub event_type: Option<Text<'a>>,
    /// `eu-west-1`.
    pub aws_region: Option<Text<'a>>,
    /// Who called.
    pub user_identity: Option<UserIdentity<'a>>,
    /// An address, a service's DNS name, or `AWS Internal`.
    #[serde(rename = "sourceIPAddress")]
    pub source_ip_address: Option<Text<'a>>,
    /// Chosen by the caller.
    pub user_agent: Option<Text<'a>>,
    /// Absent on success.
    pub error_code: Option<Text<'a>>,
    /// Absent on success.
    pub error_message: Option<Text<'a>>,
    /// What the call was given; null or absent in some denials.
    pub request_parameters: Option<Json<'a>>,
    /// What it answered; null for calls that only read.
    pub response_elements: Option<Json<'a>>,
    /// Facts about the call that are neither.
    pub additional_event_data: Option<Json<'a>>,
    /// The same for service events.
    pub service_event_details: Option<Json<'a>>,
    /// What was touched: KMS fills it in, Secrets Manager does not.
    pub resources: Option<Vec<Resource<'a>>>,
    /// Whether the call only reads. A string in some exports.
    pub read_only: Option<Text<'a>>,
    /// The account whose copy of the event this is.
    pub recipient_account_id: Option<Text<'a>>,
    /// `vpce-…`.
    pub vpc_endpoint_id: Option<Text<'a>>,
    /// The text it was parsed from: the evidence.
    #[serde(skip)]
    pub raw: &'a str,
    #[serde(skip)]
    whole: OnceCell<Json<'a>>,
}

/// Who called, as the record says it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct UserIdentity<'a> {
    /// `AssumedRole`, `IAMUser`, `Root`, `AWSService`, `AWSAccount`, …; absent in service events.
    #[serde(rename = "type", borrow)]
    pub kind: Option<Text<'a>>,
    /// `AROA…:session`, `AIDA…`, an account id.
    #[serde(alias = "principalid")]
    pub principal_id: Option<Text<'a>>,
    /// For an assumed role the session's ARN, which drops the role's path.
    pub arn: Option<Text<'a>>,
    /// The caller's account.
    #[serde(alias = "accountid")]
    pub account_id: Option<Text<'a>>,
    /// `AKIA…`, `ASIA…`.
    #[serde(alias = "accesskeyid")]
    pub access_key_id: Option<Text<'a>>,
    /// A friendly name; may be hidden by CloudTrail.
    pub user_name: Option<Text<'a>>,
    /// The service that made the call for the principal.
    pub invoked_by: Option<Text<'a>>,
    /// The provider of a SAML or web identity.
    pub identity_provider: Option<Text<'a>>,
    /// Identity Center's user id (also inside `onBehalfOf`).
    pub user_id: Option<Text<'a>>,
    /// The Identity Center user behind the call.
    pub on_behalf_of: Option<Json<'a>>,
    /// How temporary credentials came to be.
    #[serde(alias = "sessioncontext")]
    pub session_context: Option<SessionContext<'a>>,
    /// The resource that the credentials were issued to.
    pub in_scope_of: Option<InScopeOf<'a>>,
}

/// How temporary credentials came to be.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct SessionContext<'a> {
    /// The role or user that the session belongs to; `{}` in some records.
    #[serde(borrow, alias = "sessionissuer")]
    pub session_issuer: Option<SessionIssuer<'a>>,
    /// `creationDate` and `mfaAuthenticated`, the latter a string.
    pub attributes: Option<Json<'a>>,
    /// Set once, kept through role chaining.
    pub source_identity: Option<Text<'a>>,
    /// Present when central root access was used on a member account.
    pub assumed_root: Option<AssumedRoot>,
}

/// A marker whose value does not matter here: `true` or `"true"`.
#[derive(Debug, PartialEq, Eq)]
pub struct AssumedRoot(
    /// Whether the root user was assumed.
    pub bool,
);

impl<'de> Deserialize<'de> for AssumedRoot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Json::deserialize(deserializer)
            .map(|json| Self(matches!(&json, Json::Bool(true)) || json.as_str() == Some("true")))
    }
}

/// The role or user that a session belongs to.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct SessionIssuer<'a> {
    /// `Role`, `IAMUser`, `Root`.
    #[serde(rename = "type", borrow)]
    pub kind: Option<Text<'a>>,
    /// `AROA…`: another one for a role made again under the same name.
    #[serde(alias = "principalid")]
    pub principal_id: Option<Text<'a>>,
    /// With the path.
    pub arn: Option<Text<'a>>,
    /// The owner's account.
    #[serde(alias = "accountid")]
    pub account_id: Option<Text<'a>>,
    /// The name alone.
    #[serde(alias = "username")]
    pub user_name: Option<Text<'a>>,
}

/// The resource that credentials were issued to.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct InScopeOf<'a> {
    /// The resource the call is on behalf of.
    #[serde(borrow)]
    pub source_arn: Option<Text<'a>>,
    /// `AWS::Lambda::Function`.
    pub issuer_type: Option<Text<'a>>,
    /// The function's ARN.
    pub credentials_issued_to: Option<Text<'a>>,
}

/// Something a call touched.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Resource<'a> {
    /// Spelt in three ways in the wild.
    #[serde(rename = "ARN", alias = "arn", alias = "aRN", borrow)]
    pub arn: Option<Text<'a>>,
    /// Its owner.
    pub account_id: Option<Text<'a>>,
    /// `AWS::KMS::Key`.
    #[serde(rename = "type")]
    pub kind: Option<Text<'a>>,
}

/// Why a piece of JSON is not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is not JSON, or a member has the wrong type.
    #[error("{path}: {message}")]
    Json {
        /// The member, `userIdentity.sessionContext`; `.` for the whole.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// It has no event name, source, type or version.
    #[error("none of `eventName`, `eventSource`, `eventType`, `eventVersion`: not a CloudTrail record")]
    NotARecord,
}

impl<'a> Record<'a> {
    /// Reads one record.
    ///
    /// # Errors
    ///
    /// When `json` is not one JSON object, a typed member has the wrong type (the error names it), or it has none of
    /// the members that every record has.
    pub fn parse(json: &'a str) -> Result<Self, RecordError> {
        let mut record: Self = serde_json::from_str(json).map_err(|_| explain(json))?;
        // Insights events have a type and a version, but neither name nor source.
        let marks = [&record.event_name, &record.event_source, &record.event_type, &record.event_version];
        if marks.iter().all(|mark| mark.is_none()) {
            return Err(RecordError::NotARecord);
        }
        record.raw = json;
        Ok(record)
    }

    /// The whole record as a tree, parsed on first use: members that are not typed are found here.
    pub fn whole(&self) -> &Json<'a> {
        self.whole.get_or_init(|| serde_json::from_str(self.raw).unwrap_or(Json::Null))
    }

    /// `eventSource` without its domain: `kms`.
    pub fn service(&self) -> &str {
        let source = self.event_source.as_ref().map_or("", Text::as_str);
        source.split_once(".amazonaws.com").map_or(source, |(service, _)| service)
    }
}

/// Parses again, slowly, to learn which member is wrong.
fn explain(json: &str) -> RecordError {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    match serde_path_to_error::deserialize::<_, Record<'_>>(&mut deserializer) {
        Err(error) => {
            // At the end of the text the path is a lone question mark: the whole is broken.
            let path = error.path().to_string();
            let path = if path == "?" { ".".to_owned() } else { path };
            RecordError::Json { path, message: error.inner().to_string() }
        }
        Ok(_) => match deserializer.end() {
            Err(error) => RecordError::Json { path: ".".to_owned(), message: error.to_string() },
            Ok(()) => RecordError::NotARecord,
        },
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use test_case::test_case;

    use super::*;

    #[test]
    fn absent_and_null_are_the_same() {
        let record = Record::parse(r#"{"eventName":"Decrypt","eventID":null,"resources":null}"#).unwrap();
        assert_eq!(record.event_id, None);
        assert!(record.resources.is_none());
    }

    #[test]
    fn scalars_are_taken_as_text() {
        let record = Record::parse(r#"{"eventName":"Decrypt","readOnly":true,"eventVersion":1.08}"#).unwrap();
        assert_eq!(record.read_only.unwrap().as_str(), "true");
        assert_eq!(record.event_version.unwrap().as_str(), "1.08");
    }

    #[test]
    fn wrong_types_are_named_by_path() {
        let error = |json| Record::parse(json).unwrap_err().to_string();
        assert_snapshot!(error(r#"{"eventName":"X","userIdentity":{"sessionContext":7}}"#), @"userIdentity.sessionContext: invalid type: integer `7`, expected an object at line 1 column 51");
        assert_snapshot!(error(r#"{"eventName":["X"]}"#), @"eventName: invalid type: sequence, expected a string at line 1 column 14");
        assert_snapshot!(error(r#"{"eventName":"X""#), @".: EOF while parsing an object at line 1 column 16");
        assert_snapshot!(error(r#"{"eventName":"X"} tail"#), @".: trailing characters at line 1 column 19");
        assert_snapshot!(error(r#"{"hello":"world"}"#), @"none of `eventName`, `eventSource`, `eventType`, `eventVersion`: not a CloudTrail record");
    }

    #[test_case("kms.amazonaws.com", "kms")]
    #[test_case("kms.amazonaws.com.cn", "kms")]
    #[test_case("aws.kms", "aws.kms")]
    fn service(source: &str, expected: &str) {
        let json = format!(r#"{{"eventSource":"{source}"}}"#);
        assert_eq!(Record::parse(&json).unwrap().service(), expected);
    }

    #[test]
    fn members_that_are_not_typed_are_kept() {
        let record = Record::parse(r#"{"eventName":"X","tlsDetails":{"tlsVersion":"TLSv1.3"}}"#).unwrap();
        assert_eq!(record.whole().get("tlsDetails").unwrap().text("tlsVersion"), Some("TLSv1.3"));
    }
}
