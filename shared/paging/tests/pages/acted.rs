//! Mail about somebody who is contained.

use insta::assert_snapshot;
use portcullis_response::{Containment, Entry, Level, Simulated};
use portcullis_settings::Response;
use portcullis_testkit::finding;

use crate::support::{approved, asked, contained, deny_all, earlier, lockout, of, page, quarantined, show, target};

#[test]
fn in_quarantine_now() {
    assert_snapshot!(show(&of("contained")), @r#"
    Subject: [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; read back and verified.

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
    ENDS      2026-01-05T12:10:05Z, by itself
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
fn locked_out() {
    assert_snapshot!(show(&of("locked_out")), @r#"
    Subject: [CRITICAL] LOCKED OUT role reporting: Unauthorized actor used a critical key or secret

    role reporting was locked out of keys and secrets at 2026-01-05T08:10:05Z, 5 s after the call; read back and verified.

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

    DONE      iam:AttachRolePolicy arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    WORKLOAD  last used, as IAM tells: 2026-01-05T07:55:05Z in eu-west-1
              1 session of it was begun lately:
              nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler
    ONWARD    it assumed 1 role before; a session of that lives on, so decide about it:
              arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z
    UNKNOWN   sessions in eu-central-1: the log could not be read: AccessDenied
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#locked-out
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn by_a_boundary_and_a_key() {
    assert_snapshot!(show(&of("by_boundary")), @r#"
    Subject: [CRITICAL] LOCKED OUT user alice: Unauthorized actor used a critical key or secret

    user alice was locked out of keys and secrets at 2026-01-05T08:10:05Z, 5 s after the call; read back and verified.
    It could take no further policy, so a permissions boundary was set instead: that denies everything, not only keys and secrets.

    WHAT      Unauthorized actor used a critical key or secret
    WHO       user arn:aws:iam::111122223333:user/team/alice
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

    DONE      iam:PutUserPermissionsBoundary arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout on arn:aws:iam::111122223333:user/team/alice (before: arn:aws:iam::111122223333:policy/developers)
              iam:UpdateAccessKey AKIAEXAMPLEEXAMPLE01 of arn:aws:iam::111122223333:user/team/alice to Inactive
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    WORKLOAD  last used, as IAM tells: 2026-01-05T07:55:05Z in eu-west-1
              1 session of it was begun lately:
              nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler
    ONWARD    it assumed 1 role before; a session of that lives on, so decide about it:
              arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z
    UNKNOWN   sessions in eu-central-1: the log could not be read: AccessDenied
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:user/team/alice --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam update-access-key --user-name alice --access-key-id AKIAEXAMPLEEXAMPLE01 --status Active
              aws iam put-user-permissions-boundary --user-name alice --permissions-boundary arn:aws:iam::111122223333:policy/developers

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#locked-out
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn contained_before_this() {
    assert_snapshot!(show(&of("in_quarantine")), @r#"
    Subject: [CRITICAL] IN QUARANTINE role reporting: Unauthorized actor used a critical key or secret

    role reporting did this too; it is in quarantine already.

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

    DONE      nothing more was needed
    ENDS      2026-01-05T11:30:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#in-quarantine
    STATUS    portcullis status --stack portcullis
    "#);
    assert_snapshot!(of("in_lockout").subject, @"[CRITICAL] IN LOCKOUT role reporting: Unauthorized actor used a critical key or secret");
}

#[test]
fn another_finding_on_the_same_actor_was_quicker() {
    let mut entry = quarantined();
    let until = crate::support::at(240);
    let refusal = portcullis_response::Refusal::AlreadyContained { level: Level::Quarantine, until };
    entry.decision = entry.decision.refused(refusal);
    assert_snapshot!(tail(&show(&page(&entry))), @"DONE      nothing more was needed");
}

/// The subject, the sentences, and what comes after the evidence.
pub(crate) fn gist(entry: &Entry) -> String {
    let shown = show(&page(entry));
    let head: Vec<&str> = shown.lines().take_while(|line| !line.starts_with("WHAT")).collect();
    format!("{}\n{}", head.join("\n"), tail(&shown))
}

fn tail(shown: &str) -> String {
    let lines = shown.lines().skip_while(|line| !line.starts_with("DONE") && !line.starts_with("PLAN"));
    lines.take_while(|line| !line.starts_with("WORKLOAD") && !line.starts_with("RULE")).collect::<Vec<_>>().join("\n")
}

fn seen(verified: bool, simulated: Simulated, incomplete: &[&str]) -> Entry {
    let mut entry = quarantined();
    let Some(Containment::Contained { verified: seen, simulated: says, incomplete: left, .. }) = &mut entry.containment
    else {
        unreachable!()
    };
    *seen = verified;
    *says = simulated;
    *left = incomplete.iter().map(|text| (*text).to_owned()).collect();
    entry
}

#[test]
fn still_allowed() {
    let simulated = Simulated::Allowed { action: "secretsmanager:GetSecretValue".to_owned() };
    assert_snapshot!(gist(&seen(false, simulated, &[])), @"
    Subject: [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; BUT IAM's simulator says that it may STILL call secretsmanager:GetSecretValue.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              IAM's simulator: STILL ALLOWED secretsmanager:GetSecretValue
    ");
}

#[test]
fn not_seen_yet() {
    assert_snapshot!(gist(&seen(false, Simulated::Denied, &[])), @"
    Subject: [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; NOT YET VERIFIED, check it.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: it did NOT show yet
              IAM's simulator: every call that was tried out is denied
    ");
}

#[test]
fn the_simulator_did_not_answer() {
    let simulated = Simulated::Unknown { error: "AccessDenied: not authorized".to_owned() };
    assert_snapshot!(gist(&seen(true, simulated, &[])), @"
    Subject: [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; read back; IAM's simulator could not be asked.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator could not be asked: AccessDenied: not authorized
    ");
}

#[test]
fn not_all_of_it() {
    let left = ["failed to deactivate access key `AKIAEXAMPLEEXAMPLE01`: Throttling: Rate exceeded"];
    assert_snapshot!(gist(&seen(false, Simulated::Denied, &left)), @"
    Subject: [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; NOT ALL OF IT could be done.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: not all of it is in place, see NOT DONE
              IAM's simulator: every call that was tried out is denied
    NOT DONE  failed to deactivate access key `AKIAEXAMPLEEXAMPLE01`: Throttling: Rate exceeded
    ");
}

#[test]
fn paged_before() {
    assert_snapshot!(gist(&Entry { earlier: Some(earlier(Response::Page, None)), ..quarantined() }), @"
    Subject: [CRITICAL] ESCALATED, CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; read back and verified.
    ESCALATED: this was paged before; since then it has become worse, and calls for more.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    ");
}

#[test]
fn locked_out_before() {
    let entry = contained(finding("e-1"), target(), Level::Quarantine, vec![lockout(), deny_all()]);
    assert_snapshot!(gist(&entry), @"
    Subject: [CRITICAL] ESCALATED, CONTAINED role reporting: Unauthorized actor used a critical key or secret

    role reporting was put in quarantine at 2026-01-05T08:10:05Z, 5 s after the call; read back and verified.
    ESCALATED: it was locked out before and went on, or did worse; now everything is denied.

    DONE      iam:AttachRolePolicy arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout to arn:aws:iam::111122223333:role/team/reporting
              iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    ");
}

#[test]
fn what_an_answer_led_to_is_no_escalation() {
    let before = Some(earlier(Response::Ask, None));
    let entry = Entry { ask: asked(approved()).ask, earlier: before, ..quarantined() };
    assert!(!show(&page(&entry)).contains("ESCALATED"));
}
