//! Every guard, by table: who is contained, who is only paged about, and why.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Actor, Finding, Outcome, Principal, Severity, Tier};
use portcullis_response::{Deployment, Identity, PageState, Quarantine, QuarantineState, Refusal, decide, plan};
use portcullis_settings::{Mode, Response, Settings, parse};
use portcullis_testkit::{ROLE, burst, finding, finding_by, role};
use test_case::test_case;

fn settings() -> Settings {
    parse("mode: enforce\nprotected: ['arn:aws:iam::*:role/break-glass/*']\n").unwrap()
}

fn deployment() -> Deployment {
    Deployment {
        account: Some("111122223333".parse().unwrap()),
        own_roles: vec!["arn:aws:iam::111122223333:role/portcullis/portcullis-respond".parse().unwrap()],
    }
}

/// A few seconds after the event.
fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn refusal(principal: Principal) -> Option<&'static str> {
    let (decision, target) = decide(&finding_by(principal, "e"), &settings(), &deployment(), None, now());
    assert_eq!(target.is_some(), decision.response == Response::Quarantine);
    if !decision.refusals.is_empty() {
        assert_eq!(decision.response, Response::Page, "a refused containment becomes a page");
        assert_eq!(decision.wanted, Response::Quarantine);
    }
    decision.refusals.first().map(Refusal::name)
}

#[test_case("arn:aws:iam::111122223333:role/team/reporting", None ; "an ordinary role")]
#[test_case("arn:aws:iam::111122223333:role/break-glass/admin", Some("protected") ; "protected by path")]
#[test_case("arn:aws:iam::111122223333:role/portcullis/portcullis-respond", Some("itself") ; "its own role")]
#[test_case(
    "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
    Some("service-linked-role")
)]
#[test_case(
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1",
    Some("identity-center-role")
)]
#[test_case("arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_1", Some("identity-center-role") ; "identity center role without its path")]
#[test_case("arn:aws:iam::444455556666:role/team/reporting", Some("foreign-account") ; "same name, other account")]
#[test_case("arn:aws:iam::444455556666:role/portcullis/portcullis-respond", Some("foreign-account") ; "foreign comes first")]
fn roles(arn: &str, expected: Option<&str>) {
    assert_eq!(refusal(role(arn)), expected);
}

#[test]
fn principals_that_are_not_roles() {
    let user = Principal::User { arn: "arn:aws:iam::111122223333:user/mallory".parse().unwrap(), id: None };
    let cases = [
        (user, None),
        (Principal::Root { account: None }, Some("root")),
        (Principal::Service { name: "s3.amazonaws.com".to_owned() }, Some("service")),
        (
            Principal::ForeignAccount { account: "444455556666".parse().ok(), principal_id: None },
            Some("foreign-account"),
        ),
        (
            Principal::UnresolvedRole { session: "arn:aws:sts::111122223333:assumed-role/app/s".to_owned() },
            Some("not-named"),
        ),
        (Principal::IdentityCenterUser { user_id: "u".to_owned() }, Some("not-named")),
        (Principal::ExternalIdentity { name: "a".to_owned() }, Some("not-named")),
        (Principal::Unknown { described_as: "nothing".to_owned() }, Some("not-named")),
    ];
    for (principal, expected) in cases {
        assert_eq!(refusal(principal.clone()), expected, "{principal}");
    }
}

#[test]
fn indirect_use_is_paged_only() {
    let mut finding = finding("e");
    finding.evidence[0].via = Some("s3.amazonaws.com".to_owned());
    let (decision, _) = decide(&finding, &settings(), &deployment(), None, now());
    assert_eq!(decision.refusals, [Refusal::Indirect { via: "s3.amazonaws.com".to_owned() }]);
}

#[test]
fn several_actors_are_paged_only() {
    let mut burst = burst(role(ROLE), "e", 1, 3);
    burst.actor = Actor::unknown("2 different actors");
    burst.burst.as_mut().unwrap().actors = vec!["a".to_owned(), "b".to_owned()];
    let (decision, target) = decide(&burst, &settings(), &deployment(), None, now());
    assert_eq!(decision.refusals, [Refusal::SeveralActors { named: "2 different actors".to_owned() }]);
    assert_eq!((decision.response, target), (Response::Page, None));
}

#[test_case(Mode::Observe)]
#[test_case(Mode::Page)]
#[test_case(Mode::Enforce)]
fn a_rule_in_shadow_wakes_nobody(mode: Mode) {
    let settings = Settings { mode, ..settings() };
    for finding in [finding("e"), finding_by(Principal::Root { account: None }, "e")] {
        let shadow = Finding { shadow: true, ..finding };
        let (decision, target) = decide(&shadow, &settings, &deployment(), None, now());
        assert_eq!((decision.wanted, decision.response, target), (Response::Quarantine, Response::Observe, None));
        assert_eq!(decision.refusals, [Refusal::Shadow], "one word to count what would have been");
    }
}

