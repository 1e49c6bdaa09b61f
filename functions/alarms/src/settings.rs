//! The settings by which alarms are made, and what it means that there are none.

use portcullis_aws::{Location, Objects};
use portcullis_domain::AlarmSubject;
use portcullis_lambda::{FunctionError, written_settings};
use portcullis_monitoring::{Found, Place};
use portcullis_response::PortError;
use portcullis_settings::{Settings, parse};

use crate::world::World;

/// Why nothing was reconciled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unmade {
    /// The settings cannot be understood, for these problems.
    Unreadable(String),
    /// The settings are gone, as told here.
    Gone(String),
    /// AWS did not answer. Trying again may help.
    Unanswered(String),
    /// AWS refused.
    Refused(String),
}

impl From<FunctionError> for Unmade {
    fn from(error: FunctionError) -> Self {
        match error {
            FunctionError::Retryable(why) => Self::Unanswered(why),
            FunctionError::Misconfigured(why) | FunctionError::Rejected(why) => Self::Refused(why),
        }
    }
}

impl From<PortError> for Unmade {
    fn from(error: PortError) -> Self {
        FunctionError::from(error).into()
    }
}

impl From<Unmade> for FunctionError {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Unanswered(why) => Self::Retryable(why),
            Unmade::Unreadable(why) | Unmade::Gone(why) | Unmade::Refused(why) => Self::Misconfigured(why),
        }
    }
}

impl World {
    /// The settings as they are now: whoever wrote them a moment ago waits for what follows from them. Nothing where there
    /// are none.
    pub(crate) async fn settings(&self) -> Result<Option<Settings>, Unmade> {
        match Objects::new(&self.config).get(&self.settings).await? {
            Some(bytes) => understood(&self.settings, bytes).map(Some),
            None => Ok(None),
        }
    }
}

fn understood(location: &Location, bytes: Vec<u8>) -> Result<Settings, Unmade> {
    written_settings(location, bytes).map_err(|error| Unmade::Unreadable(error.to_string()))
}

/// The settings to go by. Without any these are the default ones, of a fresh install; but whoever deletes the settings of
/// one that watches something must not blind it by that.
///
/// # Errors
///
/// When there are none, and alarms about keys and secrets are there.
pub(crate) fn to_go_by(
    settings: Option<Settings>,
    found: &Found,
    place: &Place,
    location: &Location,
) -> Result<Settings, Unmade> {
    let about_asset = |name: &str| matches!(AlarmSubject::parse(&place.stack, name), Some(AlarmSubject::Asset { .. }));
    match settings {
        Some(settings) => Ok(settings),
        None if found.alarms.iter().any(|alarm| alarm.ours && about_asset(&alarm.name)) => Err(Unmade::Gone(format!(
            "portcullis.yaml is gone from {location}: alarms stay as they are; upload it again, or an empty file to have them \
             deleted"
        ))),
        None => Ok(Settings::default()),
    }
}

/// Settings that an operator has not uploaded yet.
///
/// # Errors
///
/// When they have problems.
pub(crate) fn given(text: &str) -> Result<Settings, FunctionError> {
    parse(text).map_err(|problems| {
        FunctionError::Rejected(format!("the settings have problems; run `portcullis check` on them:\n{problems}"))
    })
}

#[cfg(test)]
mod tests {
    use portcullis_monitoring::FoundAlarm;
    use test_case::test_case;

    use super::*;

    fn location() -> Location {
        "s3://config/portcullis.yaml".parse().unwrap()
    }

    fn place() -> Place {
        Place {
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            account: "111122223333".to_owned(),
            stack: "gatehouse".to_owned(),
            topic: "arn:aws:sns:eu-west-1:111122223333:gatehouse-alarm-states".to_owned(),
            runbook: String::new(),
            trail_log_group: None,
            pagerduty: false,
            evidence: false,
        }
    }

    fn found(name: &str, ours: bool) -> Found {
        let alarm =
            FoundAlarm { name: name.to_owned(), ours, composite: false, rings: false, alarm: None, detector: None };
        Found { alarms: vec![alarm], ..Found::default() }
    }

    #[test_case("gatehouse/denied/payroll" ; "of a metric")]
    #[test_case("gatehouse/under-attack/payroll" ; "composite")]
    fn deleting_the_settings_takes_no_alarm_away(name: &str) {
        let Err(Unmade::Gone(why)) = to_go_by(None, &found(name, true), &place(), &location()) else {
            panic!("the alarm would be deleted")
        };
        assert_eq!(
            why,
            "portcullis.yaml is gone from s3://config/portcullis.yaml: alarms stay as they are; upload it again, or an \
             empty file to have them deleted"
        );
        let error = FunctionError::from(Unmade::Gone(why));
        assert_eq!(error.error_type(), "Misconfigured");
    }

    #[test]
    fn an_empty_file_does() {
        let empty = understood(&location(), Vec::new()).unwrap();
        let settings = to_go_by(Some(empty), &found("gatehouse/denied/payroll", true), &place(), &location());
        assert_eq!(settings, Ok(Settings::default()));
    }

    #[test_case("gatehouse/pipeline/heartbeat-kms", true ; "about Portcullis itself")]
    #[test_case("gatehouse/cis/root-used", true ; "about the trail")]
    #[test_case("gatehouse/denied/payroll", false ; "of somebody else")]
    #[test_case("gate/denied/payroll", true ; "of another stack")]
    fn a_fresh_install_has_the_default_settings(name: &str, ours: bool) {
        assert_eq!(to_go_by(None, &found(name, ours), &place(), &location()), Ok(Settings::default()));
    }

    #[test]
    fn what_is_written_must_be_understood() {
        let parsed = |text: &str| understood(&location(), text.as_bytes().to_vec());
        assert!(parsed("mode: page").is_ok());
        assert!(matches!(parsed("mode: pgae"), Err(Unmade::Unreadable(why)) if why.contains("portcullis check")));
        assert!(matches!(understood(&location(), vec![0xff]), Err(Unmade::Unreadable(why)) if why.contains("UTF-8")));
    }
}
