//! What is there, and whose it is.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::{DescribeAlarmsInput, DescribeAlarmsOutput};
use aws_sdk_cloudwatch::operation::list_tags_for_resource::{
    ListTagsForResourceError, ListTagsForResourceInput, ListTagsForResourceOutput,
};
use aws_sdk_cloudwatch::types::error::ResourceNotFoundException;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue, Tag};
use aws_smithy_mocks::{Rule, mock};
use portcullis_monitoring::{Alarm, FoundDashboard, ReadMonitoring as _};
use portcullis_response::PortErrorKind;

use super::convert::{kept, put};
use super::{cloudwatch, code, dashboard, denied, described, mapping, no_dashboard, place, refusing, with_index};
use crate::recorded::Recorded;

/// CloudWatch's own answer about the tags of whatever it is asked.
pub(super) fn tags(tags: &[(&'static str, &'static str)]) -> Rule {
    let tags: Vec<Tag> = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
    mock!(Client::list_tags_for_resource)
        .then_output(move || ListTagsForResourceOutput::builder().set_tags(Some(tags.clone())).build())
}

async fn named(name: &str) -> MetricAlarm {
    kept(&put(&Alarm { name: name.to_owned(), ..denied() }).await).build()
}

fn by_hand(name: &str) -> MetricAlarm {
    MetricAlarm::builder().alarm_name(name).state_value(StateValue::Alarm).build()
}

/// For three thousand alarms nobody is asked three thousand times.
#[tokio::test]
async fn the_index_of_tags_is_believed() {
    let rules = [described(vec![named("gatehouse/denied/a").await, named("gatehouse/denied/b").await]), no_dashboard()];
    let found = cloudwatch(&rules, &["gatehouse/denied/a", "gatehouse/denied/b"]).read(&place()).await.unwrap();
    let ours: Vec<(&str, bool)> = found.alarms.iter().map(|alarm| (alarm.name.as_str(), alarm.ours)).collect();
    assert_eq!(ours, [("gatehouse/denied/a", true), ("gatehouse/denied/b", true)]);
    assert!(found.filters.is_empty() && found.dashboard.is_none());
}

/// It may not know yet of what was made a moment ago: CloudWatch itself does.
#[tokio::test]
async fn what_the_index_does_not_know_is_asked_for() {
    let calls = Recorded::default();
    let recorded = calls.clone();
    let tags = mock!(Client::list_tags_for_resource).then_compute_output(move |call: &ListTagsForResourceInput| {
        recorded.keep(call);
        let arn = call.resource_arn().unwrap();
        let stack = if arn.ends_with("denied/b") { "gatehouse" } else { "another" };
        let tag = Tag::builder().key("portcullis:stack").value(stack).build();
        ListTagsForResourceOutput::builder().tags(tag).build()
    });
    let alarms =
        vec![named("gatehouse/denied/a").await, named("gatehouse/denied/b").await, named("gatehouse/denied/c").await];
    let world = cloudwatch(&[described(alarms), no_dashboard(), tags], &["gatehouse/denied/a"]);
    let found = world.read(&place()).await.unwrap();
    let ours: Vec<bool> = found.alarms.iter().map(|alarm| alarm.ours).collect();
    assert_eq!(ours, [true, true, false]);
    let asked: Vec<String> =
        calls.all().into_iter().filter_map(|call: ListTagsForResourceInput| call.resource_arn).collect();
    let arn = |name| format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:gatehouse/denied/{name}");
    assert_eq!(asked, [arn("b"), arn("c")]);
}

/// Deleted and made again by hand, the index may still tell of the former.
#[tokio::test]
async fn a_name_that_was_ours_and_is_somebody_elses() {
    let rules = [described(vec![by_hand("gatehouse/denied/a")]), no_dashboard(), tags(&[("team", "payroll")])];
    let found = cloudwatch(&rules, &["gatehouse/denied/a"]).read(&place()).await.unwrap();
    let [alarm] = found.alarms.as_slice() else { panic!("{found:?}") };
    assert!(!alarm.ours && alarm.rings && alarm.alarm.is_none());
}

