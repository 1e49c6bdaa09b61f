//! What a message says: a finding, that one is taken back, that on-call has answered, that somebody contained was changed,
//! or that an alarm rings or rings no more.

use jiff::Timestamp;
use portcullis_domain::Finding;
use portcullis_lambda::FunctionError;
use portcullis_response::{AlarmChange, Answered, Watch, Watched, Withdrawal};

/// What a message says.
#[derive(Debug)]
pub(crate) enum Said {
    Finding(Box<Finding>),
    Withdrawn(Withdrawal),
    Answered(Answered),
    Watch(Watched),
    Alarm(Box<AlarmChange>),
}

/// Reads a message that was heard at `now`; `stack` tells its own alarms from others.
///
/// # Errors
///
/// When it is none of them.
pub(crate) fn read(body: &str, stack: &str, now: Timestamp) -> Result<Said, FunctionError> {
    if let Ok(withdrawal) = serde_json::from_str(body) {
        return Ok(Said::Withdrawn(withdrawal));
    }
    if let Ok(answered) = serde_json::from_str(body) {
        return Ok(Said::Answered(answered));
    }
    if let Ok(Watch { watch }) = serde_json::from_str(body) {
        return Ok(Said::Watch(watch));
    }
    if let Some(change) = AlarmChange::read(body, stack, now) {
        return Ok(Said::Alarm(Box::new(change)));
    }
    let finding = serde_json::from_str(body).map_err(|error| {
        let kinds = "the message is neither a finding, nor about one, nor about somebody, nor of an alarm";
        FunctionError::Rejected(format!("{kinds}: {error}"))
    });
    finding.map(|finding| Said::Finding(Box::new(finding)))
}

/// Whether the function was called by its schedule, to look after everybody who is contained.
pub(crate) fn is_round(payload: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(payload).is_ok_and(|value| value == serde_json::json!({"watch": "all"}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_apart() {
        let said = |body: &str| match read(body, "gatehouse", Timestamp::UNIX_EPOCH) {
            Ok(Said::Finding(_)) => "finding",
            Ok(Said::Withdrawn(_)) => "withdrawn",
            Ok(Said::Answered(_)) => "answered",
            Ok(Said::Watch(_)) => "watch",
            Ok(Said::Alarm(change)) if change.subject.is_some() => "alarm",
            Ok(Said::Alarm(_)) => "somebody's alarm",
            Err(_) => "unreadable",
        };
        assert_eq!(said(r#"{"withdrawn": "F-0123456789abcdef"}"#), "withdrawn");
        assert_eq!(said(r#"{"answered": "F-0123456789abcdef"}"#), "answered");
        assert_eq!(said(r#"{"watch": {"principal": "arn:aws:iam::111122223333:role/app"}}"#), "watch");
        assert_eq!(said(r#"{"watch": "all"}"#), "unreadable", "only the schedule says so, and not by the queue");
        assert_eq!(said(r#"{"answered": "yes"}"#), "unreadable");
        assert_eq!(said("{}"), "unreadable");
        assert_eq!(said(r#"{"AlarmName": "gatehouse/denied/payroll", "NewStateValue": "ALARM"}"#), "alarm");
        assert_eq!(said(r#"{"AlarmName": "elsewhere/denied/payroll", "NewStateValue": "OK"}"#), "somebody's alarm");
        assert_eq!(said(r#"{"AlarmName": "gatehouse/denied/payroll", "NewStateValue": "ODD"}"#), "unreadable");
    }

    #[test]
    fn the_round_of_the_schedule() {
        assert!(is_round(r#"{ "watch": "all" }"#));
        assert!(!is_round(r#"{"watch": {"principal": "x"}}"#) && !is_round("all"));
    }
}
