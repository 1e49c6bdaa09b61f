//! Findings that stand for alarms, and the minute's round: it waits for as long as they do, and no longer.

use portcullis_domain::{AssetAlarm::*, Severity};
use portcullis_response::{AlarmOutcome, Noted, RespondError, Telling};
use portcullis_settings::Mode;
use portcullis_testkit::{Fault, Faults, ROLE, World};

use crate::due::{NOBODY, again, last};
use crate::world::{SETTINGS, at, hear, on_payroll, over, rings, round, told, try_round};

/// What was told under a finding's incident was told to who was woken for it; once that is too long ago, somebody is woken
/// for what rings on, once, for the worst of it.
#[tokio::test]
async fn what_a_finding_stood_for_wakes_once_its_time_is_over() {
    let world = World::with(SETTINGS);
    world.deliver_at(&on_payroll("a"), at(0)).await;
    let finding = on_payroll("a").id;
    for (kind, after) in [(Denied, 10), (UnderAttack, 11), (HighRate, 12), (Anomaly, 13)] {
        assert_eq!(hear(&world, &rings(kind, after)).await, AlarmOutcome::Updated);
    }
    assert_eq!(hear(&world, &over(Anomaly, 20)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(round(&world, at(59)).await, NOBODY);
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
    assert_eq!(last(&world), (Telling::Uncovered { finding }, at(11), Severity::Critical));
    let own = told(&world).pop().unwrap().1;
    assert_ne!(own, world.pager.told()[0].incident, "an incident of its own");
    for minute in [61, 120, 600] {
        assert_eq!(round(&world, at(minute)).await, NOBODY, "minute {minute}");
    }
    hear(&world, &over(Denied, 610)).await;
    hear(&world, &over(HighRate, 610)).await;
    assert_eq!(hear(&world, &over(UnderAttack, 611)).await, AlarmOutcome::Resolved);
    assert_eq!(told(&world).pop().unwrap().1, own);
}

/// And at once when that one's incident is over, but never so soon after another waking for something as bad.
#[tokio::test]
async fn what_a_finding_stood_for_wakes_when_its_incident_is_over() {
    for woken in [None, Some(HighRate), Some(UnderAttack)] {
        let world = World::with(&SETTINGS.replace("mode: page", "mode: enforce"));
        if let Some(kind) = woken {
            hear(&world, &rings(kind, 0)).await;
            hear(&world, &over(kind, 1)).await;
        }
        world.deliver_at(&on_payroll("a"), "2026-01-05T08:10:05Z".parse().unwrap()).await;
        assert_eq!(hear(&world, &rings(UnderAttack, 15)).await, AlarmOutcome::Updated);
        assert_eq!(round(&world, at(16)).await, NOBODY);
        let none = Faults::default();
        world.ports(&none).releaser().release(ROLE, "alice", "known", at(20)).await.unwrap();
        let held = woken == Some(UnderAttack);
        if held {
            assert_eq!(round(&world, at(59)).await, NOBODY, "{woken:?}");
        }
        assert_eq!(round(&world, at(if held { 60 } else { 20 })).await, [AlarmOutcome::Paged], "{woken:?}");
        assert_eq!(last(&world).0, Telling::Uncovered { finding: on_payroll("a").id });
    }
}

/// Somebody was woken for a finding on the entry since it rang again: the alarm waits until that is no reason any more.
#[tokio::test]
async fn a_finding_meanwhile_holds_it_back_for_its_own_time() {
    let world = again().await;
    world.deliver_at(&on_payroll("a"), at(30)).await;
    assert_eq!(round(&world, at(60)).await, NOBODY);
    assert_eq!(round(&world, at(89)).await, NOBODY);
    let faults = Faults::at("incident", 1, Fault::Before);
    let results = try_round(&world, &faults, at(89)).await.unwrap();
    assert!(matches!(results[..], [Err(RespondError::Alarm { .. })]), "{results:?}");
    assert_eq!(round(&world, at(90)).await, [AlarmOutcome::Paged]);
}

#[tokio::test]
async fn a_finding_whose_incident_is_over_holds_nothing_back() {
    let mut world = again().await;
    world.settings.mode = Mode::Enforce;
    world.deliver_at(&on_payroll("a"), "2026-01-05T08:10:05Z".parse().unwrap()).await;
    let none = Faults::default();
    world.ports(&none).releaser().release(ROLE, "alice", "known", at(20)).await.unwrap();
    assert_eq!(round(&world, at(60)).await, [AlarmOutcome::Paged]);
}
