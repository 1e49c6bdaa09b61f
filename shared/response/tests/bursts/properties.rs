//! Any forms, in any order, any number of times, to any number of workers, with any call failing: the end is the same.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId};
use portcullis_settings::Response;
use portcullis_testkit::{Faults, Task, take_turns, until_death};
use proptest::prelude::*;

use crate::model::{Model, Step, forms, parts, remains, steps, wanted};
use crate::world::{Paged, World, minutes, start, superseded_by};

/// No page is left out as a repeat of another burst's.
const SETTINGS: &str = "mode: enforce\npaging: {repeat_after: 0m}\n";

/// What happens, and an order in which it is told: some forms more than once.
fn told() -> impl Strategy<Value = (Vec<Step>, Vec<usize>)> {
    (steps(), prop::collection::vec(0..1000_usize, 0..24))
}

/// The forms, the order of their deliveries, and the same until each was delivered.
fn deliveries(steps: &[Step], order: &[usize]) -> (Vec<Finding>, Vec<usize>, Vec<usize>) {
    let forms = forms(steps);
    let order: Vec<usize> = order.iter().filter(|_| !forms.is_empty()).map(|which| which % forms.len()).collect();
    let all = order.iter().copied().chain((0..forms.len()).rev()).collect();
    (forms, order, all)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Delivers everything until all of it is dealt with, each time after the lease of the last attempt has ended.
async fn settle(world: &World, forms: &[Finding], order: &[usize], mut now: Timestamp) -> Timestamp {
    for _ in 0..6 {
        let mut waits = false;
        for which in order {
            now += minutes(2);
            waits |= world.try_deliver(&forms[*which], &Faults::default(), now).await.is_err();
        }
        if !waits {
            return now;
        }
    }
    panic!("something was never dealt with");
}

/// The end that does not depend on the way.
async fn check_end(world: &World, forms: &[Finding]) -> Result<(), TestCaseError> {
    let (standing, gone) = remains(forms);
    let paged = world.paged();
    for (id, form) in &standing {
        let entry = world.entry_of(id).await.unwrap();
        prop_assert_eq!(&entry.finding, form);
        prop_assert!(entry.done && entry.gone.is_none() && !entry.unheard);
        let ids: BTreeSet<FindingId> = parts(form).into_iter().chain([id.clone()]).collect();
        prop_assert!(
            wanted(form) == Response::Observe || paged.iter().any(|paged| ids.contains(paged)),
            "{id} was never paged"
        );
        let denied = world.iam.denied().contains(&form.actor.principal.to_string());
        prop_assert!(denied || wanted(form) < Response::Quarantine, "{} was never contained", form.actor.principal);
        prop_assert!(entry.continues.is_none_or(|continues| ids.contains(&continues)));
    }
    for id in &gone {
        let entry = world.entry_of(id).await.unwrap();
        let by = superseded_by(&entry).cloned();
        prop_assert!(by.is_some_and(|by| standing.contains_key(&by) || gone.contains(&by)), "{id} has no tombstone");
    }
    Ok(())
}

/// When the quarantines that are on the two roles began.
async fn begun(world: &World, seen: &mut BTreeSet<(String, Timestamp)>) {
    for arn in world.iam.denied() {
        let quarantine = world.quarantine(&arn).await.unwrap();
        seen.insert((arn, quarantine.since));
    }
}

/// No page about a burst of which a part, or which itself, was paged before with the same response or a stronger one.
fn paged_twice(pages: &[Paged]) -> Option<&Paged> {
    pages.iter().enumerate().find_map(|(index, page)| {
        let before = &pages[..index];
        let same = |other: &&Paged| other.id == page.id || page.supersedes.contains(&other.id);
        before.iter().filter(same).any(|other| other.response >= page.response).then_some(page)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Without faults it is exactly what the model says, page by page.
    #[test]
    fn as_the_model_says((steps, order) in told()) {
        let (forms, _, order) = deliveries(&steps, &order);
        block_on(async {
            let (world, mut model) = (World::with(SETTINGS), Model::default());
            for which in &order {
                world.deliver(&forms[*which]).await;
                model.deliver(&forms[*which]);
            }
            let pages: Vec<_> = world.pages().into_iter().map(|page| (page.id, page.response)).collect();
            prop_assert_eq!(pages, model.pages);
            prop_assert_eq!(world.iam.denied(), model.contained.into_iter().collect::<Vec<_>>());
            check_end(&world, &forms).await
        })?;
    }

    /// Any call may fail, or be the worker's last, before or after it goes through, and the clock moves by less or more than
    /// a lease.
    #[test]
    fn faults_change_nothing_in_the_end(
        (steps, order) in told(),
        faults in prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => 1..3_u8, 1 => 4..6_u8], 0..200),
        pauses in prop::collection::vec(0..200_i64, 24),
    ) {
        let (forms, order, all) = deliveries(&steps, &order);
        block_on(async {
            let (world, plan) = (World::with(SETTINGS), Faults::plan(&faults));
            let mut now = start();
            let mut quarantines = BTreeSet::new();
            for (which, pause) in order.iter().zip(&pauses) {
                let _ = until_death(&plan, world.try_deliver(&forms[*which], &plan, now)).await;
                begun(&world, &mut quarantines).await;
                now += jiff::SignedDuration::from_secs(*pause);
            }
            now = settle(&world, &forms, &all, now).await;
            begun(&world, &mut quarantines).await;
            prop_assert_eq!(quarantines.len(), world.iam.denied().len(), "no quarantine began twice: {:?}", quarantines);
            check_end(&world, &forms).await?;
            let pages = world.pages();
            let injected = faults.iter().filter(|fault| [2, 5].contains(*fault)).count();
            for id in pages.iter().map(|page| &page.id).collect::<BTreeSet<_>>() {
                let same = pages.iter().filter(|page| page.id == *id).count();
                prop_assert!(same <= 3 + injected, "{id} was paged {same} times");
            }
            settle(&world, &forms, &all, now).await;
            prop_assert_eq!(world.pages(), pages, "what is dealt with stays so");
            Ok(())
        })?;
    }

    /// Several workers, who take turns at every call.
    #[test]
    fn workers_at_once_come_to_the_same(
        (steps, order) in told(),
        workers in 2..4_usize,
        turns in prop::collection::vec(0..4_usize, 60),
    ) {
        let (forms, order, all) = deliveries(&steps, &order);
        let (world, turn_taking) = (World::with(SETTINGS), Faults::taking_turns());
        let mut tasks: Vec<Task<'_, ()>> = Vec::new();
        for worker in 0..workers {
            let own: Vec<&Finding> = order.iter().skip(worker).step_by(workers).map(|which| &forms[*which]).collect();
            let (world, turn_taking) = (&world, &turn_taking);
            tasks.push(Box::pin(async move {
                for form in own {
                    // One that another worker has comes back later.
                    let _ = world.try_deliver(form, turn_taking, start()).await;
                }
            }));
        }
        take_turns(tasks, &turns);
        block_on(async {
            let now = settle(&world, &forms, &all, start()).await;
            check_end(&world, &forms).await?;
            let pages = world.pages();
            prop_assert_eq!(paged_twice(&pages), None);
            settle(&world, &forms, &all, now).await;
            prop_assert_eq!(world.pages(), pages);
            Ok(())
        })?;
    }
}
