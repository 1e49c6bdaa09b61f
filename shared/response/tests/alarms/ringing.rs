//! One thing that rings: who is woken, and when it is over.

use portcullis_domain::{AlarmSubject, AssetAlarm::*, Severity};
use portcullis_response::{Action, AlarmChange, AlarmOutcome, AlarmState, Noted, Telling};
use portcullis_testkit::{Fault, Faults, Subject, World};

use crate::world::{SETTINGS, actions, at, change, hear, hear_at, of, over, pipeline, rings, round, told, try_hear};

fn action(action: Action, name: &str) -> (Action, String) {
    (action, name.to_owned())
}

#[tokio::test]
async fn rings_and_is_over() {
    let world = World::with(SETTINGS);
    assert_eq!(hear(&world, &rings(Denied, 0)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &over(Denied, 5)).await, AlarmOutcome::Resolved);
    let told = told(&world);
    assert_eq!(actions(&world), [action(Action::Trigger, "denied/payroll"), action(Action::Resolve, "denied/payroll")]);
    assert_eq!(told[0].1, told[1].1, "one incident");
    assert!(told[0].1.starts_with("I-") && told[0].1.len() == 18, "{}", told[0].1);
    let known = world.alarms_of("entry/payroll").await.unwrap();
    assert_eq!((known.ringing(), known.open(), known.due()), (Vec::new(), None, 0));
    assert_eq!(known.idle_since(), Some(at(5)));
}

#[tokio::test]
async fn while_it_rings_it_is_kept() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    assert_eq!(world.alarms_of("entry/payroll").await.unwrap().idle_since(), None);
}

#[tokio::test]
async fn several_alarms_of_an_entry_end_together() {
    let world = World::with(SETTINGS);
    assert_eq!(hear(&world, &rings(HighRate, 0)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &rings(Anomaly, 1)).await, AlarmOutcome::Updated);
    assert_eq!(hear(&world, &rings(UnderAttack, 2)).await, AlarmOutcome::Paged, "it is worse");
    assert_eq!(hear(&world, &rings(RotationOverdue, 3)).await, AlarmOutcome::Updated);
    for kind in [UnderAttack, RotationOverdue, HighRate] {
        assert_eq!(hear(&world, &over(kind, 10)).await, AlarmOutcome::Noted(Noted::RingsOn));
    }
    assert_eq!(hear(&world, &over(Anomaly, 11)).await, AlarmOutcome::Resolved);
    let told = told(&world);
    let incidents: Vec<&String> = told.iter().map(|(_, incident, _)| incident).collect();
    let [first, worse] = [incidents[0], incidents[2]];
    assert_ne!(first, worse, "it would wake nobody under a key that is open");
    assert_eq!(incidents, [first, first, worse, worse, first, worse]);
    let ends = world.pager.told().into_iter().filter(|told| told.action == Action::Resolve);
    let ends = ends.map(|told| match told.about {
        Subject::Alarm(notice) => (notice.severity, notice.ringing.len()),
        _ => panic!("{told:?}"),
    });
    let expected = [(Severity::Medium, 2), (Severity::Critical, 4)];
    assert_eq!(ends.collect::<Vec<_>>(), expected, "how bad each was, and what rang");
}

/// A rotation may be overdue for weeks, and must not keep silent what happens meanwhile.
#[tokio::test]
async fn what_rings_hours_after_the_first_wakes_too() {
    let world = World::with(SETTINGS);
    assert_eq!(hear(&world, &rings(RotationOverdue, 0)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &rings(HighRate, 59)).await, AlarmOutcome::Updated, "within the hour");
    assert_eq!(hear(&world, &rings(Denied, 61)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &rings(Anomaly, 62)).await, AlarmOutcome::Updated, "the hour begins anew");
    for kind in [HighRate, Denied, Anomaly] {
        assert_eq!(hear(&world, &over(kind, 70)).await, AlarmOutcome::Noted(Noted::RingsOn));
    }
    assert_eq!(hear(&world, &over(RotationOverdue, 80)).await, AlarmOutcome::Resolved);
    let told = told(&world);
    let [first, second] = [&told[0].1, &told[2].1];
    assert_ne!(first, second, "it would wake nobody under a key that is open");
    let all: Vec<_> = told.iter().map(|(action, incident, _)| (*action, incident)).collect();
    let expected = [
        (Action::Trigger, first),
        (Action::Update, first),
        (Action::Trigger, second),
        (Action::Update, second),
        (Action::Resolve, first),
        (Action::Resolve, second),
    ];
    assert_eq!(all, expected, "all that are open end");
}

