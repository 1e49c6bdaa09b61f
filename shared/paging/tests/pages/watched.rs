//! Mail about a containment that was undone, lifted, moved, or has lost its ground.

use insta::assert_snapshot;
use portcullis_response::{Quarantine, Undone};

use crate::support::{Case, Subject, by_boundary, deny_all, extended, of, released, show, tampered};

fn case(subject: Subject) -> String {
    show(&Case { name: "", action: portcullis_response::Action::Trigger, subject }.page())
}

#[test]
fn undone_and_put_back() {
    assert_snapshot!(show(&of("tampered")), @r#"
    Subject: [CRITICAL] TAMPERED role reporting: quarantine undone, put back

    Somebody undid a part of the quarantine of role reporting; it was put back.
    Call whoever did it; if they cannot be reached, take their credentials for stolen: they have rights over IAM.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    SEEN      2026-01-05T08:20:05Z
    BY        arn:aws:iam::111122223333:role/admin
    EVENT     e-9
    MISSING   attached policy arn:aws:iam::aws:policy/AWSDenyAll
    SO FAR    put back 2 times

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: all of it is in place
              IAM's simulator: every call that was tried out is denied
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#tampered
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn undone_and_left() {
    assert_snapshot!(show(&of("tampered_left")), @r#"
    Subject: [CRITICAL] TAMPERED role reporting: quarantine undone, NOT put back

    Somebody undid a part of the quarantine of role reporting, and it was NOT put back: the kill switch is on. It may act. Somebody must.
    Call whoever did it; if they cannot be reached, take their credentials for stolen: they have rights over IAM.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    SEEN      2026-01-05T08:20:05Z
    BY        arn:aws:iam::111122223333:role/admin
    EVENT     e-9
    MISSING   attached policy arn:aws:iam::aws:policy/AWSDenyAll
    SO FAR    put back 2 times

    DONE      nothing
    NOT DONE  iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              not put back: the kill switch is on
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#tampered
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn undone_by_nobody_knows_whom() {
    let mut quarantine = tampered(None);
    let seen = quarantine.tampering.as_mut().unwrap();
    (seen.by, seen.event) = (None, None);
    let shown = case(Subject::Tampered(quarantine));
    assert!(shown.contains("BY        not known: look for the event in IAM's log, in us-east-1\n"), "{shown}");
}

#[test]
fn lifted() {
    assert_snapshot!(show(&of("released")), @"
    Subject: [RELEASED] role reporting: quarantine lifted

    role reporting is out of quarantine. Whatever it may do, it may do again.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    WHEN      2026-01-05T08:30:05Z; it was to end 2026-01-05T12:10:05Z
    BY        arn:aws:sts::111122223333:assumed-role/oncall/alice
    REASON    known migration

    DONE      policy arn:aws:iam::aws:policy/AWSDenyAll detached, read back: gone

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef, over with this
    RUNBOOK   docs/runbook.md#released
    STATUS    portcullis status --stack portcullis
    ");
}

/// What was found of each step is told, in the order of the undoing.
#[test]
fn lifted_step_by_step() {
    let mut steps = by_boundary().plan.steps;
    steps.insert(0, deny_all());
    let found = vec![
        Undone::WasNotThere,
        Undone::Changed { found: "arn:aws:iam::111122223333:policy/other".to_owned() },
        Undone::Restored,
    ];
    assert_snapshot!(case(Subject::Released(released(steps, found))), @"
    Subject: [RELEASED] role reporting: quarantine lifted

    role reporting is out of quarantine, BUT somebody changed it meanwhile, and that was left alone: look at it.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    WHEN      2026-01-05T08:30:05Z; it was to end 2026-01-05T12:10:05Z
    BY        arn:aws:sts::111122223333:assumed-role/oncall/alice
    REASON    known migration

    DONE      nothing: access key AKIAEXAMPLEEXAMPLE01 was active again, or deleted. Somebody else did that; find out who
              policy arn:aws:iam::aws:policy/AWSDenyAll detached, read back: gone
    NOT DONE  permissions boundary arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout left alone: look. There is now: arn:aws:iam::111122223333:policy/other

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#released
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn lifted_from_nobody() {
    let shown = case(Subject::Released(released(vec![deny_all()], vec![Undone::NoSuchPrincipal])));
    assert_snapshot!(shown.lines().nth(2).unwrap(), @"role reporting is out of quarantine: it no longer exists, or another one has its name.");
    assert!(shown.contains("DONE      nothing: the role no longer exists, or another one has its name\n"), "{shown}");
}

#[test]
fn lifted_by_the_deadline() {
    let mut quarantine = released(vec![deny_all()], vec![Undone::Restored]);
    let portcullis_response::QuarantineState::Released { by, .. } = &mut quarantine.state else { unreachable!() };
    "deadline".clone_into(by);
    assert!(case(Subject::Released(quarantine)).contains("BY        the deadline, by itself\n"));
}

#[test]
fn lockouts_are_called_so() {
    let lockout = |quarantine| Quarantine { level: portcullis_response::Level::Lockout, ..quarantine };
    let all = [
        Subject::Released(lockout(released(vec![deny_all()], vec![Undone::Restored]))),
        Subject::Extended(lockout(extended())),
        Subject::Tampered(lockout(tampered(None))),
    ];
    let heads = all.map(|subject| case(subject).lines().take(3).collect::<Vec<_>>().join("\n"));
    assert_snapshot!(heads.join("\n"), @"
    Subject: [RELEASED] role reporting: lockout lifted

    role reporting is no longer locked out. Whatever it may do, it may do again.
    Subject: [EXTENDED] role reporting: lockout goes on

    role reporting stays locked out of keys and secrets until 2026-01-05T20:10:05Z: alice moved the end.
    Subject: [CRITICAL] TAMPERED role reporting: lockout undone, put back

    Somebody undid a part of the lockout of role reporting; it was put back.
    ");
}

#[test]
fn moved() {
    assert_snapshot!(show(&of("extended")), @r#"
    Subject: [EXTENDED] role reporting: quarantine goes on

    This brings incident I-0123456789abcdef up to date; nobody is woken for it.
    role reporting stays in quarantine until 2026-01-05T20:10:05Z: alice moved the end.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    WHEN      2026-01-05T08:40:05Z
    BY        arn:aws:sts::111122223333:assumed-role/oncall/alice
    REASON    still looking

    DONE      nothing in IAM was changed
    ENDS      2026-01-05T20:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef, brought up to date
    RUNBOOK   docs/runbook.md#extended
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn without_its_ground() {
    assert_snapshot!(show(&of("withdrawn")), @r#"
    Subject: [WITHDRAWN] role reporting: the ground for its quarantine is gone

    role reporting is in quarantine for something that holds no longer: with more events known, its rule would not have fired.
    Nothing was undone. Somebody must decide whether it is let go.

    WHAT      Unauthorized actor used a critical key or secret
    WHO       arn:aws:iam::111122223333:role/team/reporting
    SINCE     2026-01-05T08:10:05Z; withdrawn at 2026-01-05T08:13:05Z

    DONE      nothing
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
              aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#withdrawn
    STATUS    portcullis status --stack portcullis
    "#);
}
