//! What must hold after every step.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::FindingId;
use portcullis_response::{AskState, Entry, KillSwitch as _, Ledger as _, Quarantine, QuarantineState};
use portcullis_settings::Mode;
use portcullis_testkit::{Faults, Subject, Told, World};
use proptest::prelude::*;

use crate::cast::{CAST, OPERATORS, is_denied};
use crate::jobs::Job;
use crate::truth::Truth;
use crate::wait;

/// One containment that was begun.
#[derive(Clone, Debug)]
struct Begun {
    arn: String,
    at: Timestamp,
    by_machine: bool,
}

/// Something that was told.
#[derive(Clone, Debug)]
struct Heard {
    incident: String,
    at: Timestamp,
    /// Whether something failed after it was.
    failed: bool,
}

/// Keeps an eye on everything.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    begun: Vec<Begun>,
    /// By how much the clock was set back so far.
    pub(crate) set_back: SignedDuration,
    told: BTreeMap<String, Heard>,
    seen: usize,
    /// Whom outsiders changed since they were contained.
    pub(crate) tampered: BTreeSet<String>,
}

/// How things stand before a step.
#[derive(Debug)]
pub(crate) struct Before {
    quarantines: BTreeMap<String, Quarantine>,
    denied: BTreeSet<&'static str>,
    stopped: bool,
    /// The open incidents, by actor.
    incidents: BTreeMap<&'static str, String>,
}

pub(crate) fn quarantines(world: &World) -> BTreeMap<String, Quarantine> {
    let all = wait(world.ledger.quarantines()).unwrap();
    all.into_iter().map(|known| known.unwrap().item).map(|known| (known.target.arn().to_owned(), known)).collect()
}

pub(crate) fn in_force(world: &World) -> BTreeMap<String, Quarantine> {
    quarantines(world).into_iter().filter(|(_, known)| known.is_in_force()).collect()
}

fn denied(world: &World) -> BTreeSet<&'static str> {
    let arns = CAST.iter().map(|member| member.arn);
    arns.filter(|arn| world.iam.identity(arn).is_some_and(|known| is_denied(&known))).collect()
}

pub(crate) fn entry(world: &World, id: &FindingId) -> Option<Entry> {
    wait(world.entry_of(id))
}

/// What was done in a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done<'d> {
    pub(crate) jobs: &'d [Job],
    pub(crate) faults: &'d Faults,
    pub(crate) failing: &'d [(usize, u8)],
    pub(crate) now: Timestamp,
}

impl Before {
    pub(crate) fn of(world: &World) -> Self {
        let stopped = wait(world.around.stopped()).unwrap().is_some();
        let incident = |arn| wait(world.ledger.incident(arn)).unwrap().filter(|known| !known.item.resolved);
        let incidents = CAST.iter().filter_map(|member| Some((member.arn, incident(member.arn)?.item.id))).collect();
        Self { quarantines: quarantines(world), denied: denied(world), stopped, incidents }
    }
}

impl Watcher {
    /// Looks at what came of a step.
    pub(crate) fn look(
        &mut self,
        world: &World,
        truth: &mut Truth,
        before: &Before,
        done: &Done<'_>,
    ) -> Result<(), TestCaseError> {
        truth.check(world, &in_force(world))?;
        let after = quarantines(world);
        for arn in denied(world).difference(&before.denied) {
            prop_assert!(!before.stopped, "{arn} was denied with the kill switch on");
            let member = CAST.iter().find(|member| member.arn == *arn).unwrap();
            prop_assert!(member.touchable, "{arn} was touched");
            let known = &after[*arn];
            let outside = truth.identity(arn).unwrap();
            prop_assert_eq!(known.target.id(), Some(outside.id.as_str()), "another one of that name was touched");
            let protected = world.settings.is_protected_by_tag(&outside.tags);
            prop_assert!(protected.is_none(), "{arn} was denied although it is protected by now");
        }
        // Of two at once, the one may lift what the other puts on anew, for a call after that.
        let lifted = lifted(&world.pager.told()[self.seen..]);
        for (arn, known) in &after {
            let earlier = lifted.get(arn).or_else(|| before.quarantines.get(arn));
            if let Some(earlier) = earlier.filter(|earlier| earlier.is_in_force() && known.is_in_force()) {
                let same = earlier.finding == known.finding && earlier.extensions == known.extensions;
                let same = same && earlier.level == known.level && earlier.target == known.target;
                prop_assert!(!same || known.until == earlier.until, "the end of {arn} moved by itself");
            }
            if known.is_in_force() && !earlier.is_some_and(Quarantine::is_in_force) {
                // Of two at once, the one may have contained it anew, and the other further.
                let earlier = earlier.filter(|earlier| done.jobs.len() == 1 || earlier.finding == known.finding);
                self.began(world, truth, earlier, known, &after, done.now)?;
            }
        }
        self.listen(world, before, done)
    }

