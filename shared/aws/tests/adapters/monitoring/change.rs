//! One change at a time.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::delete_alarms::{DeleteAlarmsError, DeleteAlarmsInput, DeleteAlarmsOutput};
use aws_sdk_cloudwatch::operation::delete_anomaly_detector::{DeleteAnomalyDetectorInput, DeleteAnomalyDetectorOutput};
use aws_sdk_cloudwatch::operation::delete_dashboards::DeleteDashboardsOutput;
use aws_sdk_cloudwatch::operation::describe_alarms::{DescribeAlarmsInput, DescribeAlarmsOutput};
use aws_sdk_cloudwatch::operation::put_dashboard::{PutDashboardInput, PutDashboardOutput};
use aws_sdk_cloudwatch::operation::put_metric_alarm::{PutMetricAlarmInput, PutMetricAlarmOutput};
use aws_sdk_cloudwatch::operation::set_alarm_state::{SetAlarmStateInput, SetAlarmStateOutput};
use aws_sdk_cloudwatch::types::error::ResourceNotFound;
use aws_sdk_cloudwatch::types::{DashboardValidationMessage, MetricAlarm, Tag};
use aws_smithy_mocks::{Rule, mock};
use portcullis_aws::CloudWatch;
use portcullis_monitoring::{Alarm, Change, ChangeMonitoring as _, ReadMonitoring as _};
use portcullis_response::PortErrorKind;
use test_case::test_case;

use super::convert::{kept, put};
use super::read::tags;
use super::{anomaly, cloudwatch, code, dashboard, denied, described, metric, no_dashboard, place, refusing};
use crate::recorded::Recorded;

fn change_of(alarm: Alarm, new: bool) -> Change {
    Change::PutAlarm { alarm: Box::new(alarm), new }
}

/// A world that was read, in which there are the alarms `denied` and `anomaly`, ours, and one by hand.
async fn read(more: Vec<Rule>) -> CloudWatch {
    let alarms = vec![
        kept(&put(&denied()).await).build(),
        kept(&put(&anomaly()).await).build(),
        MetricAlarm::builder().alarm_name("gatehouse/denied/by-hand").build(),
    ];
    let mut rules = vec![described(alarms), no_dashboard(), tags(&[])];
    rules.extend(more);
    let world = cloudwatch(&rules, &[&denied().name, &anomaly().name]);
    world.read(&place()).await.unwrap();
    world
}

fn putting(calls: &Recorded<PutMetricAlarmInput>) -> Rule {
    let calls = calls.clone();
    mock!(Client::put_metric_alarm).then_compute_output(move |call: &PutMetricAlarmInput| {
        calls.keep(call);
        PutMetricAlarmOutput::builder().build()
    })
}

fn deleting(calls: &Recorded<DeleteAlarmsInput>) -> Rule {
    let calls = calls.clone();
    mock!(Client::delete_alarms).then_compute_output(move |call: &DeleteAlarmsInput| {
        calls.keep(call);
        DeleteAlarmsOutput::builder().build()
    })
}

/// CloudWatch takes tags of new alarms alone.
#[tokio::test]
async fn the_tag_comes_with_a_new_alarm() {
    let calls = Recorded::default();
    let world = read(vec![putting(&calls)]).await;
    let new = Alarm { name: "gatehouse/denied/other".to_owned(), ..denied() };
    world.change(&place(), &change_of(new, true)).await.unwrap();
    world.change(&place(), &change_of(denied(), false)).await.unwrap();
    let tagged: Vec<Vec<Tag>> = calls.all().iter().map(|call| call.tags().to_vec()).collect();
    assert_eq!(tagged, [vec![Tag::builder().key("portcullis:stack").value("gatehouse").build()], vec![]]);
}

