//! Findings stand for alarms on the same keys and secrets, and never the other way round.

use portcullis_domain::{AssetAlarm::*, Finding, RuleRef, Severity};
use portcullis_response::{Action, AlarmOutcome, AlarmState, Noted, Report};
use portcullis_testkit::{Fault, Faults, ROLE, World, until_death};

use crate::world::{SETTINGS, at, change, hear, of, on_payroll, over, rings, told, try_hear};

fn of_severity(severity: Severity, event: &str) -> Finding {
    let finding = on_payroll(event);
    Finding { rule: RuleRef { severity, ..finding.rule.clone() }, ..finding }
}

/// The incident of the finding that was told of first.
fn incident(world: &World) -> String {
    world.pager.told()[0].incident.clone()
}

#[tokio::test]
async fn an_alarm_of_what_was_paged_wakes_nobody() {
    let world = World::with(SETTINGS);
    world.deliver_at(&on_payroll("a"), at(0)).await;
    for (kind, after) in [(HighRate, 1), (UnderAttack, 59)] {
        assert_eq!(hear(&world, &rings(kind, after)).await, AlarmOutcome::Updated);
        let last = told(&world).pop().unwrap();
        assert_eq!((last.0, last.1), (Action::Update, incident(&world)), "under the finding's incident");
    }
    assert_eq!(hear(&world, &over(HighRate, 70)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(
        hear(&world, &over(UnderAttack, 71)).await,
        AlarmOutcome::Noted(Noted::NothingOpen),
        "its end is a finding's"
    );
}

#[tokio::test]
async fn after_the_hour_it_wakes() {
    let world = World::with(SETTINGS);
    world.deliver_at(&on_payroll("a"), at(0)).await;
    assert_eq!(hear(&world, &rings(HighRate, 60)).await, AlarmOutcome::Paged);
    assert_ne!(told(&world)[0].1, incident(&world));
}

#[tokio::test]
async fn what_is_worse_than_the_finding_wakes() {
    let world = World::with(SETTINGS);
    world.deliver_at(&of_severity(Severity::High, "a"), at(0)).await;
    assert_eq!(hear(&world, &rings(HighRate, 1)).await, AlarmOutcome::Updated);
    assert_eq!(hear(&world, &rings(UnderAttack, 2)).await, AlarmOutcome::Paged);
    let told = told(&world);
    assert_eq!(told[0].1, incident(&world));
    assert_ne!(told[1].1, incident(&world));
    assert_eq!(hear(&world, &over(HighRate, 3)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(hear(&world, &over(UnderAttack, 3)).await, AlarmOutcome::Resolved);
}

#[tokio::test]
async fn another_entry_wakes() {
    let world = World::with(SETTINGS);
    world.deliver_at(&on_payroll("a"), at(0)).await;
    assert_eq!(hear(&world, &change(of("billing", HighRate), AlarmState::Alarm, 1)).await, AlarmOutcome::Paged);
}

#[tokio::test]
async fn a_finding_that_was_not_paged_stands_for_nothing() {
    let shadow = Finding { shadow: true, ..on_payroll("a") };
    for finding in [shadow, of_severity(Severity::Low, "a")] {
        let world = World::with(SETTINGS);
        world.deliver_at(&finding, at(0)).await;
        assert_eq!(hear(&world, &rings(HighRate, 1)).await, AlarmOutcome::Paged);
    }
}

/// A repeat is told to nobody, so that on-call may not know of this entry.
#[tokio::test]
async fn nor_does_a_repeat() {
    let world = World::with(SETTINGS);
    world.deliver_at(&Finding { entries: Vec::new(), ..on_payroll("a") }, at(0)).await;
    world.deliver_at(&on_payroll("b"), at(1)).await;
    assert_eq!(world.woken().len(), 1);
    assert_eq!(hear(&world, &rings(HighRate, 2)).await, AlarmOutcome::Paged);
}

#[tokio::test]
async fn once_the_incident_is_over_it_wakes() {
    let world = World::with(&SETTINGS.replace("mode: page", "mode: enforce"));
    world.deliver_at(&on_payroll("a"), "2026-01-05T08:10:05Z".parse().unwrap()).await;
    assert_eq!(hear(&world, &rings(HighRate, 11)).await, AlarmOutcome::Updated);
    hear(&world, &over(HighRate, 12)).await;
    let none = Faults::default();
    world.ports(&none).releaser().release(ROLE, "alice", "known", at(13)).await.unwrap();
    assert_eq!(hear(&world, &rings(HighRate, 14)).await, AlarmOutcome::Paged);
}

/// The worse of two findings counts, whichever came first.
#[tokio::test]
async fn of_two_findings_the_worse() {
    for order in [[Severity::Critical, Severity::Medium], [Severity::Medium, Severity::Critical]] {
        let world = World::with(SETTINGS);
        for (index, severity) in order.into_iter().enumerate() {
            let mut finding = of_severity(severity, &format!("e{index}"));
            finding.rule.id = format!("rule-{index}");
            world.deliver_at(&finding, at(0)).await;
        }
        assert_eq!(hear(&world, &rings(UnderAttack, 1)).await, AlarmOutcome::Updated, "{order:?}");
    }
}

/// An alarm rang first: the finding pages all the same.
#[tokio::test]
async fn a_finding_is_never_held_back() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(UnderAttack, 0)).await;
    world.deliver_at(&on_payroll("a"), at(1)).await;
    let told = world.pager.told();
    assert_eq!((told.len(), told[1].action), (2, Action::Trigger));
    assert_ne!(told[0].incident, told[1].incident);
    assert_eq!(hear(&world, &rings(HighRate, 2)).await, AlarmOutcome::Updated);
    let last = world.pager.told().pop().unwrap();
    assert_eq!(last.incident, told[0].incident, "what is open of its own comes first");
}

/// What the ledger does not take of it keeps nothing from being done.
#[tokio::test]
async fn a_finding_is_done_though_it_cannot_be_noted() {
    for call in ["alarm_incident", "put_alarm_incident"] {
        let (world, faults) =
            (World::with(SETTINGS), Faults::all_from(call, 1, Fault::Before).and("put_entry", 9, Fault::None));
        let _ = world.try_deliver(&on_payroll("a"), &faults, at(0)).await;
        assert_eq!(world.woken().len(), 1, "{call}");
        let once = Faults::at(call, 1, Fault::Refused);
        let other = World::with(SETTINGS);
        let report = other.try_deliver(&on_payroll("a"), &once, at(0)).await.unwrap();
        assert!(matches!(report, Report::Done(entry) if entry.done), "{call}");
    }
}

/// The worker dies between the page and the note: the next delivery notes it.
#[tokio::test]
async fn a_note_that_was_cut_off_is_made_up_for() {
    let (world, faults) = (World::with(SETTINGS), Faults::at("alarm_incident", 1, Fault::DiesBefore));
    assert!(until_death(&faults, world.try_deliver(&on_payroll("a"), &faults, at(0))).await.is_none());
    world.deliver_at(&on_payroll("a"), at(3)).await;
    assert_eq!(world.woken().len(), 1, "it was paged before");
    assert_eq!(hear(&world, &rings(HighRate, 4)).await, AlarmOutcome::Updated);
}

/// What cannot be read is no reason to leave it at an update.
#[tokio::test]
async fn an_incident_that_cannot_be_read_is_tried_again() {
    let world = World::with(SETTINGS);
    world.deliver_at(&on_payroll("a"), at(0)).await;
    let faults = Faults::at("incident", 1, Fault::Before);
    assert!(try_hear(&world, &rings(HighRate, 1), &faults, at(1)).await.is_err());
    assert_eq!(hear(&world, &rings(HighRate, 1)).await, AlarmOutcome::Updated);
}
