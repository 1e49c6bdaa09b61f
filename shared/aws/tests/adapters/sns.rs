//! Pages over SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish::{PublishInput, PublishOutput};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use insta::assert_snapshot;
use portcullis_aws::SnsPager;
use portcullis_paging::{PageContext, release_command};
use portcullis_response::{Containment, Detached, Entry, Notice, PageState, Pager as _, PortErrorKind};
use portcullis_testkit::{ROLE, finding_by, role};
use test_case::test_case;

use crate::ledger_read::{entry, quarantine};
use crate::recorded::Recorded;
use crate::wire::xml_error;

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:portcullis-pages";

fn context() -> PageContext {
    PageContext { stack: "portcullis".to_owned() }
}

fn pager(rule: &Rule) -> SnsPager {
    SnsPager::with(mock_client!(aws_sdk_sns, RuleMode::MatchAny, [rule]), TOPIC, context())
}

/// What is published for a notice.
async fn published(notice: Notice<'_>) -> PublishInput {
    let calls = Recorded::default();
    let kept = calls.clone();
    let publish = mock!(Client::publish).then_compute_output(move |call: &PublishInput| {
        kept.keep(call);
        PublishOutput::builder().message_id("m-1").build()
    });
    assert_eq!(pager(&publish).page(notice).await.unwrap(), "m-1");
    calls.only()
}

fn contained() -> Entry {
    let mut entry = entry();
    entry.decision.refusals.clear();
    Entry { page: PageState::None, continues: None, earlier: None, ..entry }
}

#[tokio::test]
async fn a_page_about_a_containment() {
    let call = published(Notice::Finding(&contained())).await;
    assert_eq!(call.topic_arn(), Some(TOPIC));
    assert_snapshot!(call.subject().unwrap(), @"[CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret");
    let body = call.message().unwrap();
    assert!(body.contains(&release_command(ROLE, &context())), "{body}");
    assert!(body.contains(contained().finding.id.as_str()), "{body}");
}

/// What a subscription's filter policy can tell apart: severity, rule and outcome.
fn attributes(call: &PublishInput) -> String {
    let attributes = call.message_attributes().unwrap();
    assert!(attributes.values().all(|value| value.data_type() == "String"));
    let mut lines: Vec<String> =
        attributes.iter().map(|(name, value)| format!("{name} = {}", value.string_value().unwrap())).collect();
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn attributes_of_a_finding() {
    assert_snapshot!(attributes(&published(Notice::Finding(&contained())).await), @"
    finding = F-8fc3887aeacb69c0
    kind = finding
    outcome = contained
    rule = unauthorized-access-critical-asset
    severity = critical
    ");
}

#[test_case(contained().containment, "contained")]
#[test_case(Some(Containment::Failed { at: contained().decided_at, error: "AccessDenied".to_owned(), uncertain: false }), "failed")]
#[test_case(None, "page")]
#[tokio::test]
async fn outcomes(containment: Option<Containment>, expected: &str) {
    let call = published(Notice::Finding(&Entry { containment, ..contained() })).await;
    assert!(attributes(&call).contains(&format!("outcome = {expected}\n")), "{}", attributes(&call));
}

#[tokio::test]
async fn a_notice_of_a_release() {
    let (quarantine, detached) = (quarantine(), Detached::Detached);
    let call = published(Notice::Released { quarantine: &quarantine, detached }).await;
    assert_snapshot!(call.subject().unwrap(), @"[RELEASED] role reporting: quarantine lifted");
    assert_snapshot!(attributes(&call), @"
    finding = F-8fc3887aeacb69c0
    kind = released
    ");
}

/// SNS refuses a subject of 100 characters or with a line break in it, and with the subject the whole page
/// (SNS API Reference, *Publish*, `Subject`).
#[test_case("x".repeat(64), "An ordinary title" ; "the longest role name")]
#[test_case("reporting".to_owned(), &"a long title ".repeat(20) ; "a long title")]
#[test_case("reporting".to_owned(), "two\nlines\tand \u{1b}[31mcolours" ; "control characters")]
#[tokio::test]
async fn a_subject_that_sns_takes(name: String, title: &str) {
    let mut entry = contained();
    entry.finding = finding_by(role(&format!("arn:aws:iam::111122223333:role/{name}")), "e");
    title.clone_into(&mut entry.finding.rule.title);
    let call = published(Notice::Finding(&entry)).await;
    let subject = call.subject().unwrap();
    assert!((1..100).contains(&subject.chars().count()), "{subject}");
    assert!(!subject.chars().any(char::is_control), "{subject:?}");
}

#[test_case(403, "AuthorizationError", PortErrorKind::Refused)]
#[test_case(404, "NotFound", PortErrorKind::Refused)]
#[test_case(400, "Throttling", PortErrorKind::Retryable)]
#[test_case(400, "KMSThrottling", PortErrorKind::Retryable)]
#[test_case(429, "Throttled", PortErrorKind::Retryable)]
#[test_case(500, "InternalError", PortErrorKind::Retryable)]
#[tokio::test(start_paused = true)]
async fn a_page_that_failed_names_the_topic(status: u16, code: &str, expected: PortErrorKind) {
    let publish =
        mock!(Client::publish).sequence().http_status(status, Some(xml_error(code, "No."))).repeatedly().build();
    let error = pager(&publish).page(Notice::Finding(&contained())).await.unwrap_err();
    assert_eq!(error.chain(), format!("failed to publish a page to topic `{TOPIC}`: {code}: No."));
    assert_eq!(error.kind, expected);
}

/// An answer without an id leaves open whether anybody was told.
#[tokio::test]
async fn no_message_id_is_no_page() {
    let publish = mock!(Client::publish).then_output(|| PublishOutput::builder().build());
    let error = pager(&publish).page(Notice::Finding(&contained())).await.unwrap_err();
    assert!(error.chain().ends_with("the answer has no message id"), "{}", error.chain());
}
