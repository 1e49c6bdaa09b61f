//! The calls that are made only to be recorded.

use aws_sdk_kms::operation::describe_key::{DescribeKeyInput, DescribeKeyOutput};
use aws_sdk_secretsmanager::operation::describe_secret::{DescribeSecretInput, DescribeSecretOutput};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use portcullis_aws::Heartbeat;
use portcullis_response::PortErrorKind;
use test_case::test_case;

use crate::wire::json_error;

fn heartbeat(kms: &Rule, secrets: &Rule) -> Heartbeat {
    Heartbeat::with(
        mock_client!(aws_sdk_kms, RuleMode::MatchAny, [kms]),
        mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [secrets]),
        "gatehouse",
    )
}

#[tokio::test]
async fn what_is_asked_for() {
    let kms = mock!(aws_sdk_kms::Client::describe_key)
        .match_requests(|call: &DescribeKeyInput| call.key_id() == Some("alias/aws/secretsmanager"))
        .then_output(|| DescribeKeyOutput::builder().build());
    let secrets = mock!(aws_sdk_secretsmanager::Client::describe_secret)
        .match_requests(|call: &DescribeSecretInput| call.secret_id() == Some("gatehouse-heartbeat"))
        .then_output(|| DescribeSecretOutput::builder().build());
    let heartbeat = heartbeat(&kms, &secrets);
    heartbeat.kms().await.unwrap();
    heartbeat.secrets_manager().await.unwrap();
    assert_eq!((kms.num_calls(), secrets.num_calls()), (1, 1));
}

/// `None` is as good as an answer: CloudTrail records it.
#[test_case(400, "NotFoundException", None)]
#[test_case(400, "ResourceNotFoundException", None)]
#[test_case(400, "AccessDeniedException", None)]
#[test_case(400, "ThrottlingException", Some(PortErrorKind::Retryable))]
#[test_case(500, "InternalServiceError", Some(PortErrorKind::Retryable))]
#[test_case(400, "UnrecognizedClientException", Some(PortErrorKind::Refused))]
#[tokio::test(start_paused = true)]
async fn what_counts_as_recorded(status: u16, code: &str, expected: Option<PortErrorKind>) {
    let body = || Some(json_error(code, "No."));
    let kms = mock!(aws_sdk_kms::Client::describe_key).sequence().http_status(status, body()).repeatedly().build();
    let secrets = mock!(aws_sdk_secretsmanager::Client::describe_secret)
        .sequence()
        .http_status(status, body())
        .repeatedly()
        .build();
    let heartbeat = heartbeat(&kms, &secrets);
    assert_eq!(heartbeat.kms().await.err().map(|error| error.kind), expected);
    assert_eq!(heartbeat.secrets_manager().await.err().map(|error| error.kind), expected);
}
