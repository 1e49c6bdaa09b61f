//! Mail about bursts.

use insta::assert_snapshot;
use portcullis_domain::{Actor, Asset, Finding, Outcome, Source, Tier};
use portcullis_response::{Deployment, Entry, Level, Plan, decide};
use portcullis_settings::{Response, parse};
use portcullis_testkit::{ROLE, burst, finding, role, secret};

use crate::acted::gist;
use crate::support::{at, contained, deny_all, earlier, page, show, target};

/// Twelve reads in eleven minutes, contained.
fn twelve() -> Entry {
    let mut entry = contained(burst(role(ROLE), "e", 1, 12), target(), Level::Quarantine, vec![deny_all()]);
    if let Some(portcullis_response::Containment::Contained { at: done, .. }) = &mut entry.containment {
        *done = at(2);
    }
    entry
}

#[test]
fn by_one_actor() {
    assert_snapshot!(show(&page(&twelve())), @r#"
    Subject: [HIGH] CONTAINED role reporting: Many secrets read within minutes

    role reporting was put in quarantine at 2026-01-05T08:12:05Z, 65 s after the last call; read back and verified.

    WHAT      Many secrets read within minutes
    BURST     12 events in 11 minutes: first 2026-01-05T08:00:00Z, last 2026-01-05T08:11:00Z
              same portcullis.actor.name: arn:aws:iam::111122223333:role/team/reporting
              the same burst will not page again while it goes on, unless it gets worse
    WHO       role arn:aws:iam::111122223333:role/team/reporting
              session i-0abcd1234example
              source identity alice
              access key ASIAEXAMPLEEXAMPLE01
              MFA no
              authorized for the asset: no
    WHERE     203.0.113.7 (public), aws-cli/2.31.0
              account 111122223333, Region eu-west-1
    ASSET     secret prod/payroll/db (tier critical)
    EVIDENCE  5 of 12:
              2026-01-05T08:00:00Z secretsmanager:GetSecretValue success, event e-0
              2026-01-05T08:01:00Z secretsmanager:GetSecretValue success, event e-1
              2026-01-05T08:02:00Z secretsmanager:GetSecretValue success, event e-2
              2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event e-10
              2026-01-05T08:11:00Z secretsmanager:GetSecretValue success, event e-11

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

    RULE      secrets-read-in-batch (severity high; ATT&CK T1555.006)
    FINDING   F-7c2025ea17a7091e
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#contained
    STATUS    portcullis status --stack portcullis
    "#);
}

/// Seven actors from three places on one secret, more often than could be counted.
pub(crate) fn by_several() -> Finding {
    let mut finding = burst(role(ROLE), "e", 1, 25);
    finding.actor = Actor::unknown("7 different actors");
    finding.account = None;
    for (index, evidence) in finding.evidence.iter_mut().enumerate() {
        evidence.outcome = if index == 10 { Outcome::Success } else { Outcome::Denied };
        evidence.error_code = (index != 10).then(|| "AccessDenied".to_owned());
        let address = ["203.0.113.7", "198.51.100.20", "2001:db8::7"][index % 3];
        evidence.origin.source = Source::Ip(address.parse().unwrap());
    }
    finding.evidence[24].origin.vpc_endpoint = Some("vpce-0123456789abcdef0".to_owned());
    finding.evidence[23].via = Some("s3.amazonaws.com".to_owned());
    let burst = finding.burst.as_mut().unwrap();
    (burst.events, burst.at_least) = (242, true);
    burst.group = vec![
        (
            "portcullis.asset.arn".to_owned(),
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-AbCdEf".to_owned(),
        ),
        ("awsRegion".to_owned(), "eu-west-1".to_owned()),
    ];
    burst.actors = (1..=5).map(|n| format!("arn:aws:iam::111122223333:role/team/app-{n}")).collect();
    finding
}

pub(crate) fn decided(finding: Finding) -> Entry {
    let settings = parse("mode: enforce\n").unwrap();
    let (decision, _) = decide(&finding, &settings, &Deployment::default(), None, at(2));
    Entry::new(finding, decision, Plan::default(), at(2))
}

#[test]
fn by_several_actors() {
    assert_snapshot!(show(&page(&decided(by_several()))), @"
    Subject: [HIGH] NOT TOUCHED 7 different actors: Many secrets read within minutes

    7 different actors were NOT touched: nobody is contained for what several did. They can still act. Somebody must decide.

    WHAT      Many secrets read within minutes
    BURST     at least 242 events in 24 minutes: first 2026-01-05T08:00:00Z, last 2026-01-05T08:24:00Z
              same portcullis.asset.arn: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-AbCdEf
              same awsRegion: eu-west-1
              the same burst will not page again while it goes on, unless it gets worse
    WHO       7 different actors, among them:
              arn:aws:iam::111122223333:role/team/app-1
              arn:aws:iam::111122223333:role/team/app-2
              arn:aws:iam::111122223333:role/team/app-3
              arn:aws:iam::111122223333:role/team/app-4
              arn:aws:iam::111122223333:role/team/app-5
    WHERE     203.0.113.7 (vpc-endpoint), VPC endpoint vpce-0123456789abcdef0, aws-cli/2.31.0
              2001:db8::7 (public), through s3.amazonaws.com, aws-cli/2.31.0
              198.51.100.20 (public), aws-cli/2.31.0
              203.0.113.7 (public), aws-cli/2.31.0
              2001:db8::7 (public), aws-cli/2.31.0
              not all in one account, Region eu-west-1
    ASSET     secret prod/payroll/db (tier critical)
    EVIDENCE  5 of at least 242:
              2026-01-05T08:00:00Z secretsmanager:GetSecretValue denied AccessDenied, event e-0
              2026-01-05T08:01:00Z secretsmanager:GetSecretValue denied AccessDenied, event e-1
              2026-01-05T08:10:00Z secretsmanager:GetSecretValue success, event e-10
              2026-01-05T08:23:00Z secretsmanager:GetSecretValue denied AccessDenied, event e-23
              2026-01-05T08:24:00Z secretsmanager:GetSecretValue denied AccessDenied, event e-24

    DONE      nothing
    NOT DONE  not contained: 7 different actors took part; which of them to deny is for people to decide
    UNDO      nothing to undo

    RULE      secrets-read-in-batch (severity high; ATT&CK T1555.006)
    FINDING   F-7c2025ea17a7091e
    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#not-touched
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn several_actors_for_a_page() {
    let entry = decided(Finding { tier: None, ..by_several() });
    assert_eq!(entry.decision.response, Response::Page);
    assert_snapshot!(show(&page(&entry)).lines().take(3).collect::<Vec<_>>().join("\n"), @"
    Subject: [HIGH] PAGE 7 different actors: Many secrets read within minutes

    7 different actors were not touched: the settings ask for a page.
    ");
}

#[test]
fn on_many_assets() {
    let mut finding = burst(role(ROLE), "e", 1, 7);
    finding.assets = (1..=7).map(|n| secret(&format!("prod/app-{n}"))).collect::<Vec<Asset>>();
    finding.tier = Some(Tier::Sensitive);
    let shown = show(&page(&decided(finding)));
    let assets: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("ASSET")).take(7).collect();
    assert_snapshot!(assets.join("\n"), @"
    ASSET     secret prod/app-1
              secret prod/app-2
              secret prod/app-3
              secret prod/app-4
              secret prod/app-5
              and 2 more
              highest tier among them: sensitive
    ");
}

#[test]
fn from_many_places() {
    let mut finding = burst(role(ROLE), "e", 1, 12);
    for (index, evidence) in finding.evidence.iter_mut().enumerate() {
        evidence.origin.source = Source::Ip(format!("203.0.113.{index}").parse().unwrap());
    }
    finding.region = None;
    let shown = show(&page(&decided(finding)));
    let places: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("WHERE")).take(7).collect();
    assert_snapshot!(places.join("\n"), @"
    WHERE     203.0.113.11 (public), aws-cli/2.31.0
              203.0.113.10 (public), aws-cli/2.31.0
              203.0.113.9 (public), aws-cli/2.31.0
              203.0.113.8 (public), aws-cli/2.31.0
              203.0.113.7 (public), aws-cli/2.31.0
              and 7 more
              account 111122223333, not all in one Region
    ");
}

#[test]
fn of_few_events_all_are_shown() {
    let shown = show(&page(&decided(burst(role(ROLE), "e", 1, 5))));
    let evidence: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("EVIDENCE")).take(6).collect();
    assert_snapshot!(evidence.join("\n"), @"
    EVIDENCE  2026-01-05T08:00:00Z secretsmanager:GetSecretValue success, event e-0
              2026-01-05T08:01:00Z secretsmanager:GetSecretValue success, event e-1
              2026-01-05T08:02:00Z secretsmanager:GetSecretValue success, event e-2
              2026-01-05T08:03:00Z secretsmanager:GetSecretValue success, event e-3
              2026-01-05T08:04:00Z secretsmanager:GetSecretValue success, event e-4
    ");
}

#[test]
fn it_has_become_worse() {
    let continues = Some(finding("before").id);
    let entry = Entry { earlier: Some(earlier(Response::Page, None)), continues, ..twelve() };
    let shown = show(&page(&entry));
    assert_snapshot!(shown.lines().take(4).collect::<Vec<_>>().join("\n"), @"
    Subject: [HIGH] ESCALATED, CONTAINED role reporting: Many secrets read within minutes

    role reporting was put in quarantine at 2026-01-05T08:12:05Z, 65 s after the last call; read back and verified.
    ESCALATED: this was paged before; since then it has become worse, and calls for more.
    ");
    assert!(shown.contains("FINDING   F-7c2025ea17a7091e, goes on from F-d5d4fb7e4e08c1f9\n"), "{shown}");
    assert!(shown.contains("RUNBOOK   docs/runbook.md#escalated\n"), "{shown}");
}

#[test]
fn contained_again() {
    let entry = Entry { earlier: Some(earlier(Response::Quarantine, Some(target()))), ..twelve() };
    assert_snapshot!(gist(&entry).lines().nth(3).unwrap(), @"ESCALATED: it had been contained for this before, was let go or that was undone, and it went on.");
}

#[test]
fn others_joined_the_contained_one() {
    let entry = Entry { earlier: Some(earlier(Response::Quarantine, Some(target()))), ..decided(by_several()) };
    assert_snapshot!(gist(&entry), @r#"
    Subject: [HIGH] ESCALATED, NOT TOUCHED 7 different actors: Many secrets read within minutes

    7 different actors were NOT touched: nobody is contained for what several did. They can still act. Somebody must decide.
    ESCALATED: role reporting had been contained for this; it was not the only one.

    DONE      nothing
    NOT DONE  not contained: 7 different actors took part; which of them to deny is for people to decide
    UNDO      what was done before, if it is still there:
              portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
    "#);
}

#[test]
fn what_nobody_had_been_told_of_is_no_escalation() {
    let before = portcullis_response::Earlier { response: Response::Observe, contained: None, paged: false };
    let entry = Entry { earlier: Some(before), ..twelve() };
    assert_eq!(show(&page(&entry)), show(&page(&twelve())));
}
