//! Metric filters of the trail's log group.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::delete_metric_filter::DeleteMetricFilterError;
use aws_sdk_cloudwatchlogs::operation::describe_metric_filters::{
    DescribeMetricFiltersError, DescribeMetricFiltersInput, DescribeMetricFiltersOutput,
};
use aws_sdk_cloudwatchlogs::operation::put_metric_filter::{PutMetricFilterInput, PutMetricFilterOutput};
use aws_sdk_cloudwatchlogs::types::error::ResourceNotFoundException;
use aws_sdk_cloudwatchlogs::types::{MetricFilter as Kept, MetricTransformation};
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use portcullis_aws::CloudWatch;
use portcullis_monitoring::{Change, ChangeMonitoring as _, MetricFilter, Place, ReadMonitoring as _};

use super::{code, described, no_dashboard, place};
use crate::recorded::Recorded;

fn with_trail() -> Place {
    Place { trail_log_group: Some("trail".to_owned()), ..place() }
}

fn world(logs: &Rule) -> CloudWatch {
    let index = mock!(aws_sdk_resourcegroupstagging::Client::get_resources)
        .then_output(|| GetResourcesOutput::builder().build());
    let (alarms, dashboard) = (described(Vec::new()), no_dashboard());
    CloudWatch::with(
        mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&alarms, &dashboard]),
        mock_client!(aws_sdk_cloudwatchlogs, RuleMode::MatchAny, [logs]),
        mock_client!(aws_sdk_resourcegroupstagging, RuleMode::MatchAny, [&index]),
    )
}

fn filter() -> MetricFilter {
    MetricFilter {
        name: "gatehouse-cis-root-used".to_owned(),
        log_group: "trail".to_owned(),
        pattern: "{ $.userIdentity.type = \"Root\" }".to_owned(),
        namespace: "Portcullis/CIS".to_owned(),
        metric: "root-used".to_owned(),
    }
}

fn counting() -> MetricTransformation {
    let counting = MetricTransformation::builder().metric_namespace("Portcullis/CIS").metric_name("root-used");
    counting.metric_value("1").build().unwrap()
}

async fn found(kept: Kept) -> Vec<MetricFilter> {
    let describe = mock!(Client::describe_metric_filters)
        .match_requests(|call: &DescribeMetricFiltersInput| {
            call.log_group_name() == Some("trail") && call.filter_name_prefix() == Some("gatehouse-")
        })
        .then_output(move || DescribeMetricFiltersOutput::builder().metric_filters(kept.clone()).build());
    world(&describe).read(&with_trail()).await.unwrap().filters
}

#[tokio::test]
async fn a_filter_comes_back_as_it_was_put() {
    let calls = Recorded::default();
    let recorded = calls.clone();
    let put = mock!(Client::put_metric_filter).then_compute_output(move |call: &PutMetricFilterInput| {
        recorded.keep(call);
        PutMetricFilterOutput::builder().build()
    });
    let change = Change::PutFilter { filter: filter(), new: true };
    world(&put).change(&with_trail(), &change).await.unwrap();
    let put: PutMetricFilterInput = calls.only();
    let kept = Kept::builder()
        .set_filter_name(put.filter_name.clone())
        .set_filter_pattern(put.filter_pattern.clone())
        .set_metric_transformations(put.metric_transformations.clone());
    assert_eq!(found(kept.build()).await, [filter()]);
}

/// One that counts something else differs from all that we could want.
#[tokio::test]
async fn a_filter_that_somebody_changed() {
    let kept = || Kept::builder().filter_name("gatehouse-cis-root-used").filter_pattern(filter().pattern);
    let other = |value: &str| {
        let other = MetricTransformation::builder().metric_namespace("Portcullis/CIS").metric_name("root-used");
        other.metric_value(value)
    };
    for kept in [
        kept().metric_transformations(other("0").build().unwrap()),
        kept().metric_transformations(other("1").default_value(5.0).build().unwrap()),
        kept().metric_transformations(other("1").dimensions("Who", "$.userName").build().unwrap()),
        kept().metric_transformations(counting()).metric_transformations(counting()),
        kept().metric_transformations(counting()).field_selection_criteria("@aws.account = \"1\""),
    ] {
        let found = found(kept.build()).await;
        assert_eq!(found.len(), 1);
        assert_ne!(found[0], filter());
        assert_eq!(found[0].name, filter().name);
    }
}

#[tokio::test]
async fn a_log_group_that_is_not_there_has_no_filters() {
    let gone = mock!(Client::describe_metric_filters).then_error(|| {
        DescribeMetricFiltersError::ResourceNotFoundException(
            ResourceNotFoundException::builder().meta(code("ResourceNotFoundException")).build(),
        )
    });
    assert_eq!(world(&gone).read(&with_trail()).await.unwrap().filters, []);
}

#[tokio::test]
async fn deleted_twice_is_the_same_as_once() {
    let gone = mock!(Client::delete_metric_filter).then_error(|| {
        DeleteMetricFilterError::ResourceNotFoundException(
            ResourceNotFoundException::builder().meta(code("ResourceNotFoundException")).build(),
        )
    });
    let change = Change::DeleteFilter { log_group: "trail".to_owned(), name: filter().name };
    world(&gone).change(&with_trail(), &change).await.unwrap();
}
