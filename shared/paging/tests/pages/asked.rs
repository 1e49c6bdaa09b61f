//! Mail that asks, and mail about the answer.

use insta::assert_snapshot;
use portcullis_response::{AskState, Entry, Plan, Refusal};
use portcullis_settings::Response;
use test_case::test_case;

use crate::acted::gist;
use crate::support::{approved, asked, by_boundary, failed, of, page, rejected, show};

#[test]
fn may_it_be_contained() {
    assert_snapshot!(show(&of("asked")), @r#"
    Subject: [CRITICAL] ASKED role reporting: Unauthorized actor used a critical key or secret

    May role reporting be put in quarantine? It can still act until somebody approves. Answers are heard until 2026-01-05T09:10:05Z.

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

    PLAN      on role arn:aws:iam::111122223333:role/team/reporting, who would be put in quarantine:
              + attached policy arn:aws:iam::aws:policy/AWSDenyAll
    UNTIL     2026-01-05T09:10:05Z; if nobody answers by then, it is put in quarantine
    DONE      nothing yet
    NOT DONE  not contained yet: the settings ask first
    WORKLOAD  last used, as IAM tells: 2026-01-05T07:55:05Z in eu-west-1
              1 session of it was begun lately:
              nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler
    ONWARD    it assumed 1 role before; a session of that lives on, so decide about it:
              arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z
    UNKNOWN   sessions in eu-central-1: the log could not be read: AccessDenied
    ANSWER    portcullis approve F-3962f05ce3a6e3d5 --stack portcullis --reason "..."
              portcullis reject F-3962f05ce3a6e3d5 --stack portcullis --reason "..."

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#asked
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn the_plan_is_a_diff() {
    let mut entry = asked(AskState::Pending);
    entry.plan = by_boundary().plan;
    assert_snapshot!(gist(&entry), @"
    Subject: [CRITICAL] ASKED role reporting: Unauthorized actor used a critical key or secret

    May role reporting be put in quarantine? It can still act until somebody approves. Answers are heard until 2026-01-05T09:10:05Z.

    PLAN      on user arn:aws:iam::111122223333:user/team/alice, who would be put in quarantine:
              - permissions boundary arn:aws:iam::111122223333:policy/developers
              + permissions boundary arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout
              - access key AKIAEXAMPLEEXAMPLE01 Active
              + access key AKIAEXAMPLEEXAMPLE01 Inactive
    UNTIL     2026-01-05T09:10:05Z; if nobody answers by then, it is put in quarantine
    DONE      nothing yet
    NOT DONE  not contained yet: the settings ask first
    ");
}

/// A mode that only asks is told apart from a table that does.
#[test]
fn the_mode_only_asks() {
    let mut entry = asked(AskState::Pending);
    entry.decision.wanted = Response::Lockout;
    let shown = show(&page(&entry));
    let told =
        "NOT DONE  not contained yet: the settings' mode is `ask`; with `enforce` it would have been locked out\n";
    assert!(shown.contains(told), "{shown}");
}

#[test_case(Response::Page, "if nobody answers by then, nothing is done, and on-call is paged again")]
#[test_case(Response::Lockout, "if nobody answers by then, it is locked out of keys and secrets")]
#[test_case(Response::Quarantine, "if nobody answers by then, it is put in quarantine")]
fn what_silence_means(unanswered: Response, expected: &str) {
    let mut entry = asked(AskState::Pending);
    entry.ask.as_mut().unwrap().unanswered = unanswered;
    let shown = show(&page(&entry));
    assert!(shown.contains(&format!("UNTIL     2026-01-05T09:10:05Z; {expected}\n")), "{shown}");
}

/// Whatever follows links, as mail scanners do, must not be able to answer.
#[test]
fn no_link_answers() {
    let page = of("asked");
    for form in [&page.body, &page.sms, &page.chat, &page.generic] {
        assert!(!form.contains("://"), "{form}");
    }
    assert!(page.chat.contains("\"enableCustomActions\":false"), "{}", page.chat);
}

#[test]
fn approved_and_contained() {
    assert_snapshot!(show(&of("approved")), @r#"
    Subject: [CRITICAL] APPROVED by alice, CONTAINED role reporting: Unauthorized actor used a critical key or …

    role reporting was put in quarantine at 2026-01-05T08:16:05Z, 365 s after the call; read back and verified.
    Approved at 2026-01-05T08:15:05Z by arn:aws:sts::111122223333:assumed-role/oncall/alice: nobody knows of this

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

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    WORKLOAD  last used, as IAM tells: 2026-01-05T07:55:05Z in eu-west-1
              1 session of it was begun lately:
              nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler
    ONWARD    it assumed 1 role before; a session of that lives on, so decide about it:
              arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z
    UNKNOWN   sessions in eu-central-1: the log could not be read: AccessDenied
    ENDS      2026-01-05T12:16:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#contained
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn approved_and_not_begun() {
    let entry = asked(approved());
    assert_snapshot!(gist(&entry), @"
    Subject: [CRITICAL] APPROVED by alice role reporting: Unauthorized actor used a critical key or secret

    role reporting may be put in quarantine: alice approved it.
    Approved at 2026-01-05T08:15:05Z by arn:aws:sts::111122223333:assumed-role/oncall/alice: nobody knows of this

    DONE      nothing yet
    ");
}

#[test]
fn approved_and_refused() {
    let mut entry = Entry { plan: Plan::default(), ..asked(approved()) };
    entry.decision = entry.decision.refused(Refusal::Stopped { note: "bad rule, alice".to_owned() });
    assert_snapshot!(gist(&entry), @"
    Subject: [CRITICAL] APPROVED by alice, NOT TOUCHED role reporting: Unauthorized actor used a critical key o…

    role reporting was NOT touched: the kill switch is on: bad rule, alice. It can still act. Somebody must decide.
    Approved at 2026-01-05T08:15:05Z by arn:aws:sts::111122223333:assumed-role/oncall/alice: nobody knows of this

    DONE      nothing
    NOT DONE  not contained: the kill switch is on: bad rule, alice
    ");
}

#[test]
fn approved_and_failed() {
    let entry = Entry { ask: asked(approved()).ask, ..failed(false) };
    assert_snapshot!(page(&entry).subject, @"[CRITICAL] APPROVED by alice, NOT CONTAINED role reporting: Unauthorized actor used a critical key…");
}

#[test]
fn rejected_by_somebody() {
    assert_snapshot!(gist(&asked(rejected())), @"
    Subject: [CRITICAL] REJECTED by alice role reporting: Unauthorized actor used a critical key or secret

    role reporting was not touched: alice rejected that. It can still act.
    Rejected at 2026-01-05T08:15:05Z by arn:aws:sts::111122223333:assumed-role/oncall/alice: a planned migration, ticket 4711

    DONE      nothing
    NOT DONE  not contained: arn:aws:sts::111122223333:assumed-role/oncall/alice rejected it
    ");
    let last = of("rejected").body;
    assert!(last.contains("INCIDENT  I-0123456789abcdef, over with this\n"), "{last}");
}

#[test]
fn nobody_answered() {
    assert_snapshot!(show(&of("nobody_answered")), @"
    Subject: [CRITICAL] NOBODY ANSWERED role reporting: Unauthorized actor used a critical key or secret

    Nobody answered in time whether role reporting may be put in quarantine. It was NOT touched and can still act. Somebody must decide.

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
    NOT DONE  not put in quarantine: nobody answered
    WORKLOAD  last used, as IAM tells: 2026-01-05T07:55:05Z in eu-west-1
              1 session of it was begun lately:
              nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler
    ONWARD    it assumed 1 role before; a session of that lives on, so decide about it:
              arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z
    UNKNOWN   sessions in eu-central-1: the log could not be read: AccessDenied
    UNDO      nothing to undo

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#not-touched
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn nobody_answered_so_it_is_contained() {
    let shown = show(&of("nobody_answered_contained"));
    assert_snapshot!(shown.lines().take(5).collect::<Vec<_>>().join("\n"), @"
    Subject: [CRITICAL] NOBODY ANSWERED, CONTAINED role reporting: Unauthorized actor used a critical key or se…

    role reporting was put in quarantine at 2026-01-05T09:11:05Z, 3665 s after the call; read back and verified.
    Nobody answered until 2026-01-05T09:10:05Z; the settings ask for a quarantine then.
    ");
}
