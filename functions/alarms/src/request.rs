//! What `alarms` is asked.

use portcullis_aws::Location;
use portcullis_lambda::FunctionError;
use serde::Deserialize;
use serde_json::Value;

use crate::deployment::Deployment;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// CloudFormation makes, changes or deletes the stack.
    Deployment(Deployment),
    /// The settings are new, or gone.
    SettingsChanged,
    /// `{"reconcile": true}`: look whether all is as it should be, and at rotations. Sent by the schedule.
    Reconcile,
    /// `{"heartbeat": true}`: make the calls that are to come back from CloudTrail. Sent by the schedule.
    Heartbeat,
    /// `{"plan": {"settings": "..."}}`: what would be changed, under other settings where some are given. Sent by
    /// `portcullis alarms plan`.
    Plan {
        /// The text of a `portcullis.yaml`.
        settings: Option<String>,
    },
    /// `{"apply": {"seconds": 45}}`: change it, within that time. Sent by `portcullis alarms apply`.
    Apply {
        /// Seconds from now.
        seconds: u32,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    Reconcile(bool),
    Heartbeat(bool),
    Plan(Plan),
    Apply(Apply),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    settings: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apply {
    seconds: u32,
}

/// S3's own event (Amazon S3 User Guide, *EventBridge event message structure*).
#[derive(Deserialize)]
struct ObjectEvent {
    source: String,
    #[serde(rename = "detail-type")]
    kind: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

impl Request {
    /// Understands a payload; `settings` is where this deployment's settings are.
    ///
    /// # Errors
    ///
    /// When it is none of what this function is asked.
    pub(crate) fn parse(payload: &str, settings: &Location) -> Result<Self, FunctionError> {
        let rejected = |why: String| FunctionError::Rejected(format!("this is no request: {why}"));
        let value: Value = serde_json::from_str(payload).map_err(|error| rejected(error.to_string()))?;
        if value.get("RequestType").is_some() {
            return Deployment::parse(value).map(Self::Deployment).map_err(|error| rejected(error.to_string()));
        }
        if value.get("detail-type").is_some() {
            let event = serde_json::from_value(value).map_err(|error| rejected(error.to_string()))?;
            return settings_changed(&event, settings).map_err(rejected);
        }
        match serde_json::from_value(value).map_err(|error| rejected(error.to_string()))? {
            Asked::Reconcile(true) => Ok(Self::Reconcile),
            Asked::Heartbeat(true) => Ok(Self::Heartbeat),
            Asked::Reconcile(false) | Asked::Heartbeat(false) => Err(rejected("it asks for nothing".to_owned())),
            Asked::Plan(Plan { settings }) => Ok(Self::Plan { settings }),
            Asked::Apply(Apply { seconds }) => Ok(Self::Apply { seconds }),
        }
    }
}

fn settings_changed(event: &ObjectEvent, settings: &Location) -> Result<Request, String> {
    let ObjectEvent { source, kind, detail } = event;
    if source != "aws.s3" || !matches!(kind.as_str(), "Object Created" | "Object Deleted") {
        return Err(format!("an event `{kind}` of `{source}`"));
    }
    let location = Location::S3 { bucket: detail.bucket.name.clone(), key: detail.object.key.clone() };
    if location == *settings { Ok(Request::SettingsChanged) } else { Err(format!("an event about {location}")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use test_case::test_case;

    use super::*;

    fn parse(payload: &str) -> Result<Request, FunctionError> {
        Request::parse(payload, &"s3://config/portcullis.yaml".parse().unwrap())
    }

    #[test_case(r#"{"reconcile": true}"#, &Request::Reconcile)]
    #[test_case(r#"{"heartbeat": true}"#, &Request::Heartbeat)]
    #[test_case(r#"{"plan": {}}"#, &Request::Plan { settings: None } ; "a plan")]
    #[test_case(r#"{"plan": {"settings": "mode: page"}}"#, &Request::Plan { settings: Some("mode: page".to_owned()) } ; "a plan under other settings")]
    #[test_case(r#"{"apply": {"seconds": 45}}"#, &Request::Apply { seconds: 45 })]
    fn requests(payload: &str, expected: &Request) {
        assert_eq!(parse(payload).unwrap(), *expected);
    }

    #[test_case("{}" ; "nothing")]
    #[test_case(r#"{"reconcile": false}"# ; "asks for nothing")]
    #[test_case(r#"{"reconcile": true, "heartbeat": true}"# ; "two at once")]
    #[test_case(r#"{"apply": {}}"# ; "no time")]
    #[test_case(r#"{"apply": {"seconds": -1}}"# ; "negative time")]
    #[test_case(r#"{"plan": {"setings": "mode: page"}}"# ; "misspelt")]
    #[test_case("reconcile" ; "no JSON")]
    #[test_case("[]" ; "a list")]
    #[test_case(r#"{"RequestType": "Create"}"# ; "half a deployment")]
    #[test_case(r#"{"detail-type": "Object Created"}"# ; "half an event")]
    fn not_requests(payload: &str) {
        assert!(matches!(parse(payload), Err(FunctionError::Rejected(_))));
    }

    #[test_case("aws.s3", "Object Created", "config", "portcullis.yaml", true)]
    #[test_case("aws.s3", "Object Deleted", "config", "portcullis.yaml", true ; "deleted")]
    #[test_case("aws.s3", "Object Tags Added", "config", "portcullis.yaml", false ; "another event")]
    #[test_case("my.app", "Object Created", "config", "portcullis.yaml", false ; "another source")]
    #[test_case("aws.s3", "Object Created", "other", "portcullis.yaml", false ; "another bucket")]
    #[test_case("aws.s3", "Object Created", "config", "STOP", false ; "another object")]
    fn events_of_s3(source: &str, kind: &str, bucket: &str, key: &str, taken: bool) {
        let detail = json!({"version": "0", "bucket": {"name": bucket}, "object": {"key": key, "size": 5}});
        let event = json!({
            "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": kind, "source": source,
            "account": "111122223333", "time": "2026-01-05T08:10:00Z", "region": "eu-west-1",
            "resources": [format!("arn:aws:s3:::{bucket}")], "detail": detail,
        });
        assert_eq!(parse(&event.to_string()).ok(), taken.then_some(Request::SettingsChanged));
    }
}
