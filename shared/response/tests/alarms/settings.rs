//! What the settings ask for.

use portcullis_domain::{AlarmSubject, AssetAlarm, AssetAlarm::*};
use portcullis_response::{AlarmChange, AlarmOutcome, AlarmState, Noted};
use portcullis_settings::Mode;
use portcullis_testkit::{Subject, World};
use test_case::test_case;

use crate::world::{SETTINGS, at, change, hear, hear_at, of, over, pipeline, rings, told};

const UNPAGED: AlarmOutcome = AlarmOutcome::Noted(Noted::Unpaged);

fn cis(state: AlarmState, after: i64) -> AlarmChange {
    change(AlarmSubject::Cis("root-used".to_owned()), state, after)
}

#[test_case(Mode::Observe, UNPAGED, UNPAGED ; "observe")]
#[test_case(Mode::Page, AlarmOutcome::Paged, AlarmOutcome::Paged ; "page")]
#[test_case(Mode::Enforce, AlarmOutcome::Paged, AlarmOutcome::Paged ; "enforce")]
#[tokio::test]
async fn the_mode(mode: Mode, asset: AlarmOutcome, control: AlarmOutcome) {
    let mut world = World::with(SETTINGS);
    world.settings.mode = mode;
    assert_eq!(hear(&world, &rings(Denied, 0)).await, asset);
    assert_eq!(hear(&world, &cis(AlarmState::Alarm, 0)).await, control);
    assert_eq!(hear(&world, &pipeline(AlarmState::Alarm, 0)).await, AlarmOutcome::Paged, "whether it sees at all");
}

#[test_case("critical: observe, sensitive: page", UNPAGED, AlarmOutcome::Paged ; "not of critical ones")]
#[test_case("critical: page, sensitive: observe", AlarmOutcome::Paged, UNPAGED ; "not of sensitive ones")]
#[tokio::test]
async fn the_table(medium: &str, critical: AlarmOutcome, sensitive: AlarmOutcome) {
    let world = World::with(&format!("{SETTINGS}response: {{medium: {{{medium}}}}}\n"));
    assert_eq!(hear(&world, &rings(HighRate, 0)).await, critical);
    assert_eq!(hear(&world, &change(of("billing", HighRate), AlarmState::Alarm, 0)).await, sensitive);
}

#[tokio::test]
async fn what_nobody_was_told_of_ends_without_a_word() {
    let mut world = World::with(SETTINGS);
    world.settings.mode = Mode::Observe;
    hear(&world, &rings(Denied, 0)).await;
    assert_eq!(world.alarms_of("entry/payroll").await.unwrap().ringing().len(), 1, "it is written down");
    assert_eq!(hear(&world, &over(Denied, 1)).await, AlarmOutcome::Noted(Noted::NothingOpen));
    assert!(world.pager.told().is_empty());
}

/// It rings unheard, and then pages are asked for: the next of the thing wakes.
#[tokio::test]
async fn the_first_that_may_be_told_wakes() {
    let mut world = World::with(SETTINGS);
    world.settings.mode = Mode::Observe;
    hear(&world, &rings(UnderAttack, 0)).await;
    world.settings.mode = Mode::Page;
    assert_eq!(hear(&world, &rings(HighRate, 1)).await, AlarmOutcome::Paged);
}

/// Nobody knows of what is not paged: it does not keep open what somebody was woken for.
#[tokio::test]
async fn what_nobody_was_told_of_holds_nothing_open() {
    let world = World::with(&format!("{SETTINGS}response: {{medium: {{critical: observe, sensitive: page}}}}\n"));
    assert_eq!(hear(&world, &rings(HighRate, 0)).await, UNPAGED);
    assert_eq!(hear(&world, &rings(UnderAttack, 1)).await, AlarmOutcome::Paged);
    assert_eq!(hear(&world, &over(UnderAttack, 2)).await, AlarmOutcome::Resolved);
    assert_eq!(hear(&world, &rings(UnderAttack, 3)).await, AlarmOutcome::Repeated);
    assert_eq!(hear(&world, &over(HighRate, 4)).await, AlarmOutcome::Noted(Noted::RingsOn));
    assert_eq!(hear(&world, &over(UnderAttack, 5)).await, AlarmOutcome::Resolved);
    assert_eq!(told(&world).len(), 4);
    // It was over before it was heard of, while the other rings.
    hear(&world, &rings(HighRate, 100)).await;
    hear(&world, &over(UnderAttack, 110)).await;
    assert_eq!(hear_at(&world, &rings(UnderAttack, 105), at(111)).await, AlarmOutcome::Paged);
    assert_eq!(world.alarms_of("entry/payroll").await.unwrap().open(), None);
    assert_eq!(told(&world).len(), 6);
}

/// What somebody was woken for is said to be over, whatever the settings say by now.
#[tokio::test]
async fn what_was_told_ends_in_any_case() {
    for settings in ["mode: observe\n", "mode: page\n"] {
        let mut world = World::with(SETTINGS);
        hear(&world, &rings(Denied, 0)).await;
        world.settings = World::with(settings).settings;
        assert_eq!(hear(&world, &over(Denied, 1)).await, AlarmOutcome::Resolved, "{settings}");
        let last = world.pager.told().pop().unwrap();
        let Subject::Alarm(notice) = last.about else { panic!("{last:?}") };
        assert_eq!((notice.entry, notice.tier), (None, None), "the entry is gone");
    }
}

#[tokio::test]
async fn an_entry_whose_name_no_dimension_can_hold() {
    let world = World::with("mode: page\nassets: [{name: 'Löhne \"1\"', secret: l, tier: critical}]\n");
    hear(&world, &change(of("Löhne \"1\"", AssetAlarm::Denied), AlarmState::Alarm, 0)).await;
    let last = world.pager.told().pop().unwrap();
    let Subject::Alarm(notice) = last.about else { panic!("{last:?}") };
    assert_eq!(notice.entry.as_deref(), Some("Löhne \"1\""));
    assert_eq!(told(&world)[0].2, "denied/L%C3%B6hne %221%22");
}
