//! Somebody who is locked out and goes on is denied everything.

use portcullis_domain::{Finding, Outcome, Tier};
use portcullis_response::{Level, QuarantineState, Refusal, Report, Step, ThrowSwitch as _, Undone};
use portcullis_settings::Response;
use portcullis_testkit::{Fault, Faults, ROLE, World, burst, finding, role};
use test_case::test_case;

use crate::{DENY, LOCKOUT, a_role, now, release, seconds};

const TABLE: &str =
    "mode: enforce\nresponse: {critical: {critical: quarantine, sensitive: lockout}, high: {sensitive: lockout}}\n";

/// Of what is sensitive, which is answered with a lockout, or of what is critical.
fn told(event: &str, tier: Tier, at: i64, outcome: Outcome) -> Finding {
    let mut told = Finding { tier: Some(tier), ..finding(event) };
    told.evidence[0].time = Some(now() + seconds(at));
    told.evidence[0].outcome = outcome;
    told
}

async fn locked_out(settings: &str) -> World {
    let world = World::with(settings);
    world.iam.set(a_role(&["a"], None));
    world.deliver_at(&told("first", Tier::Sensitive, 0, Outcome::Success), now()).await;
    assert_eq!(world.quarantine(ROLE).await.unwrap().level, Level::Lockout);
    world
}

#[test_case(Tier::Sensitive, 59, Outcome::Success, None, "already-contained" ; "it takes some seconds to be felt")]
#[test_case(Tier::Sensitive, 60, Outcome::Denied, None, "already-contained" ; "denied in the first minute")]
#[test_case(Tier::Sensitive, 61, Outcome::Success, Some(61), "" ; "it goes on")]
#[test_case(Tier::Sensitive, 61, Outcome::Denied, Some(61), "" ; "it goes on trying")]
#[test_case(Tier::Critical, 1, Outcome::Success, Some(1), "" ; "something worse at once")]
#[test_case(Tier::Critical, 1, Outcome::Denied, None, "already-contained" ; "something worse that was denied")]
#[test_case(Tier::Critical, 61, Outcome::Denied, Some(61), "" ; "something worse that was denied later")]
#[test_case(Tier::Standard, 61, Outcome::Success, None, "" ; "something that is no ground for a lockout")]
#[tokio::test]
async fn a_lockout_becomes_a_quarantine(tier: Tier, at: i64, outcome: Outcome, goes: Option<i64>, refusal: &str) {
    let world = locked_out(TABLE).await;
    let next = told("next", tier, at, outcome);
    world.deliver_at(&next, now() + seconds(at)).await;
    let known = world.quarantine(ROLE).await.unwrap();
    let decision = world.entry(&next).await.decision;
    assert_eq!(decision.refusals.first().map_or("", Refusal::name), refusal);
    let Some(goes) = goes else {
        assert_eq!((known.level, known.steps.len()), (Level::Lockout, 1));
        let quiet = outcome == Outcome::Denied;
        assert_eq!(decision.response, if quiet { Response::Observe } else { Response::Page });
        assert_eq!(world.woken().len(), 1);
        return;
    };
    let steps = [LOCKOUT, DENY].map(|policy| Step::AttachPolicy { policy: policy.parse().unwrap() });
    assert_eq!((known.level, known.steps.as_slice()), (Level::Quarantine, &steps[..]));
    assert_eq!((known.since, known.finding), (now(), next.id.clone()), "since it was locked out");
    assert_eq!(known.until, now() + seconds(goes + 4 * 3600), "as long as a quarantine lasts");
    assert_eq!(world.woken(), [told("first", tier, 0, outcome).id.to_string(), next.id.to_string()]);
    let lifted = release(&world, ROLE, now() + seconds(100)).await.quarantine;
    let QuarantineState::Released { found, .. } = lifted.state else { panic!("{:?}", lifted.state) };
    assert_eq!(found, [Undone::Restored, Undone::Restored]);
    assert_eq!(world.iam.identity(ROLE), Some(a_role(&["a"], None)));
}

#[test_case(Tier::Sensitive, 300, false ; "it goes on")]
#[test_case(Tier::Critical, 1, true ; "something worse")]
#[tokio::test]
async fn where_that_is_not_wanted(tier: Tier, at: i64, expected: bool) {
    let world = locked_out(&format!("{TABLE}lockout: {{escalates: false}}\n")).await;
    world.deliver_at(&told("next", tier, at, Outcome::Success), now() + seconds(at)).await;
    let level = world.quarantine(ROLE).await.unwrap().level;
    assert_eq!(level, if expected { Level::Quarantine } else { Level::Lockout });
}

