use portcullis_domain::{AssetAlarm, PipelineAlarm};
use serde_json::{Value, json};
use test_case::test_case;

use super::*;

fn heard() -> Timestamp {
    "2026-01-05T08:11:00Z".parse().unwrap()
}

fn read(message: &Value) -> Option<AlarmChange> {
    AlarmChange::read(&message.to_string(), "gatehouse", heard())
}

/// CloudWatch User Guide, *Notifying users on alarm changes*, with names and numbers of ours.
fn on_a_metric() -> Value {
    json!({
        "AlarmName": "gatehouse/denied/payroll",
        "AlarmDescription": "Somebody was denied.",
        "AWSAccountId": "111122223333",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-04T08:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).",
        "StateChangeTime": "2026-01-05T08:10:00.123+0000",
        "Region": "EU (Ireland)",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:gatehouse/denied/payroll",
        "OldStateValue": "OK",
        "OKActions": [],
        "AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:gatehouse-alarm-states"],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "AssetDenied",
            "Namespace": "Portcullis",
            "StatisticType": "Statistic",
            "Statistic": "Sum",
            "Unit": null,
            "Dimensions": [{"value": "payroll", "name": "Asset"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0.0,
            "TreatMissingData": "- TreatMissingData:                    notBreaching",
            "EvaluateLowSampleCountPercentile": ""
        }
    })
}

#[test]
fn an_alarm_on_a_metric() {
    let expected = AlarmChange {
        subject: Some(AlarmSubject::Asset { kind: AssetAlarm::Denied, entry: "payroll".to_owned() }),
        name: "gatehouse/denied/payroll".to_owned(),
        state: AlarmState::Alarm,
        before: Some(AlarmState::Ok),
        at: "2026-01-05T08:10:00.123Z".parse().unwrap(),
        reason: "Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0)."
            .to_owned(),
        description: "Somebody was denied.".to_owned(),
        measure: Some("AssetDenied, Sum of 60 s, more than 0".to_owned()),
        account: "111122223333".parse().ok(),
        region: Some("eu-west-1".to_owned()),
    };
    assert_eq!(read(&on_a_metric()), Some(expected));
}

#[test]
fn a_composite_one() {
    let message = json!({
        "AlarmName": "gatehouse/under-attack/payroll",
        "AlarmDescription": null,
        "AWSAccountId": "111122223333",
        "NewStateValue": "OK",
        "NewStateReason": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:gatehouse/denied/payroll transitioned to OK",
        "StateChangeTime": "2026-01-05T08:10:00.123+0000",
        "Region": "EU (Ireland)",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:gatehouse/under-attack/payroll",
        "AlarmRule": "ALARM(\"gatehouse/denied/payroll\") AND ALARM(\"gatehouse/high-rate/payroll\")",
        "OldStateValue": "ALARM",
        "TriggeringChildren": []
    });
    let change = read(&message).unwrap();
    let entry = "payroll".to_owned();
    assert_eq!(change.subject, Some(AlarmSubject::Asset { kind: AssetAlarm::UnderAttack, entry }));
    assert_eq!((change.state, change.measure.as_deref()), (AlarmState::Ok, None));
    assert_eq!(change.thing(), read(&on_a_metric()).unwrap().thing(), "they share what they watch");
}

/// What it was in before is no reason to lose a message.
#[test_case(&json!("INSUFFICIENT_DATA"), Some(AlarmState::InsufficientData) ; "known")]
#[test_case(&json!("BLUE"), None ; "unknown")]
#[test_case(&json!(null), None ; "none")]
fn what_it_was_in_before(state: &Value, expected: Option<AlarmState>) {
    let mut message = on_a_metric();
    message["OldStateValue"] = state.clone();
    assert_eq!(read(&message).unwrap().before, expected);
}

#[test]
fn without_an_arn_and_with_other_times() {
    let message = |time: &str| {
        json!({
            "AlarmName": "gatehouse/pipeline/event-age", "NewStateValue": "INSUFFICIENT_DATA",
            "AWSAccountId": "111122223333", "Region": "eu-west-1", "StateChangeTime": time,
        })
    };
    let change = read(&message("2026-01-05T08:10:00Z")).unwrap();
    assert_eq!(change.subject, Some(AlarmSubject::Pipeline(PipelineAlarm::EventAge)));
    assert_eq!((change.region.as_deref(), change.state), (Some("eu-west-1"), AlarmState::InsufficientData));
    assert_eq!(change.at.to_string(), "2026-01-05T08:10:00Z");
    assert_eq!(read(&message("lately")).unwrap().at, heard(), "a time that cannot be read is none to lose it for");
}

#[test_case(&json!({}) ; "nothing")]
#[test_case(&json!({"AlarmName": "a", "NewStateValue": "BLUE"}) ; "a state that there is not")]
#[test_case(&json!({"AlarmName": "", "NewStateValue": "OK"}) ; "no name")]
#[test_case(&json!({"NewStateValue": "OK"}) ; "none at all")]
fn no_message_of_an_alarm(message: &Value) {
    assert_eq!(read(message), None);
}

#[test]
fn what_is_not_ours_has_a_key_of_its_own() {
    let mut message = on_a_metric();
    message["AlarmName"] = json!("gate/denied/payroll");
    let change = read(&message).unwrap();
    assert_eq!((change.thing().as_str(), change.severity()), ("other/gate/denied/payroll", Severity::Medium));
    message["AlarmName"] = json!("é".repeat(255));
    assert_eq!(read(&message).unwrap().thing().len(), "sha256:".len() + 64);
}

#[test]
fn texts_are_bounded() {
    let mut message = on_a_metric();
    message["NewStateReason"] = json!("é".repeat(5_000));
    message["AlarmDescription"] = json!("d".repeat(5_000));
    let change = read(&message).unwrap();
    assert_eq!((change.reason.chars().count(), change.description.len()), (LONGEST, LONGEST));
}

#[test]
fn it_is_kept_whole() {
    let mut messages = vec![on_a_metric(); 3];
    messages[1]["AlarmName"] = json!("gatehouse/cis/root-used");
    messages[2]["AlarmName"] = json!("somebody's own");
    for message in messages {
        let change = read(&message).unwrap();
        let json = serde_json::to_string(&change).unwrap();
        assert_eq!(serde_json::from_str::<AlarmChange>(&json).unwrap(), change, "{json}");
    }
}