/// A worker that could not tell all the ends leaves the rest to the next.
#[tokio::test]
async fn every_end_is_told_though_a_page_fails() {
    for page in 1..=3 {
        let world = World::with(SETTINGS);
        for (kind, after) in [(RotationOverdue, 0), (HighRate, 60), (Denied, 120)] {
            assert_eq!(hear(&world, &rings(kind, after)).await, AlarmOutcome::Paged);
        }
        hear(&world, &over(HighRate, 130)).await;
        hear(&world, &over(Denied, 130)).await;
        let faults = Faults::at("page", page, Fault::Before);
        assert!(try_hear(&world, &over(RotationOverdue, 140), &faults, at(140)).await.is_err());
        assert_eq!(round(&world, at(141)).await.len(), 4 - page, "after {page}");
        let told = told(&world);
        let of =
            |wanted: Action| told.iter().filter(move |told| told.0 == wanted).map(|told| &told.1).collect::<Vec<_>>();
        assert_eq!(of(Action::Resolve), of(Action::Trigger), "each once, in order");
    }
}

/// CloudWatch says of every alarm that was just made that it does not ring: nothing is kept of that.
#[tokio::test]
async fn an_alarm_that_was_just_made() {
    let made = |before| AlarmChange { before, ..over(Denied, 0) };
    let world = World::with(SETTINGS);
    let new = made(Some(AlarmState::InsufficientData));
    assert_eq!(hear(&world, &new).await, AlarmOutcome::Noted(Noted::NothingOpen));
    assert!(world.alarms_of("entry/payroll").await.is_none());
    for before in [None, Some(AlarmState::Alarm)] {
        let world = World::with(SETTINGS);
        assert_eq!(hear(&world, &made(before)).await, AlarmOutcome::Noted(Noted::NothingOpen));
        assert!(world.alarms_of("entry/payroll").await.is_some(), "it rang, of which nobody heard yet");
    }
    // It rang, there was too little data, and now it does not ring.
    hear(&world, &rings(Denied, 1)).await;
    let over = AlarmChange { before: new.before, ..over(Denied, 5) };
    assert_eq!(hear(&world, &over).await, AlarmOutcome::Resolved);
}

#[tokio::test]
async fn each_thing_has_an_incident_of_its_own() {
    let world = World::with(SETTINGS);
    let cis = |control: &str| change(AlarmSubject::Cis(control.to_owned()), AlarmState::Alarm, 0);
    let billing = change(of("billing", HighRate), AlarmState::Alarm, 0);
    let all = [rings(HighRate, 0), billing, pipeline(AlarmState::Alarm, 0), cis("root-used"), cis("no-mfa")];
    for change in &all {
        assert_eq!(hear(&world, change).await, AlarmOutcome::Paged, "{}", change.name);
    }
    let incidents: std::collections::BTreeSet<String> = told(&world).into_iter().map(|told| told.1).collect();
    assert_eq!(incidents.len(), all.len());
}

#[tokio::test]
async fn the_same_message_again() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(3)).await, AlarmOutcome::Noted(Noted::Known));
    hear(&world, &over(Denied, 5)).await;
    assert_eq!(hear_at(&world, &over(Denied, 5), at(6)).await, AlarmOutcome::Noted(Noted::Known));
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(6)).await, AlarmOutcome::Noted(Noted::Known));
    assert_eq!(told(&world).len(), 2);
    hear(&world, &rings(Denied, 100)).await;
    assert_eq!(hear_at(&world, &over(Denied, 50), at(101)).await, AlarmOutcome::Noted(Noted::Stale));
    assert_eq!(world.alarms_of("entry/payroll").await.unwrap().ringing().len(), 1, "it rings on");
}

/// Its message came back, and the one that it is over was quicker: on-call hears that it rang.
#[tokio::test]
async fn what_was_over_before_it_was_heard_of() {
    let world = World::with(SETTINGS);
    assert_eq!(hear(&world, &over(Denied, 5)).await, AlarmOutcome::Noted(Noted::NothingOpen));
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(6)).await, AlarmOutcome::Paged);
    assert_eq!(actions(&world), [action(Action::Trigger, "denied/payroll"), action(Action::Resolve, "denied/payroll")]);
    let Subject::Alarm(notice) = world.pager.told().remove(0).about else { panic!() };
    assert!(notice.late && notice.ringing.is_empty(), "{notice:?}");
    let known = world.alarms_of("entry/payroll").await.unwrap();
    assert_eq!((known.ringing(), known.open(), known.due()), (Vec::new(), None, 0));
    assert_eq!(hear_at(&world, &rings(Denied, 0), at(7)).await, AlarmOutcome::Noted(Noted::Known));

    hear(&world, &rings(HighRate, 100)).await;
    assert_eq!(hear_at(&world, &rings(HighRate, 90), at(101)).await, AlarmOutcome::Updated, "another one rings on");
    assert_eq!(hear(&world, &over(HighRate, 102)).await, AlarmOutcome::Resolved);
}

