//! Whole pages about bursts, as on-call reads them.

#![cfg(test)]

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Actor, Asset, Evidence, Finding, Outcome, Source, Tier};
use portcullis_paging::{Page, PageContext, render};
use portcullis_response::{
    Containment, Decision, Deployment, Earlier, Entry, Gone, Notice, Plan, Quarantine, QuarantineState, Refusal, Step,
    decide, target,
};
use portcullis_settings::{Response, parse};
use portcullis_testkit::{ROLE, burst, finding, role, secret};

fn now() -> Timestamp {
    "2026-01-05T08:12:05Z".parse().unwrap()
}

fn show(entry: &Entry) -> String {
    let Page { subject, body } = render(Notice::Finding(entry), &PageContext { stack: "portcullis".to_owned() });
    assert!(subject.chars().count() < 100, "{subject}");
    format!("Subject: {subject}\n\n{body}")
}

/// Twelve reads in eleven minutes, contained.
fn contained() -> Entry {
    let finding = burst(role(ROLE), "e", 1, 12);
    let target = target(&finding, &Deployment::default()).unwrap();
    let policy = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    let decision = Decision { wanted: Response::Quarantine, response: Response::Quarantine, refusals: Vec::new() };
    let plan = Plan { steps: vec![Step::AttachPolicy { target, policy }] };
    let until = now() + SignedDuration::from_hours(4);
    let containment = Some(Containment::Contained { at: now(), until, verified: true });
    Entry { containment, ..Entry::new(finding, decision, plan, now()) }
}

