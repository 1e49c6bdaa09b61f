//! Pages over SNS.

use std::collections::BTreeMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish::{PublishInput, PublishOutput};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use insta::assert_snapshot;
use portcullis_aws::SnsPager;
use portcullis_domain::Finding;
use portcullis_paging::{PageContext, release_command, render};
use portcullis_response::{
    About, Action, Containment, Decision, Entry, Level, Notice, Pager as _, Plan, PortErrorKind, Quarantine,
    QuarantineState, Refusal, Simulated, Step, Target, Undone,
};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, finding, finding_by, role};
use test_case::test_case;

use crate::recorded::Recorded;
use crate::wire::xml_error;

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:portcullis-pages";
const INCIDENT: &str = "I-0123456789abcdef";

fn context() -> PageContext {
    PageContext::new("portcullis")
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

fn about(entry: &Entry) -> Notice<'_> {
    Notice { action: Action::Trigger, incident: INCIDENT, about: About::Finding(entry) }
}

fn target() -> Target {
    Target::Role { arn: ROLE.parse().unwrap(), id: None }
}

fn steps() -> Vec<Step> {
    vec![Step::AttachPolicy { policy: "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap() }]
}

fn contained_for(finding: Finding) -> Entry {
    let at = finding.time().unwrap();
    let containment = Containment::Contained {
        at,
        until: at,
        level: Level::Quarantine,
        steps: steps(),
        verified: true,
        simulated: Simulated::Denied,
        incomplete: Vec::new(),
    };
    let decision = Decision { wanted: Response::Quarantine, response: Response::Quarantine, refusals: Vec::new() };
    let plan = Plan { target: Some(target()), level: Some(Level::Quarantine), steps: steps() };
    Entry { containment: Some(containment), ..Entry::new(finding, decision, plan, at) }
}

fn contained() -> Entry {
    contained_for(finding("e-1"))
}

/// The form of the message for each protocol.
fn forms(call: &PublishInput) -> BTreeMap<String, String> {
    assert_eq!(call.message_structure(), Some("json"));
    serde_json::from_str(call.message().unwrap()).unwrap()
}

#[tokio::test]
async fn a_page_about_a_containment() {
    let entry = contained();
    let call = published(about(&entry)).await;
    assert_eq!(call.topic_arn(), Some(TOPIC));
    assert_snapshot!(call.subject().unwrap(), @"[CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret");
    let forms = forms(&call);
    assert_eq!(forms["default"], forms["email"]);
    assert!(forms["email"].contains(&release_command(ROLE, &context())), "{}", forms["email"]);
    assert!(forms.values().all(|form| form.contains(entry.finding.id.as_str())), "{forms:?}");
}

/// Each kind of subscription gets what it can use: people a text, programs JSON, a chat its own.
#[tokio::test]
async fn a_form_for_each_protocol() {
    let entry = contained();
    let (forms, page) = (forms(&published(about(&entry)).await), render(about(&entry), &context()));
    let name = |form: &String| match form {
        form if *form == page.body => "mail",
        form if *form == page.sms => "text message",
        form if *form == page.chat => "chat",
        form if *form == page.generic => "portcullis.page/1",
        _ => "something else",
    };
    let told: Vec<String> = forms.iter().map(|(protocol, form)| format!("{protocol}: {}", name(form))).collect();
    assert_snapshot!(told.join("\n"), @"
    default: mail
    email: mail
    email-json: portcullis.page/1
    firehose: portcullis.page/1
    http: portcullis.page/1
    https: chat
    lambda: portcullis.page/1
    sms: text message
    sqs: portcullis.page/1
    ");
}

/// What a subscription's filter policy can tell apart.
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
    assert_snapshot!(attributes(&published(about(&contained())).await), @"
    action = trigger
    dedup_key = I-0123456789abcdef
    finding = F-3962f05ce3a6e3d5
    kind = finding
    outcome = contained
    rule = unauthorized-access-critical-asset
    severity = critical
    ");
}

fn failed() -> Containment {
    Containment::Failed { at: finding("e-1").time().unwrap(), error: "AccessDenied".to_owned(), uncertain: false }
}

#[test_case(contained().containment, vec![], "contained" ; "contained")]
#[test_case(Some(failed()), vec![], "failed" ; "failed")]
#[test_case(None, vec![Refusal::Itself], "refused" ; "refused")]
#[test_case(None, vec![], "page" ; "page")]
#[tokio::test]
async fn outcomes(containment: Option<Containment>, refusals: Vec<Refusal>, expected: &str) {
    let decision = Decision { refusals, ..contained().decision };
    let call = published(about(&Entry { containment, decision, ..contained() })).await;
    assert!(attributes(&call).contains(&format!("outcome = {expected}\n")), "{}", attributes(&call));
}

#[tokio::test]
async fn a_notice_of_a_release() {
    let at = finding("e-1").time().unwrap();
    let state = QuarantineState::Released {
        at,
        by: "alice".to_owned(),
        reason: "a planned job".to_owned(),
        found: vec![Undone::Restored],
    };
    let quarantine = Quarantine {
        target: target(),
        level: Level::Quarantine,
        steps: steps(),
        finding: finding("e-1").id,
        why: finding("e-1").rule.title,
        since: at,
        until: at,
        state,
        lease_until: at,
        extensions: Vec::new(),
        tampering: None,
        reapplied: 0,
    };
    let about = About::Released(&quarantine);
    let call = published(Notice { action: Action::Resolve, incident: INCIDENT, about }).await;
    assert_snapshot!(call.subject().unwrap(), @"[RELEASED] role reporting: quarantine lifted");
    assert_snapshot!(attributes(&call), @"
    action = resolve
    dedup_key = I-0123456789abcdef
    finding = F-3962f05ce3a6e3d5
    kind = released
    outcome = released
    severity = informational
    ");
}

/// SNS refuses a subject of 100 characters or with a line break in it, and with the subject the whole page
/// (SNS API Reference, *Publish*, `Subject`).
#[test_case("x".repeat(64), "An ordinary title" ; "the longest role name")]
#[test_case("reporting".to_owned(), &"a long title ".repeat(20) ; "a long title")]
#[test_case("reporting".to_owned(), "two\nlines\tand \u{1b}[31mcolours" ; "control characters")]
#[tokio::test]
async fn a_subject_that_sns_takes(name: String, title: &str) {
    let mut finding = finding_by(role(&format!("arn:aws:iam::111122223333:role/{name}")), "e");
    title.clone_into(&mut finding.rule.title);
    let call = published(about(&contained_for(finding))).await;
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
    let error = pager(&publish).page(about(&contained())).await.unwrap_err();
    assert_eq!(error.chain(), format!("failed to publish a page to topic `{TOPIC}`: {code}: No."));
    assert_eq!(error.kind, expected);
}

/// An answer without an id leaves open whether anybody was told.
#[tokio::test]
async fn no_message_id_is_no_page() {
    let publish = mock!(Client::publish).then_output(|| PublishOutput::builder().build());
    let error = pager(&publish).page(about(&contained())).await.unwrap_err();
    assert!(error.chain().ends_with("the answer has no message id"), "{}", error.chain());
}
