//! A release may die between any two calls, and be in the way of others.

use portcullis_domain::{Finding, Tier};
use portcullis_response::{QuarantineState, Undone};
use portcullis_settings::parse;
use portcullis_testkit::{Fault, Faults, Task, World, take_turns, until_death};

use crate::{USER, after, contained, mallory, now, release, sweep, told, with};

/// Locked out, and then denied everything.
async fn contained_twice(full: bool) -> World {
    let mut world = with(full);
    world.settings = parse("mode: enforce\nresponse: {critical: {sensitive: lockout}}\n").unwrap();
    world.deliver_at(&Finding { tier: Some(Tier::Sensitive), ..told("first") }, now()).await;
    world.deliver_at(&told("second"), now()).await;
    assert_eq!(world.quarantine(USER).await.unwrap().steps.len(), 3);
    world
}

async fn check_end(world: &World, full: bool, what: &str) {
    assert_eq!(world.iam.identity(USER), Some(mallory(full)), "{what}");
    let known = world.quarantine(USER).await.unwrap();
    let QuarantineState::Released { by, reason, found, .. } = &known.state else { panic!("{what}: {:?}", known.state) };
    assert_eq!((by.as_str(), reason.as_str()), ("alice", "known"), "{what}: it is who began it");
    assert_eq!(found, &vec![Undone::Restored; known.steps.len()], "{what}");
}

#[tokio::test]
async fn the_sweep_goes_on_with_it() {
    for full in [false, true] {
        for fault in [Fault::DiesBefore, Fault::DiesAfter] {
            for call in 1.. {
                let world = if call % 2 == 0 { contained(full).await } else { contained_twice(full).await };
                let faults = Faults::dies_at(call, fault);
                let ports = world.ports(&faults);
                let releaser = ports.releaser();
                let died = until_death(&faults, releaser.release(USER, "alice", "known", after(1))).await.is_none();
                let what = format!("{full} {fault:?} {call}: {:?}", faults.made());
                if world.quarantine(USER).await.unwrap().stage() == "verified" {
                    release(&world, after(3)).await.unwrap();
                } else if died {
                    assert!(sweep(&world, after(2)).await.is_empty(), "{what}: it is held for a minute and a half");
                    sweep(&world, after(3)).await;
                }
                check_end(&world, full, &what).await;
                if !died {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn any_call_may_fail() {
    for full in [false, true] {
        for fault in [1, 2, 3] {
            for call in 0..12 {
                let world = contained_twice(full).await;
                let mut plan = vec![0; call];
                plan.push(fault);
                let faults = Faults::plan(&plan);
                let _ = world.ports(&faults).releaser().release(USER, "alice", "known", after(1)).await;
                // Given again where it was refused, and swept up where it was begun.
                let _ = release(&world, after(3)).await;
                sweep(&world, after(5)).await;
                check_end(&world, full, &format!("{full} {fault} {:?}", faults.made())).await;
            }
        }
    }
}

/// Every order in which two workers can make so many calls.
pub(crate) fn orders() -> impl Iterator<Item = Vec<usize>> {
    (0..512_u32).map(|order| (0..9).map(|bit| (order >> bit & 1) as usize).collect())
}

#[tokio::test]
async fn a_release_and_a_retry_at_once() {
    for turns in orders() {
        // It was put on, which was not written down.
        let world = with(false);
        let dies = Faults::at("apply", 1, Fault::DiesAfter);
        assert!(until_death(&dies, world.try_deliver(&told("e"), &dies, now())).await.is_none());
        let faults = Faults::taking_turns();
        let (told, ports) = (told("e"), world.ports(&faults));
        let (responder, releaser) = (ports.responder(), ports.releaser());
        let retry: Task<'_, bool> = Box::pin(async {
            drop(responder.respond(&told, after(2), false).await);
            false
        });
        let lift: Task<'_, bool> = Box::pin(async { releaser.release(USER, "alice", "known", after(2)).await.is_ok() });
        let released = take_turns(vec![retry, lift], &turns).contains(&true);
        // The message comes back if it was not dealt with.
        let _ = world.try_deliver(&told, &Faults::default(), after(4)).await;
        let known = world.quarantine(USER).await.unwrap();
        assert_eq!(matches!(known.state, QuarantineState::Released { .. }), released, "{turns:?}: {:?}", known.state);
        assert_eq!(world.iam.identity(USER) == Some(mallory(false)), released, "{turns:?}");
        assert!(!world.entry(&told).await.page.eq(&portcullis_response::PageState::None), "{turns:?}");
    }
}

#[tokio::test]
async fn two_releases_at_once() {
    for turns in orders() {
        let world = contained(true).await;
        let faults = Faults::taking_turns();
        let ports = world.ports(&faults);
        let releaser = ports.releaser();
        let lift = |by: &'static str| -> Task<'_, bool> {
            Box::pin(async move { releaser.release(USER, by, "known", after(1)).await.is_ok() })
        };
        let done = take_turns(vec![lift("alice"), lift("bob")], &turns);
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{turns:?}");
        assert_eq!((world.iam.identity(USER), world.pager.told().len()), (Some(mallory(true)), 2), "{turns:?}");
    }
}