#[test]
fn by_one_actor() {
    assert_snapshot!(show(&contained()), @r#"
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
              read back: attached
    ENDS      2026-01-05T12:12:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or: aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      secrets-read-in-batch (severity high; ATT&CK T1555.006)
    FINDING   F-7c2025ea17a7091e
    STATUS    portcullis status --stack portcullis
    "#);
}

/// Seven actors from three places on one secret, more often than could be counted.
fn by_several() -> Finding {
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

fn decided(finding: Finding) -> Entry {
    let settings = parse("mode: enforce\n").unwrap();
    let (decision, _) = decide(&finding, &settings, &Deployment::default(), None, now());
    Entry::new(finding, decision, Plan::default(), now())
}

#[test]
fn by_several_actors() {
    assert_snapshot!(show(&decided(by_several())), @"
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
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn several_actors_for_a_page() {
    let entry = decided(Finding { tier: None, ..by_several() });
    assert_eq!(entry.decision.response, Response::Page);
    assert_snapshot!(show(&entry).lines().take(3).collect::<Vec<_>>().join("\n"), @"
    Subject: [HIGH] PAGE 7 different actors: Many secrets read within minutes

    7 different actors were not touched: the settings ask for a page.
    ");
}

#[test]
fn on_many_assets() {
    let mut finding = burst(role(ROLE), "e", 1, 7);
    finding.assets = (1..=7).map(|n| secret(&format!("prod/app-{n}"))).collect::<Vec<Asset>>();
    finding.tier = Some(Tier::Sensitive);
    let shown = show(&decided(finding));
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
    let shown = show(&decided(finding));
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
    let shown = show(&decided(burst(role(ROLE), "e", 1, 5)));
    let evidence: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("EVIDENCE")).take(6).collect();
    assert_snapshot!(evidence.join("\n"), @"
    EVIDENCE  2026-01-05T08:00:00Z secretsmanager:GetSecretValue success, event e-0
              2026-01-05T08:01:00Z secretsmanager:GetSecretValue success, event e-1
              2026-01-05T08:02:00Z secretsmanager:GetSecretValue success, event e-2
              2026-01-05T08:03:00Z secretsmanager:GetSecretValue success, event e-3
              2026-01-05T08:04:00Z secretsmanager:GetSecretValue success, event e-4
    ");
}

fn earlier(response: Response, contained: bool) -> Earlier {
    let contained = contained.then(|| target(&finding("e"), &Deployment::default()).unwrap());
    Earlier { response, contained, paged: true }
}

/// The subject, the first lines, and what is said of what was done.
fn gist(entry: &Entry) -> String {
    let shown = show(entry);
    let told = |line: &&str| line.starts_with("DONE");
    let head = shown.lines().take_while(|line| !line.starts_with("WHAT"));
    head.chain(shown.lines().skip_while(|line| !told(line))).collect::<Vec<_>>().join("\n")
}

#[test]
fn escalated() {
    let continues = Some(finding("before").id);
    let entry = Entry { earlier: Some(earlier(Response::Page, false)), continues, ..contained() };
    assert_snapshot!(gist(&entry), @r#"
    Subject: [HIGH] ESCALATED, CONTAINED role reporting: Many secrets read within minutes

    role reporting was put in quarantine at 2026-01-05T08:12:05Z, 65 s after the last call; read back and verified.
    ESCALATED: this was paged before; since then it has become worse, and calls for more.

    DONE      iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting
              read back: attached
    ENDS      2026-01-05T12:12:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or: aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      secrets-read-in-batch (severity high; ATT&CK T1555.006)
    FINDING   F-7c2025ea17a7091e, goes on from F-d5d4fb7e4e08c1f9
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn contained_again() {
    let entry = Entry { earlier: Some(earlier(Response::Quarantine, true)), ..contained() };
    assert_snapshot!(gist(&entry).lines().take(4).collect::<Vec<_>>().join("\n"), @"
    Subject: [HIGH] ESCALATED, CONTAINED role reporting: Many secrets read within minutes

    role reporting was put in quarantine at 2026-01-05T08:12:05Z, 65 s after the last call; read back and verified.
    ESCALATED: it had been put in quarantine for this before, was let go or its policy taken off, and went on.
    ");
}

#[test]
fn others_joined_the_contained_one() {
    let entry = Entry { earlier: Some(earlier(Response::Quarantine, true)), ..decided(by_several()) };
    assert_snapshot!(gist(&entry), @r#"
    Subject: [HIGH] ESCALATED, NOT TOUCHED 7 different actors: Many secrets read within minutes

    7 different actors were NOT touched: nobody is contained for what several did. They can still act. Somebody must decide.
    ESCALATED: role reporting had been put in quarantine for this; it was not the only one.

    DONE      nothing
    NOT DONE  not contained: 7 different actors took part; which of them to deny is for people to decide
    UNDO      the quarantine from before, if it is still there:
              portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."

    RULE      secrets-read-in-batch (severity high; ATT&CK T1555.006)
    FINDING   F-7c2025ea17a7091e
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn what_nobody_had_been_told_of_is_no_escalation() {
    let before = Earlier { response: Response::Observe, contained: None, paged: false };
    let entry = Entry { earlier: Some(before), ..contained() };
    assert_eq!(show(&entry), show(&contained()));
}

#[test]
fn withdrawn_while_in_quarantine() {
    let mut entry = contained();
    let Step::AttachPolicy { target, policy } = entry.plan.steps[0].clone();
    let quarantine = Quarantine {
        target,
        policy,
        finding: entry.finding.id.clone(),
        why: entry.finding.rule.title.clone(),
        since: now(),
        until: now() + SignedDuration::from_hours(4),
        state: QuarantineState::Active { verified: true },
    };
    let at = now() + SignedDuration::from_mins(3);
    entry.gone = Some(Gone::Withdrawn { at, quarantine: Some(Box::new(quarantine)), message_id: None });
    assert_snapshot!(show(&entry), @r#"
    Subject: [WITHDRAWN] role reporting: the ground for its quarantine is gone

    role reporting is in quarantine for something that holds no longer: with more events known, its rule would not have fired.
    Nothing was undone. Somebody must decide whether it is let go.

    WHAT      Many secrets read within minutes
    WHO       arn:aws:iam::111122223333:role/team/reporting
    SINCE     2026-01-05T08:12:05Z; withdrawn at 2026-01-05T08:15:05Z
    ENDS      2026-01-05T12:12:05Z, by itself
    UNDO      portcullis release arn:aws:iam::111122223333:role/team/reporting --stack portcullis --reason "..."
              or: aws iam detach-role-policy --role-name reporting --policy-arn arn:aws:iam::aws:policy/AWSDenyAll

    RULE      secrets-read-in-batch
    FINDING   F-7c2025ea17a7091e
    STATUS    portcullis status --stack portcullis
    "#);
}

#[test]
fn the_word_for_a_rule_in_shadow() {
    assert_eq!(Refusal::Shadow.name(), "shadow");
    assert_snapshot!(Refusal::Shadow, @"its rule is in shadow: what it would lead to is written down, and nobody is paged");
}

#[test]
fn a_log_cannot_forge_a_page() {
    let mut entry = decided(by_several());
    let burst = entry.finding.burst.as_mut().unwrap();
    burst.actors[0] = "a\nUNDO      rm -rf /".to_owned();
    burst.group[0] = ("x\nDONE a".to_owned(), "y\r\nRULE fake".to_owned());
    entry.finding.actor = Actor::unknown("2\nDONE actors");
    entry.finding.region = Some("r\nDONE".to_owned());
    let forged = |evidence: &mut Evidence| evidence.origin.source = Source::Other("z\nDONE".to_owned());
    entry.finding.evidence.iter_mut().for_each(forged);
    let page = show(&entry);
    for label in ["UNDO", "DONE", "RULE", "Subject"] {
        assert_eq!(page.lines().filter(|line| line.starts_with(label)).count(), 1, "{label} in {page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 310));
}