#[test_case(Mode::Observe, Response::Observe)]
#[test_case(Mode::Page, Response::Page)]
#[test_case(Mode::Enforce, Response::Quarantine)]
fn the_mode_caps_the_response(mode: Mode, expected: Response) {
    let settings = Settings { mode, ..Settings::default() };
    let (decision, _) = decide(&finding("e"), &settings, &deployment(), None, now());
    assert_eq!((decision.wanted, decision.response), (Response::Quarantine, expected));
    assert!(decision.refusals.is_empty(), "a mode is not a refusal");
}

#[test]
fn severity_and_tier_choose() {
    let mut finding = finding("e");
    finding.rule.severity = Severity::Medium;
    finding.tier = Some(Tier::Standard);
    assert_eq!(decide(&finding, &settings(), &deployment(), None, now()).0.response, Response::Page);
}

fn known(state: QuarantineState) -> Quarantine {
    let finding = finding("before");
    let since = finding.time().unwrap() - SignedDuration::from_mins(10);
    Quarantine {
        target: portcullis_response::target(&finding, &deployment()).unwrap(),
        policy: "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap(),
        finding: finding.id,
        why: "why".to_owned(),
        since,
        until: since + SignedDuration::from_hours(4),
        state,
    }
}

#[test]
fn the_past_is_heard() {
    let event = finding("e").time().unwrap();
    let released = |at| QuarantineState::Released { at, by: "alice".to_owned(), reason: "fine".to_owned() };
    let cases = [
        (QuarantineState::Active { verified: true }, Some("already-quarantined")),
        (QuarantineState::Attaching, Some("already-quarantined")),
        (released(event + SignedDuration::from_secs(1)), Some("released-since")),
        (released(event - SignedDuration::from_secs(1)), None),
        (QuarantineState::Failed, None),
    ];
    for (state, expected) in cases {
        let known = known(state);
        let (decision, _) = decide(&finding("e"), &settings(), &deployment(), Some(&known), now());
        assert_eq!(decision.refusals.first().map(Refusal::name), expected, "{:?}", known.state);
    }
}

#[test]
fn a_denial_in_quarantine_wakes_nobody() {
    let mut finding = finding("e");
    finding.evidence[0].outcome = Outcome::Denied;
    let (decision, _) =
        decide(&finding, &settings(), &deployment(), Some(&known(QuarantineState::Active { verified: true })), now());
    assert_eq!(decision.response, Response::Observe);
    assert_eq!(decision.refusals.first().map(Refusal::name), Some("already-quarantined"));
    let (decision, _) = decide(&finding, &settings(), &deployment(), None, now());
    assert_eq!(decision.response, Response::Quarantine, "outside of one it counts as ever");
}

#[test]
fn an_event_without_a_time_is_not_acted_on_after_a_release() {
    let mut finding = finding("e");
    finding.evidence[0].time = None;
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    let known = known(QuarantineState::Released { at, by: "a".to_owned(), reason: "r".to_owned() });
    let (decision, _) = decide(&finding, &settings(), &deployment(), Some(&known), now());
    assert_eq!(decision.refusals.first().map(Refusal::name), Some("released-since"));
}

#[test]
fn an_old_event_is_not_acted_on() {
    let later = now() + SignedDuration::from_hours(25);
    let (decision, target) = decide(&finding("e"), &settings(), &deployment(), None, later);
    assert_eq!((decision.refusals[0].name(), decision.response, target), ("stale", Response::Page, None));
}

#[test]
fn iam_has_the_last_word() {
    let deny = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    let identity = |id: &str, arn: &str, attached: &[&str]| Identity {
        id: id.to_owned(),
        arn: arn.to_owned(),
        attached: attached.iter().map(|policy| policy.parse().unwrap()).collect(),
    };
    let same = "AROAEXAMPLEEXAMPLE01";
    let cases = [
        (Ok(Some(identity(same, ROLE, &[]))), None),
        (Ok(Some(identity("AROAEXAMPLEEXAMPLE02", ROLE, &[]))), Some("recreated")),
        (Ok(Some(identity(same, "arn:aws:iam::111122223333:role/other/reporting", &[]))), Some("recreated")),
        (Ok(Some(identity(same, ROLE, &["arn:aws:iam::aws:policy/AWSDenyAll"]))), Some("already-denied")),
        (Ok(None), Some("gone")),
        (Err("throttled".to_owned()), Some("unreadable")),
    ];
    for (answer, expected) in cases {
        let (decision, target) = decide(&finding("e"), &settings(), &deployment(), None, now());
        let (decision, plan) = plan(decision, target, &deny, answer);
        assert_eq!(decision.refusals.first().map(Refusal::name), expected);
        assert_eq!(plan.is_empty(), expected.is_some());
    }
}

#[test]
fn the_plan_reads_as_cloudtrail_will() {
    let deny = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    let (decision, target) = decide(&finding("e"), &settings(), &deployment(), None, now());
    let identity = Identity { id: "AROAEXAMPLEEXAMPLE01".to_owned(), arn: ROLE.to_owned(), attached: Vec::new() };
    let (_, plan) = plan(decision, target, &deny, Ok(Some(identity)));
    insta::assert_snapshot!(plan, @"iam:AttachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll to arn:aws:iam::111122223333:role/team/reporting");
    assert_eq!(PageState::default(), PageState::None);
}