#[tokio::test]
async fn one_that_went_meanwhile_is_not_there() {
    let gone = mock!(Client::list_tags_for_resource).then_error(|| {
        ListTagsForResourceError::ResourceNotFoundException(
            ResourceNotFoundException::builder().meta(code("ResourceNotFoundException")).build(),
        )
    });
    let rules = [described(vec![by_hand("gatehouse/denied/a")]), no_dashboard(), gone];
    assert!(cloudwatch(&rules, &[]).read(&place()).await.unwrap().alarms.is_empty());
}

/// With the tag but another name: it is told of, and its tags are not asked for, which this role may not.
#[tokio::test]
async fn our_tag_under_another_name() {
    let elsewhere = mock!(Client::describe_alarms)
        .match_requests(|call: &DescribeAlarmsInput| call.alarm_names() == ["somewhere"])
        .then_output(|| DescribeAlarmsOutput::builder().metric_alarms(by_hand("somewhere")).build());
    let found = cloudwatch(&[described(Vec::new()), elsewhere, no_dashboard()], &["somewhere"]).read(&place()).await;
    let found = found.unwrap();
    assert_eq!(
        found.alarms.iter().map(|alarm| (alarm.name.as_str(), alarm.ours)).collect::<Vec<_>>(),
        [("somewhere", true)]
    );
}

/// A tag of the whole stack is on the template's alarms too.
#[tokio::test]
async fn what_cloud_formation_made_is_its_own() {
    let tags = [("portcullis:stack", "gatehouse"), ("aws:cloudformation:stack-name", "gatehouse")];
    let world = with_index(&[described(Vec::new()), no_dashboard()], vec![mapping("gatehouse-events-dlq", &tags)]);
    assert!(world.read(&place()).await.unwrap().alarms.is_empty());
}

#[tokio::test]
async fn pages_are_followed() {
    let page = |name: &'static str, next: Option<&'static str>| {
        DescribeAlarmsOutput::builder().metric_alarms(by_hand(name)).set_next_token(next.map(str::to_owned)).build()
    };
    let second = mock!(Client::describe_alarms)
        .match_requests(|call: &DescribeAlarmsInput| call.next_token() == Some("more"))
        .then_output(move || page("gatehouse/denied/b", None));
    let first = mock!(Client::describe_alarms)
        .match_requests(|call: &DescribeAlarmsInput| call.next_token().is_none() && call.max_records() == Some(100))
        .then_output(move || page("gatehouse/denied/a", Some("more")));
    let found = cloudwatch(&[second, first, no_dashboard(), tags(&[])], &[]).read(&place()).await.unwrap();
    assert_eq!(
        found.alarms.iter().map(|alarm| alarm.name.as_str()).collect::<Vec<_>>(),
        ["gatehouse/denied/a", "gatehouse/denied/b"]
    );
}

#[tokio::test]
async fn whose_the_dashboard_is() {
    for (tag, ours) in [("gatehouse", true), ("another", false)] {
        let rules = [described(Vec::new()), dashboard("{}"), tags(&[("portcullis:stack", tag)])];
        let found = cloudwatch(&rules, &[]).read(&place()).await.unwrap();
        assert_eq!(found.dashboard, Some(FoundDashboard { ours, body: "{}".to_owned() }));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_no_empty_place() {
    let alarms = mock!(Client::describe_alarms).sequence();
    let alarms = alarms.http_response(|| refusing(400, "Throttling")).repeatedly().build();
    let error = cloudwatch(&[alarms], &[]).read(&place()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.what.as_str()),
        (PortErrorKind::Retryable, "failed to list the alarms named `gatehouse/…`")
    );
    let tags = mock!(Client::list_tags_for_resource).then_http_response(|| refusing(403, "AccessDenied"));
    let rules = [described(vec![by_hand("gatehouse/denied/a")]), no_dashboard(), tags];
    let error = cloudwatch(&rules, &[]).read(&place()).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
}