#[test_case(&change_of(Alarm { name: "gatehouse/denied/by-hand".to_owned(), ..denied() }, true) ; "made in place of one by hand")]
#[test_case(&change_of(Alarm { name: "gatehouse/denied/by-hand".to_owned(), ..denied() }, false) ; "changed by hand")]
#[test_case(&change_of(Alarm { name: "gatehouse/denied/unread".to_owned(), ..denied() }, false) ; "changed unread")]
#[test_case(&change_of(Alarm { name: "other/denied/payroll".to_owned(), ..denied() }, true) ; "made under another name")]
#[test_case(&Change::Silence { name: "gatehouse/denied/by-hand".to_owned(), reason: String::new() } ; "silenced")]
#[test_case(&Change::DeleteAlarms(vec![denied().name, "gatehouse/denied/by-hand".to_owned()]) ; "deleted among ours")]
#[test_case(&Change::DeleteAlarms(vec!["production".to_owned()]) ; "deleted unread")]
#[test_case(&Change::DeleteFilter { log_group: "trail".to_owned(), name: "other-filter".to_owned() } ; "a filter of another name")]
#[test_case(&Change::DeleteDashboard("gatehouse".to_owned()) ; "a dashboard that was not there")]
#[test_case(&Change::PutDashboard { name: "gatehouse".to_owned(), body: String::new(), new: false } ; "a dashboard that was not there either")]
#[tokio::test]
async fn what_was_not_found_to_be_ours_is_not_touched(change: &Change) {
    // There are no answers for it: a call that is made fails the test.
    let error = read(Vec::new()).await.change(&place(), change).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let why = error.chain();
    assert!(why.ends_with("stack's tag") || why.ends_with("not the stack's to use"), "{why}");
}

#[tokio::test]
async fn somebody_elses_dashboard_is_not_touched() {
    let world = cloudwatch(&[described(Vec::new()), dashboard("{}"), tags(&[])], &[]);
    world.read(&place()).await.unwrap();
    let name = || "gatehouse".to_owned();
    for change in [
        Change::PutDashboard { name: name(), body: "{}".to_owned(), new: true },
        Change::PutDashboard { name: name(), body: "{}".to_owned(), new: false },
        Change::DeleteDashboard(name()),
    ] {
        assert!(world.change(&place(), &change).await.is_err(), "{change:?}");
    }
}

#[tokio::test]
async fn deleted_by_name() {
    let calls = Recorded::default();
    let world = read(vec![deleting(&calls)]).await;
    world.change(&place(), &Change::DeleteAlarms(vec![denied().name, anomaly().name])).await.unwrap();
    assert_eq!(calls.only().alarm_names(), [denied().name, anomaly().name]);
}