#[test_case("" ; "as long as a quarantine")]
#[test_case("lockout: {lifts_after: 3d}\n" ; "not shorter than the lockout")]
#[tokio::test]
async fn how_long_it_lasts(settings: &str) {
    let world = locked_out(&format!("{TABLE}{settings}")).await;
    let lockout = world.quarantine(ROLE).await.unwrap().until;
    world.deliver_at(&told("next", Tier::Critical, 5, Outcome::Success), now() + seconds(5)).await;
    let until = world.quarantine(ROLE).await.unwrap().until;
    assert_eq!(until, lockout.max(now() + seconds(5 + 4 * 3600)));
}

/// A burst that goes on for so many seconds, with a call of this outcome as its last.
fn grown(revision: u64, lasts: i64, outcome: Outcome) -> Finding {
    let mut grown = Finding { tier: Some(Tier::Sensitive), ..burst(role(ROLE), "a", revision, 3) };
    let last = now() + seconds(lasts);
    grown.burst.as_mut().unwrap().last = last;
    let call = grown.evidence.last_mut().unwrap();
    (call.time, call.outcome) = (Some(last), outcome);
    grown
}

#[tokio::test]
async fn the_burst_itself_goes_on() {
    for outcome in [Outcome::Success, Outcome::Denied] {
        let world = World::with(TABLE);
        world.deliver_at(&grown(1, 0, Outcome::Success), now()).await;
        assert_eq!(world.quarantine(ROLE).await.unwrap().level, Level::Lockout);
        let early = world.deliver_at(&grown(2, 60, outcome), now() + seconds(60)).await;
        assert!(matches!(early, Report::Updated { .. }), "{early:?}");
        assert_eq!(world.quarantine(ROLE).await.unwrap().level, Level::Lockout, "{outcome:?}");
        world.deliver_at(&grown(3, 61, outcome), now() + seconds(62)).await;
        assert_eq!(world.quarantine(ROLE).await.unwrap().level, Level::Quarantine, "{outcome:?}");
        assert_eq!(world.woken().len(), 2);
        let again = world.deliver_at(&grown(4, 300, outcome), now() + seconds(301)).await;
        assert!(matches!(again, Report::Updated { .. }), "there is nothing beyond: {again:?}");
        assert_eq!(world.pager.told().len(), 2);
    }
}

#[tokio::test]
async fn with_the_kill_switch_on_it_stays_a_lockout() {
    let world = locked_out(TABLE).await;
    world.around.stop("fire").await.unwrap();
    let next = told("next", Tier::Critical, 5, Outcome::Success);
    world.deliver_at(&next, now() + seconds(5)).await;
    assert_eq!(world.entry(&next).await.decision.refusals[0].name(), "stopped");
    let known = world.quarantine(ROLE).await.unwrap();
    assert_eq!((known.level, known.stage()), (Level::Lockout, "verified"));
}

#[tokio::test]
async fn whoever_is_contained_further_takes_no_place_from_anybody() {
    let world = locked_out(&format!("{TABLE}limits: {{per_hour: 1, share: 1%, at_least: 1}}\n")).await;
    world.deliver_at(&told("next", Tier::Critical, 5, Outcome::Success), now() + seconds(5)).await;
    assert_eq!(world.quarantine(ROLE).await.unwrap().level, Level::Quarantine);
}

#[tokio::test]
async fn the_lockout_outlives_a_quarantine_that_fails() {
    for (fault, attempts) in [(Fault::Refused, 1), (Fault::Before, 2)] {
        let world = locked_out(TABLE).await;
        let next = told("next", Tier::Critical, 5, Outcome::Success);
        // The first call puts the lockout where it is already.
        let report = world.try_deliver(&next, &Faults::at("apply", 2, fault), now() + seconds(5)).await;
        assert_eq!(report.is_ok(), attempts == 1);
        assert_eq!(world.iam.attached(ROLE).last().map(portcullis_domain::PolicyArn::as_str), Some(LOCKOUT));
        let known = world.quarantine(ROLE).await.unwrap();
        assert!(known.is_in_force(), "its deadline takes it off: {:?}", known.state);
        if attempts == 2 {
            world.deliver_at(&next, now() + seconds(6)).await;
            assert_eq!(world.quarantine(ROLE).await.unwrap().stage(), "verified");
        }
        release(&world, ROLE, now() + seconds(100)).await;
        assert_eq!(world.iam.identity(ROLE), Some(a_role(&["a"], None)));
    }
}
