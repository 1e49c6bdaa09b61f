//! Whole pages, as on-call reads them.

#![cfg(test)]

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use portcullis_paging::{Page, PageContext, render};
use portcullis_response::{
    Containment, Decision, Deployment, Detached, Entry, Notice, Plan, Quarantine, QuarantineState, Refusal, Step,
    target,
};
use portcullis_settings::Response;
use portcullis_testkit::finding;

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn entry() -> Entry {
    let finding = finding("11111111-0000-4000-8000-000000000001");
    let target = target(&finding, &Deployment::default()).unwrap();
    let policy = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    let decision = Decision { wanted: Response::Quarantine, response: Response::Quarantine, refusals: Vec::new() };
    let plan = Plan { steps: vec![Step::AttachPolicy { target, policy }] };
    let until = now() + SignedDuration::from_hours(4);
    let containment = Some(Containment::Contained { at: now(), until, verified: true });
    Entry { containment, ..Entry::new(finding, decision, plan, now()) }
}

fn page(entry: &Entry) -> Page {
    render(Notice::Finding(entry), &PageContext { stack: "portcullis".to_owned() })
}

fn show(page: &Page) -> String {
    format!("Subject: {}\n\n{}", page.subject, page.body)
}

#[test]
fn contained() {
    assert_snapshot!(show(&page(&entry())), @r#"
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
    EVIDENCE  2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event 11111111-0000-4000-8000-000000000001

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: attached
    ENDS      2026-01-05T12:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or: aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-8fc3887aeacb69c0
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn refused() {
    let mut entry = entry();
    let pattern = "arn:aws:iam::*:role/team/*".parse().unwrap();
    entry.decision = entry.decision.refused(Refusal::Protected { pattern });
    entry.plan = Plan::default();
    entry.containment = None;
    assert_snapshot!(show(&page(&entry)), @"
    Subject: [CRITICAL] NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret

    role reporting was NOT touched; a guard forbids it. It can still act. Somebody must decide.

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
    EVIDENCE  2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event 11111111-0000-4000-8000-000000000001

    DONE      nothing
    NOT DONE  not contained: the settings protect it (`arn:aws:iam::*:role/team/*`)
    UNDO      nothing to undo

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-8fc3887aeacb69c0
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn in_quarantine_already() {
    let mut entry = entry();
    entry.decision = entry.decision.refused(Refusal::AlreadyQuarantined { until: now() });
    entry.plan = Plan::default();
    entry.containment = None;
    let page = page(&entry);
    assert_snapshot!(page.subject, @"[CRITICAL] IN QUARANTINE role reporting: Unauthorized actor used a critical key or secret");
    let done: Vec<&str> = page.body.lines().skip_while(|line| !line.starts_with("DONE")).take(3).collect();
    assert_snapshot!(done.join("\n"), @r#"
    DONE      nothing more was needed
    ENDS      2026-01-05T08:10:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
    "#);
}

#[test]
fn failed() {
    let mut entry = entry();
    let error = "failed to attach the policy: AccessDenied: not authorized to perform iam:AttachRolePolicy".to_owned();
    entry.containment = Some(Containment::Failed { at: now(), error, uncertain: false });
    let page = page(&entry);
    assert_snapshot!(page.body.lines().filter(|line| !line.starts_with("WH")).collect::<Vec<_>>().join("\n"), @"
    role reporting could NOT be put in quarantine. It can still act. Somebody must.

              session i-0abcd1234example
              source identity alice
              access key ASIAEXAMPLEEXAMPLE01
              MFA no
              authorized for the asset: no
              aws-cli/2.31.0
              account 111122223333, Region eu-west-1
    ASSET     secret prod/payroll/db (tier critical)
    EVIDENCE  2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event 11111111-0000-4000-8000-000000000001

    DONE      nothing
    NOT DONE  iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              failed to attach the policy: AccessDenied: not authorized to perform iam:AttachRolePolicy
    UNDO      nothing to undo

    RULE      unauthorized-access-critical-asset (severity critical; ATT&CK T1555.006)
    FINDING   F-8fc3887aeacb69c0
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn not_known_whether_contained() {
    let mut entry = entry();
    entry.containment = Some(Containment::Failed { at: now(), error: "timed out".to_owned(), uncertain: true });
    let body = page(&entry).body;
    assert!(body.starts_with("It is NOT KNOWN whether role reporting is denied"), "{body}");
    assert!(body.contains("UNDO      if it is attached:\n          portcullis release arn:aws:iam"), "{body}");
}

#[test]
fn mode_page() {
    let mut entry = entry();
    entry.decision.response = Response::Page;
    entry.plan = Plan::default();
    entry.containment = None;
    let page = page(&entry);
    assert_snapshot!(page.subject, @"[CRITICAL] PAGE role reporting: Unauthorized actor used a critical key or secret");
    assert!(
        page.body.contains("NOT DONE  not contained: the settings' mode is `page`; with `enforce` it would have been")
    );
    assert!(page.body.contains("UNDO      nothing to undo"));
}

#[test]
fn released() {
    let entry = entry();
    let Step::AttachPolicy { target, policy } = entry.plan.steps[0].clone();
    let quarantine = Quarantine {
        target,
        policy,
        finding: entry.finding.id.clone(),
        why: entry.finding.rule.title.clone(),
        since: now(),
        until: now() + SignedDuration::from_hours(4),
        state: QuarantineState::Released {
            at: now() + SignedDuration::from_mins(20),
            by: "arn:aws:iam::111122223333:user/alice".to_owned(),
            reason: "known migration".to_owned(),
        },
    };
    let notice = Notice::Released { quarantine: &quarantine, detached: Detached::Detached };
    let page = render(notice, &PageContext { stack: "portcullis".to_owned() });
    assert_snapshot!(show(&page), @"
    Subject: [RELEASED] role reporting: quarantine lifted

    role reporting is out of quarantine. Whatever it may do, it may do again.

    WHO       arn:aws:iam::111122223333:role/team/reporting
    WHEN      2026-01-05T08:30:05Z; it was to end 2026-01-05T12:10:05Z
    BY        arn:aws:iam::111122223333:user/alice
    REASON    known migration
    DONE      arn:aws:iam::aws:policy/AWSDenyAll detached, read back: gone

    WAS FOR   Unauthorized actor used a critical key or secret
    FINDING   F-8fc3887aeacb69c0
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn a_log_cannot_forge_a_page() {
    let mut entry = entry();
    entry.finding.evidence[0].origin.user_agent = Some("x\nUNDO      rm -rf /\nRULE fake".to_owned());
    entry.finding.actor.session.name = Some("s\r\nDONE nothing".to_owned());
    entry.finding.rule.title = "t\u{2028}".repeat(200);
    let page = page(&entry);
    assert_eq!(page.body.lines().filter(|line| line.starts_with("UNDO")).count(), 1);
    assert_eq!(page.body.lines().filter(|line| line.starts_with("DONE")).count(), 1);
    assert!(page.subject.chars().count() < 100 && !page.subject.chars().any(char::is_control), "{}", page.subject);
}