/// A name that is gone keeps the others from being deleted, so that these are deleted by themselves.
#[test_case(&["gatehouse/anomaly/payroll"], &[2, 1] ; "one is left")]
#[test_case(&[], &[2] ; "none is left")]
#[tokio::test]
async fn deleted_twice_is_the_same_as_once(there: &'static [&'static str], expected: &[usize]) {
    let calls: Recorded<DeleteAlarmsInput> = Recorded::default();
    let recorded = calls.clone();
    let rest = mock!(Client::delete_alarms)
        .match_requests(|call: &DeleteAlarmsInput| call.alarm_names().len() == 1)
        .then_compute_output(move |call: &DeleteAlarmsInput| {
            recorded.keep(call);
            DeleteAlarmsOutput::builder().build()
        });
    let recorded = calls.clone();
    let gone = mock!(Client::delete_alarms)
        .match_requests(move |call: &DeleteAlarmsInput| {
            let both = call.alarm_names().len() == 2;
            if both {
                recorded.keep(call);
            }
            both
        })
        .then_error(|| {
            DeleteAlarmsError::ResourceNotFound(ResourceNotFound::builder().meta(code("ResourceNotFound")).build())
        });
    let left = mock!(Client::describe_alarms)
        .match_requests(|call: &DescribeAlarmsInput| call.alarm_names().len() == 2)
        .then_output(move || {
            let alarms = there.iter().map(|name| MetricAlarm::builder().alarm_name(*name).build()).collect();
            DescribeAlarmsOutput::builder().set_metric_alarms(Some(alarms)).build()
        });
    let world = read(vec![rest, gone, left]).await;
    world.change(&place(), &Change::DeleteAlarms(vec![denied().name, anomaly().name])).await.unwrap();
    assert_eq!(calls.all().iter().map(|call| call.alarm_names().len()).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn one_that_rings_is_told_to_be_over() {
    let calls = Recorded::default();
    let recorded = calls.clone();
    let set = mock!(Client::set_alarm_state).then_compute_output(move |call: &SetAlarmStateInput| {
        recorded.keep(call);
        SetAlarmStateOutput::builder().build()
    });
    let reason = "ü".repeat(2_000);
    read(vec![set]).await.change(&place(), &Change::Silence { name: denied().name, reason }).await.unwrap();
    let call: SetAlarmStateInput = calls.only();
    assert_eq!(call.state_value().unwrap().as_str(), "OK");
    assert_eq!(call.state_reason().unwrap().chars().count(), 1_023);
}

/// The one that CloudWatch learned for our alarm; what it learned of other statistics is somebody else's.
#[tokio::test]
async fn what_was_learned_goes_with_the_alarm() {
    let calls = Recorded::default();
    let recorded = calls.clone();
    let delete =
        mock!(Client::delete_anomaly_detector).then_compute_output(move |call: &DeleteAnomalyDetectorInput| {
            recorded.keep(call);
            DeleteAnomalyDetectorOutput::builder().build()
        });
    read(vec![delete]).await.change(&place(), &Change::DeleteDetector(metric())).await.unwrap();
    let call: DeleteAnomalyDetectorInput = calls.only();
    let detector = call.single_metric_anomaly_detector().unwrap();
    assert_eq!((detector.metric_name(), detector.stat()), (Some("AssetDenied"), Some("Sum")));
    assert_eq!(detector.dimensions().len(), 2);
}

#[tokio::test]
async fn the_dashboard_is_made_kept_and_deleted() {
    let calls = Recorded::default();
    let recorded = calls.clone();
    let put = mock!(Client::put_dashboard).then_compute_output(move |call: &PutDashboardInput| {
        recorded.keep(call);
        PutDashboardOutput::builder().build()
    });
    let delete = mock!(Client::delete_dashboards).then_output(|| DeleteDashboardsOutput::builder().build());
    let world = read(vec![put, delete]).await;
    for new in [true, false] {
        let change = Change::PutDashboard { name: "gatehouse".to_owned(), body: "{}".to_owned(), new };
        world.change(&place(), &change).await.unwrap();
    }
    let tagged: Vec<usize> = calls.all().iter().map(|call: &PutDashboardInput| call.tags().len()).collect();
    assert_eq!(tagged, [1, 0]);
    world.change(&place(), &Change::DeleteDashboard("gatehouse".to_owned())).await.unwrap();
}

/// CloudWatch keeps a body that it does not understand, and says so.
#[tokio::test]
async fn a_body_that_is_not_understood_is_told() {
    let put = mock!(Client::put_dashboard).then_output(|| {
        let message = DashboardValidationMessage::builder().message("widget 3 has no region").build();
        PutDashboardOutput::builder().dashboard_validation_messages(message).build()
    });
    let change = Change::PutDashboard { name: "gatehouse".to_owned(), body: "{}".to_owned(), new: true };
    let error = read(vec![put]).await.change(&place(), &change).await.unwrap_err();
    assert!(error.chain().ends_with("widget 3 has no region"), "{}", error.chain());
}

#[test_case(400, "Throttling", PortErrorKind::Retryable)]
#[test_case(500, "InternalServiceFault", PortErrorKind::Retryable)]
#[test_case(400, "LimitExceeded", PortErrorKind::Refused)]
#[test_case(403, "AccessDenied", PortErrorKind::Refused)]
#[tokio::test(start_paused = true)]
async fn a_failure_names_the_alarm(status: u16, code: &'static str, kind: PortErrorKind) {
    let failing = mock!(Client::put_metric_alarm).sequence();
    let failing = failing.http_response(move || refusing(status, code)).repeatedly().build();
    let error = read(vec![failing]).await.change(&place(), &change_of(denied(), false)).await.unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (kind, "failed to put alarm `gatehouse/denied/payroll`"));
    assert!(error.chain().ends_with(&format!("{code}: No.")), "{}", error.chain());
}