    /// Somebody is contained who was not before.
    fn began(
        &mut self,
        world: &World,
        truth: &Truth,
        earlier: Option<&Quarantine>,
        known: &Quarantine,
        after: &BTreeMap<String, Quarantine>,
        now: Timestamp,
    ) -> Result<(), TestCaseError> {
        let arn = known.target.arn();
        let for_it = entry(world, &known.finding).unwrap();
        let ask = for_it.ask.as_ref().map(|ask| &ask.state);
        prop_assert!(!matches!(ask, Some(AskState::Rejected { .. })), "{arn} was contained although that was rejected");
        let by_machine = !matches!(ask, Some(AskState::Approved { .. }));
        if let Some(QuarantineState::Released { at, .. }) = earlier.map(|earlier| &earlier.state) {
            let calls = for_it.finding.evidence.iter();
            let newest = calls.filter_map(|call| call.time).max();
            prop_assert!(newest.is_some_and(|newest| newest > *at), "{arn} was released at {at}, and contained again");
        }
        if OPERATORS.contains(&arn) {
            let others = OPERATORS.iter().filter(|other| **other != arn);
            let left =
                others.filter(|other| truth.exists(other) && !after.get(**other).is_some_and(Quarantine::is_in_force));
            prop_assert!(left.count() > 0, "nobody is left to release anybody");
        }
        self.tampered.remove(arn);
        // Another containment has an end of its own, however alike they are.
        self.told.retain(|what, _| !what.starts_with(&format!("released {arn} ")));
        self.begun.push(Begun { arn: arn.to_owned(), at: now, by_machine });
        if !by_machine {
            return Ok(());
        }
        prop_assert_eq!(world.settings.mode, Mode::Enforce, "{} was contained, and nobody had approved it", arn);
        let hour = SignedDuration::from_hours(1) - self.set_back;
        let lately = self.begun.iter().filter(|begun| begun.by_machine && now.duration_since(begun.at) < hour);
        let lately: BTreeSet<&str> = lately.map(|begun| begun.arn.as_str()).collect();
        let limits = &world.settings.limits;
        prop_assert!(lately.len() <= limits.per_hour as usize, "too many within an hour: {lately:?}");
        let cap = limits.cap_by_share(world.around.active.unwrap_or(1_000_000)) as usize;
        // People may go beyond it, also between the taking of a place and the containment.
        let by_people =
            |arn: &str| self.begun.iter().rfind(|begun| begun.arn == arn).is_some_and(|begun| !begun.by_machine);
        let all = after.iter().filter(|(arn, known)| known.is_in_force() && !by_people(arn)).count();
        prop_assert!(all <= cap, "{all} are contained, and no more than {cap} may be");
        Ok(())
    }

    /// Hears what on-call was told: nothing twice, unless something failed after it was told the first time.
    fn listen(&mut self, world: &World, before: &Before, done: &Done<'_>) -> Result<(), TestCaseError> {
        let Done { jobs, faults, failing, now } = *done;
        let paged = faults.made().iter().position(|call| *call == "page").unwrap_or(usize::MAX);
        let failed = failing.iter().any(|(at, fault)| *at >= paged && *at < faults.made().len() && *fault != 0);
        let told = world.pager.told();
        for message in &told[self.seen..] {
            let what = told_of(message);
            if let Some(heard) = self.told.get(&what) {
                prop_assert!(heard.failed, "told twice: {what} by {jobs:?}");
                // After a while it may be another incident, and once the first was over.
                let lately = now < heard.at + world.settings.paging.repeat_after - self.set_back;
                let open = lately && before.incidents.values().any(|open| *open == heard.incident) && jobs.len() == 1;
                prop_assert!(!open || heard.incident == message.incident, "told twice as two incidents: {what}");
            }
            if let Subject::Tampered(known) = &message.about {
                prop_assert!(self.tampered.contains(known.target.arn()), "nobody tampered with {}", known.target.arn());
            }
            self.told.insert(what, Heard { incident: message.incident.clone(), at: now, failed });
        }
        self.seen = told.len();
        Ok(())
    }
}

/// What was lifted, by principal, as on-call was told.
fn lifted(told: &[Told]) -> BTreeMap<String, Quarantine> {
    let lifted = told.iter().filter_map(|told| match &told.about {
        Subject::Released(known) => Some((known.target.arn().to_owned(), Quarantine::clone(known))),
        _ => None,
    });
    lifted.collect()
}

/// All that on-call learns from a message, but what may change while it is sent.
fn told_of(message: &Told) -> String {
    match &message.about {
        Subject::Finding(entry) => {
            let refusals: Vec<_> = entry.decision.refusals.iter().map(portcullis_response::Refusal::name).collect();
            let contained = entry.containment.as_ref().map(std::mem::discriminant);
            let ask = entry.ask.as_ref().map(|ask| ask.state.name());
            let revision = entry.finding.burst.as_ref().map(|burst| burst.revision);
            let response = entry.decision.response;
            format!(
                "{} {response} {refusals:?} {contained:?} {ask:?} {revision:?} {:?}",
                message.what(),
                message.action
            )
        }
        Subject::Released(known) => format!("{} {} {:?}", message.what(), which(known), known.state),
        Subject::Extended(known) => format!("{} {} {:?}", message.what(), which(known), known.extensions),
        Subject::Tampered(known) => {
            format!("{} {} {} {:?}", message.what(), which(known), known.reapplied, known.tampering)
        }
        Subject::Alarm(notice) => format!("{} {notice:?}", message.what()),
        Subject::Switch(thrown) => format!("{thrown:?}"),
    }
}

/// Which containment: at one moment there may be several, of one that was made again under its name.
fn which(known: &Quarantine) -> String {
    format!("of {:?} for {} since {}", known.target.id(), known.finding, known.since)
}
