use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataInput, GetMetricDataOutput};
use aws_sdk_cloudwatch::types::MessageData;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use portcullis_response::PortErrorKind;

use super::*;

fn query(id: &str) -> Query {
    let metric = MetricRef {
        namespace: "Portcullis".to_owned(),
        name: "AssetAccesses".to_owned(),
        dimensions: vec![("Stack".to_owned(), "gatehouse".to_owned()), ("Asset".to_owned(), id.to_owned())],
    };
    Query { id: id.to_owned(), metric, statistic: Statistic::Sum, period: 86_400 }
}

fn at(day: i8) -> Timestamp {
    format!("2026-01-0{day}T00:00:00Z").parse().unwrap()
}

fn result(id: &str, points: &[(i8, f64)]) -> MetricDataResult {
    let mut result = MetricDataResult::builder().id(id).status_code(StatusCode::Complete);
    for (day, value) in points {
        result = result.timestamps(date_time(at(*day))).values(*value);
    }
    result.build()
}

/// A series may go on in the next page, and one without data is in none.
#[tokio::test]
async fn pages_are_put_together() {
    let more = mock!(Client::get_metric_data)
        .match_requests(|call: &GetMetricDataInput| call.next_token() == Some("more"))
        .then_output(|| {
            GetMetricDataOutput::builder().metric_data_results(result("q0", &[(3, 4.0), (2, 2.0)])).build()
        });
    let first = mock!(Client::get_metric_data)
        .match_requests(|call: &GetMetricDataInput| {
            let [one, _, _] = call.metric_data_queries() else { return false };
            let stat = one.metric_stat().unwrap();
            let dimensions = stat.metric().unwrap().dimensions();
            call.next_token().is_none()
                && stat.stat() == Some("Sum")
                && stat.period() == Some(86_400)
                && dimensions.len() == 2
        })
        .then_output(|| {
            let output = GetMetricDataOutput::builder().metric_data_results(result("q0", &[(1, 1.0)]));
            output.metric_data_results(result("q2", &[(1, 7.0)])).next_token("more").build()
        });
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&more, &first]);
    let queries = [query("Payroll"), query("quiet"), query("web")];
    let answer = fetch(&client, &queries, at(1), at(4)).await.unwrap();
    let expected = [
        ("Payroll".to_owned(), vec![(at(1), 1.0), (at(2), 2.0), (at(3), 4.0)]),
        ("quiet".to_owned(), vec![]),
        ("web".to_owned(), vec![(at(1), 7.0)]),
    ];
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn five_hundred_by_a_call() {
    let call = mock!(Client::get_metric_data)
        .match_requests(|call: &GetMetricDataInput| call.metric_data_queries().len() <= 500)
        .then_output(|| GetMetricDataOutput::builder().metric_data_results(result("q0", &[(1, 1.0)])).build());
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&call]);
    let queries: Vec<Query> = (0..1_001).map(|n| query(&n.to_string())).collect();
    let answer = fetch(&client, &queries, at(1), at(2)).await.unwrap();
    assert_eq!((call.num_calls(), answer.len()), (3, 1_001));
    // The first of each call.
    let some: Vec<&str> = answer.iter().filter(|(_, points)| !points.is_empty()).map(|(id, _)| id.as_str()).collect();
    assert_eq!(some, ["0", "500", "1000"]);
}

/// Half of the values would look like a quiet week.
#[tokio::test]
async fn values_that_are_not_all_there_are_none() {
    let call = mock!(Client::get_metric_data).then_output(|| {
        let said = MessageData::builder().code("ArithmeticError").value("not now").build();
        let result = MetricDataResult::builder().id("q0").label("AssetAccesses").status_code(StatusCode::InternalError);
        GetMetricDataOutput::builder().metric_data_results(result.messages(said).build()).build()
    });
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&call]);
    let error = fetch(&client, &[query("payroll")], at(1), at(2)).await.unwrap_err();
    assert_eq!(error.chain(), "failed to read the values of metric `AssetAccesses`: not now");
    assert_eq!(error.kind, PortErrorKind::Refused);
}
