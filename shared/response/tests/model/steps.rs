//! What may happen.

use portcullis_settings::Mode;
use proptest::prelude::*;

/// Something that somebody does. Numbers choose among what there is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// A rule fires: on one call, or on a burst.
    Find { who: usize, severity: u8, tier: u8, denied: bool, burst: bool },
    /// A burst has one more call, and is worse for it or not.
    Grow { which: usize, worse: bool, denied: bool },
    /// Two bursts of one actor turn out to be one.
    Join { which: usize, with: usize },
    /// A message is delivered, again perhaps.
    Deliver { which: usize, last_try: bool },
    /// A burst is withdrawn.
    Withdraw { which: usize },
    /// An operator answers a question.
    Answer { which: usize, approve: bool },
    /// An operator releases somebody.
    Release { who: usize },
    /// An operator moves the end.
    Extend { who: usize, hours: i64 },
    /// The sweep: deadlines, and questions that nobody answered.
    Sweep,
    /// The look at everybody who is contained.
    WatchAll,
    /// The look at somebody whom IAM changed.
    Watch { who: usize },
}

/// What people do in IAM, beside us.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tampering {
    DetachOurs,
    DetachOther,
    Attach,
    Boundary(bool),
    ActivateKeys,
    Recreate,
    Delete,
    Protect,
}

/// Which calls fail, and how: see `Faults::plan`.
pub(crate) type Failing = Vec<(usize, u8)>;

/// One step.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Somebody does something, and calls fail.
    One(Act, Failing),
    /// Two do something at the same time, and take turns at every call.
    Two(Act, Act, Vec<usize>),
    /// IAM is changed.
    Tamper(usize, Tampering),
    /// Time goes on, or the clock is set back a little.
    Clock(i64),
    /// The kill switch is thrown, or lifted.
    Switch(bool),
    /// The settings say how far any response may go.
    Mode(Mode),
}

/// Most of what happens is about two of the cast, so that more happens to them.
fn whom(focus: [usize; 2]) -> impl Strategy<Value = usize> + Clone {
    prop_oneof![5 => Just(focus[0]), 3 => Just(focus[1]), 1 => 0..12_usize]
}

fn acts(focus: [usize; 2]) -> impl Strategy<Value = Act> {
    let n = 0..1000_usize;
    let who = whom(focus);
    prop_oneof![
        6 => (who.clone(), 0..3_u8, 0..4_u8, prop::bool::weighted(0.2), any::<bool>())
            .prop_map(|(who, severity, tier, denied, burst)| Act::Find { who, severity, tier, denied, burst }),
        3 => (n.clone(), any::<bool>(), prop::bool::weighted(0.3))
            .prop_map(|(which, worse, denied)| Act::Grow { which, worse, denied }),
        1 => (n.clone(), n.clone()).prop_map(|(which, with)| Act::Join { which, with }),
        5 => (n.clone(), prop::bool::weighted(0.3)).prop_map(|(which, last_try)| Act::Deliver { which, last_try }),
        1 => n.clone().prop_map(|which| Act::Withdraw { which }),
        3 => (n, any::<bool>()).prop_map(|(which, approve)| Act::Answer { which, approve }),
        2 => who.clone().prop_map(|who| Act::Release { who }),
        1 => (who.clone(), prop::sample::select(vec![1, 24, 720])).prop_map(|(who, hours)| Act::Extend { who, hours }),
        2 => Just(Act::Sweep),
        2 => Just(Act::WatchAll),
        1 => who.prop_map(|who| Act::Watch { who }),
    ]
}

fn tampering() -> impl Strategy<Value = Tampering> {
    prop_oneof![
        3 => Just(Tampering::DetachOurs),
        1 => Just(Tampering::DetachOther),
        1 => Just(Tampering::Attach),
        2 => any::<bool>().prop_map(Tampering::Boundary),
        1 => Just(Tampering::ActivateKeys),
        2 => Just(Tampering::Recreate),
        1 => Just(Tampering::Delete),
        1 => Just(Tampering::Protect),
    ]
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    [0..7_usize, 0..12_usize].prop_flat_map(|focus| prop::collection::vec(step(focus), 1..50))
}

fn step(focus: [usize; 2]) -> impl Strategy<Value = Step> {
    let failing = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec((0..30_usize, 1..6_u8), 1..3),
    ];
    let clock = prop_oneof![2 => 1..100_i64, 3 => 100..2000_i64, 1 => 2000..20_000_i64, 1 => -3..0_i64];
    let turns = prop::collection::vec(0..2_usize, 1..12);
    prop_oneof![
        16 => (acts(focus), failing).prop_map(|(act, failing)| Step::One(act, failing)),
        3 => (acts(focus), acts(focus), turns).prop_map(|(one, other, turns)| Step::Two(one, other, turns)),
        4 => (whom(focus), tampering()).prop_map(|(who, how)| Step::Tamper(who, how)),
        5 => clock.prop_map(Step::Clock),
        1 => any::<bool>().prop_map(Step::Switch),
        1 => prop::sample::select(vec![Mode::Enforce, Mode::Enforce, Mode::Ask, Mode::Page]).prop_map(Step::Mode),
    ]
}
