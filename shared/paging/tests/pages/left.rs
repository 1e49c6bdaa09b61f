//! Mail about somebody who can still act, or may.

use insta::assert_snapshot;
use portcullis_response::{Entry, Refusal};
use portcullis_settings::Response;
use portcullis_testkit::finding;
use test_case::test_case;

use crate::acted::gist;
use crate::support::{decided, earlier, failed, of, page, refused, show, target};

#[test]
fn a_guard_refuses() {
    assert_snapshot!(show(&of("not_touched")), @"
    Subject: [CRITICAL] NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret

    role reporting was NOT touched: the settings protect it (`arn:aws:iam::*:role/team/*`). It can still act. Somebody must decide.

    WHAT      Unauthorized actor used a critical key or secret
    WHO       role arn:aws:iam::111122223333:role/team/reporting
              session i-0abcd1234example
              source identity alice
              access key ASIAEXAMPLEEXAMPLE01
              MFA no
              authorized for the asset: no
    WHERE     203.0.113.7 (public)
              aws-cli/2.31.0
              account 111122223333, Region eu-west-1
    ASSET     secret prod/payroll/db (tier critical)
    EVIDENCE  2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event e-1

    DONE      nothing
    NOT DONE  not contained: the settings protect it (`arn:aws:iam::*:role/team/*`)
    UNDO      nothing to undo

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#not-touched
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn each_guard_is_named() {
    let limit = Refusal::HourlyLimit { limit: 5 };
    let stopped = Refusal::Stopped { note: "a bad rule, by alice".to_owned() };
    assert_snapshot!(gist(&refused(vec![stopped, limit])), @"
    Subject: [CRITICAL] NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret

    role reporting was NOT touched: the kill switch is on: a bad rule, by alice. It can still act. Somebody must decide.

    DONE      nothing
    NOT DONE  not contained: the kill switch is on: a bad rule, by alice
              not contained: 5 were contained in the last hour, and no more may be; is a rule wrong?
    UNDO      nothing to undo
    ");
}

#[test_case(&Refusal::Gone, "it no longer exists. Somebody must look at what it did." ; "deleted")]
#[test_case(&Refusal::AlreadyDenied, "put there by somebody else. Somebody must look." ; "denied by others")]
#[test_case(&Refusal::Deployer, "It can still act. Somebody must decide." ; "any other")]
fn who_is_gone_cannot_act(refusal: &Refusal, expected: &str) {
    let shown = show(&page(&refused(vec![refusal.clone()])));
    assert!(shown.lines().nth(2).unwrap().ends_with(expected), "{shown}");
}

#[test]
fn it_failed() {
    assert_snapshot!(gist(&failed(false)), @"
    Subject: [CRITICAL] NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting could NOT be put in quarantine. It can still act. Somebody must.

    DONE      nothing
    NOT DONE  iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              failed to attach the policy: AccessDenied: not authorized to perform iam:AttachRolePolicy
    ");
}

#[test]
fn not_known_whether_it_failed() {
    assert_snapshot!(gist(&failed(true)), @"
    Subject: [CRITICAL] NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret

    It is NOT KNOWN whether role reporting is denied: IAM's answer was lost. Look, and expect either.

    DONE      nothing
    NOT DONE  iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              failed to attach the policy: AccessDenied: not authorized to perform iam:AttachRolePolicy
    ");
}

#[test]
fn the_settings_ask_for_a_page() {
    assert_snapshot!(gist(&decided(finding("e-1"), Response::Page, Response::Page)), @"
    Subject: [CRITICAL] PAGE role reporting: Unauthorized actor used a critical key or secret

    role reporting was not touched: the settings ask for a page.

    DONE      nothing
    UNDO      nothing to undo
    ");
}

#[test_case(Response::Quarantine, "not contained: the settings' mode is `page`; with `enforce` it would have been")]
#[test_case(Response::Lockout, "not contained: the settings' mode is `page`; with `enforce` it would have been")]
#[test_case(Response::Ask, "not asked whether to contain it: the settings' mode is `page`")]
fn the_mode_asks_for_less(wanted: Response, expected: &str) {
    let shown = show(&page(&decided(finding("e-1"), wanted, Response::Page)));
    assert!(shown.contains(&format!("NOT DONE  {expected}\n")), "{shown}");
}

#[test]
fn brought_up_to_date() {
    let shown = show(&of("update"));
    assert_snapshot!(shown.lines().take(5).collect::<Vec<_>>().join("\n"), @"
    Subject: [CRITICAL] UPDATE, NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret

    This brings incident I-0123456789abcdef up to date; nobody is woken for it.
    role reporting was NOT touched: the settings protect it (`arn:aws:iam::*:role/team/*`). It can still act. Somebody must decide.
    ");
    assert!(shown.contains("INCIDENT  I-0123456789abcdef, brought up to date\n"), "{shown}");
}

#[test]
fn what_was_done_before_can_be_undone() {
    let entry =
        Entry { earlier: Some(earlier(Response::Quarantine, Some(target()))), ..refused(vec![Refusal::LastOperator]) };
    assert_snapshot!(gist(&entry), @r#"
    Subject: [CRITICAL] ESCALATED, NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret

    role reporting was NOT touched: it is the last of the operators who could release anybody. It can still act. Somebody must decide.
    ESCALATED: it had been contained for this before, was let go or that was undone, and it went on.

    DONE      nothing
    NOT DONE  not contained: it is the last of the operators who could release anybody
    UNDO      what was done before, if it is still there:
              portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
    "#);
}
