//! What IAM's simulator is asked, and what is made of its answer.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::simulate_principal_policy::{SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput};
use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType as Decision};
use aws_smithy_mocks::{Rule, mock};
use insta::assert_snapshot;
use portcullis_aws::IamSimulator;
use portcullis_response::{Level, PortError, PortErrorKind, Simulate as _, Simulated};
use test_case::test_case;

use crate::principal::{Answer, Kind, accounts, always};
use crate::recorded::Recorded;

async fn simulate(kind: Kind, level: Level, rule: Rule) -> Result<Simulated, PortError> {
    IamSimulator::new(accounts(&[rule])).simulate(&kind.target(), level).await
}

fn answer(results: &[(&str, Decision)]) -> SimulatePrincipalPolicyOutput {
    let result = |(action, decision): &(&str, Decision)| {
        EvaluationResult::builder().eval_action_name(*action).eval_decision(decision.clone()).build().unwrap()
    };
    let results = results.iter().map(result).collect();
    SimulatePrincipalPolicyOutput::builder().set_evaluation_results(Some(results)).build()
}

/// A simulator that says the same of everything it is asked.
fn saying(decision: Decision) -> (Rule, Recorded<SimulatePrincipalPolicyInput>) {
    let asked = Recorded::default();
    let kept = asked.clone();
    let rule = mock!(Client::simulate_principal_policy).then_compute_output(move |call| {
        kept.keep(call);
        let each: Vec<_> = call.action_names().iter().map(|name| (name.as_str(), decision.clone())).collect();
        answer(&each)
    });
    (rule, asked)
}

/// A call is denied by a statement, or because nothing allows it.
#[test_case(Kind::Role, Decision::ExplicitDeny ; "a role, by a statement")]
#[test_case(Kind::User, Decision::ExplicitDeny ; "a user, by a statement")]
#[test_case(Kind::Role, Decision::ImplicitDeny ; "nothing allows it")]
#[tokio::test]
async fn denied(kind: Kind, decision: Decision) {
    let (rule, asked) = saying(decision);
    assert_eq!(simulate(kind, Level::Quarantine, rule).await.unwrap(), Simulated::Denied);
    assert_eq!(asked.only().policy_source_arn(), Some(kind.arn()));
}

/// A key and a secret, and what would undo the lockout.
#[tokio::test]
async fn what_a_lockout_is_to_deny() {
    let (rule, asked) = saying(Decision::ExplicitDeny);
    simulate(Kind::Role, Level::Lockout, rule).await.unwrap();
    assert_snapshot!(asked.only().action_names().join("\n"), @r"
    kms:Decrypt
    secretsmanager:GetSecretValue
    iam:DetachRolePolicy
    iam:DeleteRolePermissionsBoundary
    ");
}

/// All of that, and what an actor would go on with.
#[tokio::test]
async fn what_a_quarantine_is_to_deny() {
    let (rule, asked) = saying(Decision::ExplicitDeny);
    simulate(Kind::Role, Level::Quarantine, rule).await.unwrap();
    assert_snapshot!(asked.only().action_names().join("\n"), @r"
    kms:Decrypt
    secretsmanager:GetSecretValue
    iam:DetachRolePolicy
    iam:DeleteRolePermissionsBoundary
    sts:AssumeRole
    s3:GetObject
    iam:CreateAccessKey
    lambda:InvokeFunction
    ");
}

/// One that is allowed is enough, and named.
#[tokio::test]
async fn allowed() {
    let rule = mock!(Client::simulate_principal_policy).then_output(|| {
        answer(&[
            ("kms:Decrypt", Decision::ExplicitDeny),
            ("secretsmanager:GetSecretValue", Decision::Allowed),
            ("iam:DetachRolePolicy", Decision::ImplicitDeny),
        ])
    });
    let expected = Simulated::Allowed { action: "secretsmanager:GetSecretValue".to_owned() };
    assert_eq!(simulate(Kind::Role, Level::Lockout, rule).await.unwrap(), expected);
}

/// Silence is no denial.
#[test_case(Some(Vec::new()) ; "an empty list")]
#[test_case(None ; "no list")]
#[tokio::test]
async fn an_answer_without_results_is_an_error(results: Option<Vec<EvaluationResult>>) {
    let rule = mock!(Client::simulate_principal_policy)
        .then_output(move || SimulatePrincipalPolicyOutput::builder().set_evaluation_results(results.clone()).build());
    let error = simulate(Kind::Role, Level::Quarantine, rule).await.unwrap_err();
    let what = "failed to simulate what role `reporting` may do";
    assert_eq!(error.chain(), format!("{what}: the answer holds no result"));
}

#[test_case(Kind::Role, Answer::AccessDenied, PortErrorKind::Refused, "AccessDenied: Not authorized to do that." ; "not permitted")]
#[test_case(Kind::User, Answer::NoSuchEntity, PortErrorKind::Refused, "NoSuchEntity: It cannot be found." ; "gone")]
#[test_case(Kind::User, Answer::Throttled, PortErrorKind::Retryable, "Throttling: Rate exceeded" ; "throttled")]
#[tokio::test(start_paused = true)]
async fn a_call_that_failed(kind: Kind, refusal: Answer, expected: PortErrorKind, why: &str) {
    let rule = always!(mock!(Client::simulate_principal_policy), refusal, || answer(&[]));
    let error = simulate(kind, Level::Lockout, rule).await.unwrap_err();
    let what = format!("failed to simulate what {} may do", kind.spoken());
    assert_eq!((error.kind, error.chain()), (expected, format!("{what}: {why}")));
}
