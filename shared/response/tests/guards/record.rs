//! The guards that can be judged from the record and the settings.

use jiff::SignedDuration;
use portcullis_domain::{Actor, Finding, Principal, Severity, Tier};
use portcullis_response::{Containable, Decision, Level, Refusal, decide};
use portcullis_settings::{Mode, Response, Settings, parse};
use portcullis_testkit::{ROLE, burst, finding, finding_by, role};
use test_case::test_case;

use crate::{SETTINGS, deployment, now, settings};

fn decided(finding: &Finding, settings: &Settings) -> (Decision, Option<Containable>) {
    decide(finding, settings, &deployment(), None, now())
}

fn refusal(principal: Principal) -> Option<&'static str> {
    let (decision, containable) = decided(&finding_by(principal, "e"), &settings());
    assert_eq!(containable.is_some(), decision.response == Response::Quarantine);
    if !decision.refusals.is_empty() {
        assert_eq!(decision.response, Response::Page, "a refused containment becomes a page");
        assert_eq!(decision.wanted, Response::Quarantine);
    }
    decision.refusals.first().map(Refusal::name)
}

#[test_case("arn:aws:iam::111122223333:role/team/reporting", None ; "an ordinary role")]
#[test_case("arn:aws:iam::111122223333:role/break-glass/admin", Some("protected") ; "protected by arn")]
#[test_case("arn:aws:iam::111122223333:role/vault/admin", Some("protected") ; "protected by path")]
#[test_case("arn:aws:iam::111122223333:role/vault/deeper/admin", Some("protected") ; "protected by a path above its own")]
#[test_case("arn:aws:iam::111122223333:role/vaulted/admin", None ; "another path that begins alike")]
#[test_case("arn:aws:iam::111122223333:role/app-respond", Some("itself") ; "its own role")]
#[test_case("arn:aws:iam::111122223333:role/portcullis/portcullis-contain", Some("itself") ; "its own path")]
#[test_case("arn:aws:iam::111122223333:role/pipeline/deploy", Some("deployer"))]
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
#[test_case("arn:aws:iam::444455556666:role/app-respond", Some("foreign-account") ; "foreign comes first")]
fn roles(arn: &str, expected: Option<&str>) {
    assert_eq!(refusal(role(arn)), expected);
}

#[test]
fn principals_that_are_not_roles() {
    let user = |arn: &str| Principal::User { arn: arn.parse().unwrap(), id: None };
    let cases = [
        (user("arn:aws:iam::111122223333:user/mallory"), None),
        (user("arn:aws:iam::111122223333:user/vault/mallory"), Some("protected")),
        (user("arn:aws:iam::444455556666:user/mallory"), Some("foreign-account")),
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

#[test_case("arn:aws:iam::444455556666:role/team/reporting", None ; "a member account")]
#[test_case("arn:aws:iam::444455556666:role/portcullis/portcullis-lift", Some("itself") ; "our role in a member account")]
#[test_case("arn:aws:iam::444455556666:role/break-glass/admin", Some("protected") ; "protected in every account")]
fn in_member_accounts(arn: &str, expected: Option<&str>) {
    let settings = parse(&format!("{SETTINGS}members: ['444455556666']\n")).unwrap();
    let (decision, _) = decided(&finding_by(role(arn), "e"), &settings);
    assert_eq!(decision.refusals.first().map(Refusal::name), expected);
}

#[test]
fn indirect_use_is_paged_only() {
    let mut finding = finding("e");
    finding.evidence[0].via = Some("s3.amazonaws.com".to_owned());
    let (decision, _) = decided(&finding, &settings());
    assert_eq!(decision.refusals, [Refusal::Indirect { via: "s3.amazonaws.com".to_owned() }]);
}

#[test]
fn several_actors_are_paged_only() {
    let mut burst = burst(role(ROLE), "e", 1, 3);
    burst.actor = Actor::unknown("2 different actors");
    burst.burst.as_mut().unwrap().actors = vec!["a".to_owned(), "b".to_owned()];
    let (decision, containable) = decided(&burst, &settings());
    assert_eq!(decision.refusals, [Refusal::SeveralActors { named: "2 different actors".to_owned() }]);
    assert_eq!((decision.response, containable), (Response::Page, None));
}

#[test_case(Mode::Observe)]
#[test_case(Mode::Page)]
#[test_case(Mode::Ask)]
#[test_case(Mode::Enforce)]
fn a_rule_in_shadow_wakes_nobody(mode: Mode) {
    let settings = Settings { mode, ..settings() };
    for finding in [finding("e"), finding_by(Principal::Root { account: None }, "e")] {
        let shadow = Finding { shadow: true, ..finding };
        let (decision, containable) = decided(&shadow, &settings);
        assert_eq!((decision.wanted, decision.response, containable), (Response::Quarantine, Response::Observe, None));
        assert_eq!(decision.refusals, [Refusal::Shadow], "one word to count what would have been");
    }
}

#[test_case(Mode::Observe, Response::Observe)]
#[test_case(Mode::Page, Response::Page)]
#[test_case(Mode::Ask, Response::Ask)]
#[test_case(Mode::Enforce, Response::Quarantine)]
fn the_mode_caps_the_response(mode: Mode, expected: Response) {
    let settings = Settings { mode, ..Settings::default() };
    let (decision, containable) = decided(&finding("e"), &settings);
    assert_eq!((decision.wanted, decision.response), (Response::Quarantine, expected));
    assert!(decision.refusals.is_empty(), "a mode is not a refusal");
    let level = containable.map(|containable| containable.level);
    assert_eq!(level, (expected >= Response::Ask).then_some(Level::Quarantine));
}

#[test]
fn severity_and_tier_choose() {
    let mut finding = finding("e");
    finding.rule.severity = Severity::Medium;
    finding.tier = Some(Tier::Standard);
    assert_eq!(decided(&finding, &settings()).0.response, Response::Page);
}

#[test]
fn an_old_event_is_not_acted_on() {
    for (hours, expected) in [(23, None), (25, Some("stale"))] {
        let later = now() + SignedDuration::from_hours(hours);
        let (decision, containable) = decide(&finding("e"), &settings(), &deployment(), None, later);
        assert_eq!(decision.refusals.first().map(Refusal::name), expected);
        assert_eq!(decision.response == Response::Page, expected.is_some());
        assert_eq!(containable.is_none(), expected.is_some());
    }
    let mut timeless = finding("e");
    timeless.evidence[0].time = None;
    assert_eq!(decided(&timeless, &settings()).0.refusals, [Refusal::Stale { event: None }]);
}

#[test]
fn a_lockout_needs_a_policy_that_locks_out() {
    let settings = parse("mode: enforce\nresponse: {critical: {critical: lockout}}\n").unwrap();
    let without = portcullis_response::Deployment { lockout_policy: None, ..deployment() };
    let (decision, containable) = decide(&finding("e"), &settings, &without, None, now());
    assert_eq!((decision.refusals, decision.response), (vec![Refusal::NoLockout], Response::Page));
    assert_eq!(containable, None);
    let (decision, containable) = decided(&finding("e"), &settings);
    assert_eq!((decision.refusals, containable.map(|it| it.level)), (Vec::new(), Some(Level::Lockout)));
}
