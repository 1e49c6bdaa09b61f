//! Which calls fail, how, and when a worker dies.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not at all.
    None,
    /// Before it goes through, in a way that trying again may mend.
    Before,
    /// After it went through: its answer is lost.
    After,
    /// For good.
    Refused,
    /// The worker dies before it goes through; see [`until_death`].
    DiesBefore,
    /// The worker dies after it went through.
    DiesAfter,
}

/// Which calls fail, counted over all ports that share it.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
    named: Vec<Named>,
    pub(crate) taking_turns: bool,
    /// The list of which one item cannot be read, by the name of the method.
    pub(crate) unreadable: Option<&'static str>,
}

#[derive(Debug, Default)]
struct State {
    /// What the next calls come to, the next one last.
    planned: Vec<Fault>,
    made: Vec<&'static str>,
    dead: bool,
}

/// A fault of the calls of one name.
#[derive(Clone, Copy, Debug)]
struct Named {
    what: &'static str,
    nth: usize,
    and_all_after: bool,
    fault: Fault,
}

impl Faults {
    /// The next calls, in order, fail as `plan` says: 0 not at all, 1 before the call goes through, 2 after, 3 for good, 4 and
    /// 5 by the death of the worker before and after. Calls beyond its end succeed.
    pub fn plan(plan: &[u8]) -> Self {
        let fault = |step: &u8| match step {
            0 => Fault::None,
            1 => Fault::Before,
            2 => Fault::After,
            3 => Fault::Refused,
            4 => Fault::DiesBefore,
            _ => Fault::DiesAfter,
        };
        let state = State { planned: plan.iter().rev().map(fault).collect(), ..State::default() };
        Self { state: Mutex::new(state), ..Self::default() }
    }

    /// The `nth` call of the method `what` of a port, from one, fails.
    pub fn at(what: &'static str, nth: usize, fault: Fault) -> Self {
        Self::default().and(what, nth, fault)
    }

    /// And another one.
    #[must_use]
    pub fn and(mut self, what: &'static str, nth: usize, fault: Fault) -> Self {
        self.named.push(Named { what, nth, and_all_after: false, fault });
        self
    }

    /// From the `nth` call of the method `what` on, every call of whatever port fails.
    #[must_use]
    pub fn all_from(what: &'static str, nth: usize, fault: Fault) -> Self {
        let named = vec![Named { what, nth, and_all_after: true, fault }];
        Self { named, ..Self::default() }
    }

    /// The worker dies at its `nth` call of whatever port, from one: before it goes through, or after.
    pub fn dies_at(nth: usize, fault: Fault) -> Self {
        let planned = [vec![fault], vec![Fault::None; nth.saturating_sub(1)]].concat();
        Self { state: Mutex::new(State { planned, ..State::default() }), ..Self::default() }
    }

    /// No call fails, but of all containments one cannot be read.
    pub fn unreadable_quarantine() -> Self {
        Self { unreadable: Some("quarantines"), ..Self::default() }
    }

    /// No call fails, but of what is known of alarms, that of one thing cannot be read.
    pub fn unreadable_alarms() -> Self {
        Self { unreadable: Some("alarm_incidents"), ..Self::default() }
    }

    /// No call fails, but before each another worker may come in between: see [`take_turns`](crate::take_turns).
    pub fn taking_turns() -> Self {
        Self { taking_turns: true, ..Self::default() }
    }

    /// The calls that were made, by the names of the methods.
    pub fn made(&self) -> Vec<&'static str> {
        self.state().made.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn next(&self, what: &'static str) -> Fault {
        let mut state = self.state();
        state.made.push(what);
        let planned = state.planned.pop().unwrap_or(Fault::None);
        let so_far = |name: &str| state.made.iter().filter(|made| **made == name).count();
        let of_name = self.named.iter().find(|named| {
            let count = so_far(named.what);
            (named.what == what && count == named.nth) || (named.and_all_after && count >= named.nth)
        });
        let fault = of_name.map_or(planned, |named| named.fault);
        state.dead |= matches!(fault, Fault::DiesBefore | Fault::DiesAfter);
        fault
    }
}

/// Lets a worker work until it is done, or until `faults` say that it dies at a call: then nothing after that call is run.
pub async fn until_death<T>(faults: &Faults, work: impl Future<Output = T>) -> Option<T> {
    let mut work = Box::pin(work);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if faults.state().dead => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