/// No more is kept of it than is of use.
#[tokio::test]
async fn what_rang_long_ago_is_forgotten() {
    let world = World::with(SETTINGS);
    for round in 1..=20 {
        hear(&world, &rings(Denied, round * 10)).await;
        hear(&world, &over(Denied, round * 10 + 5)).await;
    }
    assert_eq!(hear_at(&world, &rings(Denied, 10), at(300)).await, AlarmOutcome::Noted(Noted::Stale));
    assert_eq!(hear_at(&world, &rings(Denied, 200), at(300)).await, AlarmOutcome::Noted(Noted::Known));
}

#[tokio::test]
async fn two_changes_of_one_second_count_as_they_come() {
    let world = World::with(SETTINGS);
    assert_eq!(hear(&world, &rings(Denied, 0)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &over(Denied, 0)).await, AlarmOutcome::Resolved);
    assert_eq!(hear(&world, &rings(Denied, 0)).await, AlarmOutcome::Noted(Noted::Known));
}

#[tokio::test]
async fn too_little_data_says_nothing() {
    let world = World::with(SETTINGS);
    let no_data = change(of("payroll", Denied), AlarmState::InsufficientData, 2);
    assert_eq!(hear(&world, &no_data).await, AlarmOutcome::Noted(Noted::NoData));
    assert!(world.alarms_of("entry/payroll").await.is_none());
    // Older, and told late.
    assert_eq!(hear(&world, &rings(Denied, 1)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &no_data).await, AlarmOutcome::Noted(Noted::NoData));
    assert_eq!(hear(&world, &over(Denied, 3)).await, AlarmOutcome::Resolved);
}

/// It rings, and is over, and rings again: within the hour nobody is woken again, and on-call is told why.
#[tokio::test]
async fn flapping() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    for round in 1..4 {
        assert_eq!(hear(&world, &over(Denied, 10 * round)).await, AlarmOutcome::Resolved);
        assert_eq!(hear(&world, &rings(Denied, 10 * round + 5)).await, AlarmOutcome::Repeated);
        let last = world.pager.told().pop().unwrap();
        let Subject::Alarm(notice) = last.about else { panic!("{last:?}") };
        assert_eq!(notice.telling, Telling::Again { woken_at: at(0), times: u32::try_from(round).unwrap() });
    }
    assert!(told(&world).iter().all(|(_, incident, _)| *incident == told(&world)[0].1), "{:?}", told(&world));
    assert_eq!(hear(&world, &rings(UnderAttack, 40)).await, AlarmOutcome::Paged, "but what is worse wakes");
    hear(&world, &over(Denied, 50)).await;
    assert_eq!(hear(&world, &over(UnderAttack, 50)).await, AlarmOutcome::Resolved);
}

#[tokio::test]
async fn after_the_hour_it_wakes_again_as_another_incident() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(Denied, 0)).await;
    hear(&world, &over(Denied, 59)).await;
    assert_eq!(hear(&world, &rings(Denied, 60)).await, AlarmOutcome::Paged);
    let told = told(&world);
    assert_ne!(told[0].1, told[2].1);
}

#[tokio::test]
async fn worse_within_the_hour_wakes_though_the_first_is_over() {
    let world = World::with(SETTINGS);
    hear(&world, &rings(HighRate, 0)).await;
    hear(&world, &over(HighRate, 5)).await;
    assert_eq!(hear(&world, &rings(UnderAttack, 10)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &over(UnderAttack, 15)).await, AlarmOutcome::Resolved);
    let told = told(&world);
    assert_eq!(told[2].1, told[3].1);
    assert_ne!(told[0].1, told[2].1);
}

#[tokio::test]
async fn an_alarm_that_nobody_knows_is_paged_about() {
    let world = World::with("mode: observe\n");
    let unknown =
        |state, after| AlarmChange { subject: None, name: "somebody's own".to_owned(), ..pipeline(state, after) };
    assert_eq!(hear(&world, &unknown(AlarmState::Alarm, 0)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &unknown(AlarmState::Ok, 1)).await, AlarmOutcome::Resolved);
    assert!(world.alarms_of("other/somebody's own").await.is_some());
}
