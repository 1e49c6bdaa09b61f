//! Alarms, metric filters and the dashboard, against mocked clients.

mod change;
mod convert;
mod filters;
mod read;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::ErrorMetadata;
use aws_sdk_cloudwatch::operation::describe_alarms::{DescribeAlarmsInput, DescribeAlarmsOutput};
use aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardOutput;
use aws_sdk_cloudwatch::types::MetricAlarm;
use aws_sdk_cloudwatch::types::error::DashboardNotFoundError;
use aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, Tag};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::body::SdkBody;
use portcullis_aws::CloudWatch;
use portcullis_metrics::{Metric, Statistic};
use portcullis_monitoring::{Alarm, Comparison, Condition, MetricRef, MissingData, Place};

use crate::wire::cbor_error;

pub(crate) const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:gatehouse-alarm-states";

fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "gatehouse".to_owned(),
        topic: TOPIC.to_owned(),
        runbook: String::new(),
        trail_log_group: None,
        pagerduty: false,
        evidence: false,
    }
}

/// Dimensions by name.
fn metric() -> MetricRef {
    let mut metric = MetricRef::ours(Metric::ASSET_DENIED, "gatehouse", &[("Asset", "payroll")]);
    metric.dimensions.sort();
    metric
}

fn threshold(name: &str, comparison: Comparison, missing: MissingData) -> Alarm {
    Alarm {
        name: name.to_owned(),
        description: "Somebody was denied.".to_owned(),
        condition: Condition::Threshold {
            metric: metric(),
            statistic: Statistic::Sum,
            period: 300,
            periods: 3,
            datapoints: 2,
            comparison,
            threshold: 100.5,
            missing,
        },
        tells: vec![TOPIC.to_owned()],
    }
}

fn denied() -> Alarm {
    threshold("gatehouse/denied/payroll", Comparison::GreaterOrEqual, MissingData::NotBreaching)
}

fn anomaly() -> Alarm {
    Alarm {
        name: "gatehouse/anomaly/payroll".to_owned(),
        description: "More than it used to be.".to_owned(),
        condition: Condition::AboveBand {
            metric: metric(),
            statistic: Statistic::Sum,
            period: 300,
            periods: 3,
            datapoints: 3,
            deviations: 3,
            missing: MissingData::Ignore,
        },
        tells: vec![TOPIC.to_owned()],
    }
}

fn composite() -> Alarm {
    Alarm {
        name: "gatehouse/under-attack/payroll".to_owned(),
        description: String::new(),
        condition: Condition::Composite {
            rule: "ALARM(\"gatehouse/denied/payroll\") AND ALARM(\"gatehouse/anomaly/payroll\")".to_owned(),
        },
        tells: Vec::new(),
    }
}

/// CloudWatch that answers so, no log group, and an index of tags that names these alarms.
fn cloudwatch(rules: &[Rule], tagged: &[&str]) -> CloudWatch {
    let tagged = tagged.iter().map(|name| mapping(name, &[("portcullis:stack", "gatehouse")])).collect();
    with_index(rules, tagged)
}

fn with_index(rules: &[Rule], tagged: Vec<ResourceTagMapping>) -> CloudWatch {
    let index = mock!(aws_sdk_resourcegroupstagging::Client::get_resources)
        .then_output(move || GetResourcesOutput::builder().set_resource_tag_mapping_list(Some(tagged.clone())).build());
    let rules: Vec<&Rule> = rules.iter().collect();
    CloudWatch::with(
        mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, &rules),
        mock_client!(aws_sdk_cloudwatchlogs, RuleMode::MatchAny, &[] as &[&Rule]),
        mock_client!(aws_sdk_resourcegroupstagging, RuleMode::MatchAny, [&index]),
    )
}

fn mapping(name: &str, tags: &[(&str, &str)]) -> ResourceTagMapping {
    let mut mapping =
        ResourceTagMapping::builder().resource_arn(format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}"));
    for (key, value) in tags {
        mapping = mapping.tags(Tag::builder().key(*key).value(*value).build().unwrap());
    }
    mapping.build()
}

/// These alarms under the stack's names.
fn described(alarms: Vec<MetricAlarm>) -> Rule {
    mock!(Client::describe_alarms)
        .match_requests(|call: &DescribeAlarmsInput| {
            call.alarm_name_prefix() == Some("gatehouse/") && call.alarm_types().len() == 2
        })
        .then_output(move || DescribeAlarmsOutput::builder().set_metric_alarms(Some(alarms.clone())).build())
}

fn no_dashboard() -> Rule {
    mock!(Client::get_dashboard).then_error(|| {
        let error = DashboardNotFoundError::builder().meta(code("ResourceNotFound")).build();
        aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardError::DashboardNotFoundError(error)
    })
}

/// The code that AWS has for an error (CloudWatch API Reference, Errors of each operation).
fn code(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).build()
}

/// An answer that is an error.
fn refusing(status: u16, code: &str) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(cbor_error(code, "No.")))
}

fn dashboard(body: &'static str) -> Rule {
    mock!(Client::get_dashboard).then_output(move || GetDashboardOutput::builder().dashboard_body(body).build())
}
