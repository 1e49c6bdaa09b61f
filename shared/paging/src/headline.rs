//! What happened to the actor, in a sentence or two.

use jiff::Timestamp;
use portcullis_response::{Ask, AskState, Containment, Entry, Level, Refusal, Simulated, Step, Target};

use crate::burst::has_several;
use crate::facts::short_name;
use crate::kind::{Kind, done_to, state_of};
use crate::story::short_person;
use crate::text::{one_line, shorten};

pub(crate) fn headline(entry: &Entry, kind: Kind) -> String {
    let who = short_name(&entry.finding.actor.principal);
    let several = has_several(&entry.finding);
    let asked = entry.ask.as_ref().map_or("contained", |ask| done_to(ask.level));
    match (kind, &entry.containment) {
        (Kind::Contained | Kind::LockedOut, Some(containment)) => contained(entry, containment, &who),
        (Kind::Already(level), _) => format!("{who} did this too; it is {} already.", state_of(level)),
        (Kind::NotContained, Some(Containment::Failed { uncertain: true, .. })) => {
            format!("It is NOT KNOWN whether {who} is denied: IAM's answer was lost. Look, and expect either.")
        }
        (Kind::NotContained, _) => {
            let wanted = entry.plan.level.map_or("contained", done_to);
            format!("{who} could NOT be {wanted}. It can still act. Somebody must.")
        }
        (Kind::NotTouched, _) if several => {
            format!(
                "{who} were NOT touched: nobody is contained for what several did. They can still act. Somebody must decide."
            )
        }
        (Kind::NotTouched, _) => refused(entry, &who),
        (Kind::Asked, _) => {
            let until = entry.ask.as_ref().map(|ask| format!(" Answers are heard until {:.0}.", ask.until));
            format!("May {who} be {asked}? It can still act until somebody approves.{}", until.unwrap_or_default())
        }
        (Kind::Approved, _) => format!("{who} may be {asked}: {} approved it.", answered_by(entry)),
        (Kind::Rejected, _) => {
            format!("{who} was not touched: {} rejected that. It can still act.", answered_by(entry))
        }
        (Kind::Unanswered, _) if asks_for_more(entry.ask.as_ref()) => {
            format!("Nobody answered in time, so {who} is to be contained, as the settings say.")
        }
        (Kind::Unanswered, _) => {
            format!(
                "Nobody answered in time whether {who} may be {asked}. It was NOT touched and can still act. Somebody must decide."
            )
        }
        _ if several => format!("{who} were not touched: the settings ask for a page."),
        _ => format!("{who} was not touched: the settings ask for a page."),
    }
}

fn contained(entry: &Entry, containment: &Containment, who: &str) -> String {
    let Containment::Contained { at, level, verified, simulated, incomplete, .. } = containment else {
        return format!("{who} could NOT be contained.");
    };
    let call = if entry.finding.burst.is_some() { "last call" } else { "call" };
    let after = entry.finding.time().map(|event| elapsed(event, *at, call)).unwrap_or_default();
    let seen = match (simulated, verified) {
        (Simulated::Allowed { action }, _) => {
            format!("BUT IAM's simulator says that it may STILL call {}", one_line(action))
        }
        (Simulated::Denied, true) => "read back and verified".to_owned(),
        (Simulated::Unknown { .. }, true) => "read back; IAM's simulator could not be asked".to_owned(),
        (_, false) if !incomplete.is_empty() => "NOT ALL OF IT could be done".to_owned(),
        (_, false) => "NOT YET VERIFIED, check it".to_owned(),
    };
    format!("{who} was {} at {at:.0}{after}; {seen}.", done_to(*level))
}

fn elapsed(event: Timestamp, at: Timestamp, call: &str) -> String {
    let seconds = at.duration_since(event).as_secs();
    // The clocks of CloudTrail and of the function are two; a negative difference means nothing.
    if (0..=86_400).contains(&seconds) { format!(", {seconds} s after the {call}") } else { String::new() }
}

fn refused(entry: &Entry, who: &str) -> String {
    let Some(refusal) = entry.decision.refusals.first() else {
        return format!("{who} was NOT touched. It can still act. Somebody must decide.");
    };
    let next = match refusal {
        // It is not there to act.
        Refusal::Gone | Refusal::Recreated { .. } => "Somebody must look at what it did.",
        Refusal::AlreadyDenied => "Somebody must look.",
        _ => "It can still act. Somebody must decide.",
    };
    format!("{who} was NOT touched: {}. {next}", shorten(&one_line(&refusal.to_string()), 160))
}

fn answered_by(entry: &Entry) -> String {
    match entry.ask.as_ref().map(|ask| &ask.state) {
        Some(AskState::Approved { by, .. } | AskState::Rejected { by, .. }) => short_person(by),
        _ => "somebody".to_owned(),
    }
}

/// Whether no answer lets something be done.
fn asks_for_more(ask: Option<&Ask>) -> bool {
    ask.is_some_and(|ask| ask.unanswered.contains())
}

/// Why it is paged again although on-call had been told, or the actor contained; or that a lockout became a quarantine.
pub(crate) fn escalated(entry: &Entry) -> Option<String> {
    if went_further(entry) {
        let why = "ESCALATED: it was locked out before and went on, or did worse; now everything is denied.";
        return Some(why.to_owned());
    }
    let earlier = entry.earlier.as_ref()?;
    let same = |target: &&Target| entry.finding.actor.principal.arn() == Some(target.arn());
    match &earlier.contained {
        Some(target) if same(&target) => Some(
            "ESCALATED: it had been contained for this before, was let go or that was undone, and it went on."
                .to_owned(),
        ),
        Some(target) => Some(one_line(&format!(
            "ESCALATED: {} {} had been contained for this; it was not the only one.",
            target.kind(),
            target.name()
        ))),
        // What an answer led to is no news of the actor.
        None if entry.ask.as_ref().is_some_and(Ask::is_answered) => None,
        None if earlier.paged => {
            Some("ESCALATED: this was paged before; since then it has become worse, and calls for more.".to_owned())
        }
        None => None,
    }
}

/// Whether the quarantine stands on a lockout: two policies deny.
fn went_further(entry: &Entry) -> bool {
    let Some(Containment::Contained { level: Level::Quarantine, steps, .. }) = &entry.containment else { return false };
    crate::finding::already(entry).is_none() && steps.iter().filter(|step| step.denies()).count() > 1
}

/// What a boundary does that stands for a policy. A boundary limits what others allow, and this one allows nothing (IAM
/// User Guide, *Permissions boundaries for IAM entities*).
pub(crate) fn boundary(entry: &Entry) -> Option<String> {
    let Some(Containment::Contained { steps, level, .. }) = &entry.containment else { return None };
    let set = steps.iter().any(|step| matches!(step, Step::PutBoundary { .. }));
    let further = match level {
        Level::Lockout => ", not only keys and secrets",
        Level::Quarantine => "",
    };
    set.then(|| {
        format!("It could take no further policy, so a permissions boundary was set instead: that denies everything{further}.")
    })
}
