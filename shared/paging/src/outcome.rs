//! What was done about a finding, what was not, and the way back.

use portcullis_response::{AskState, Containment, Entry, Refusal, Simulated, Step, Target};
use portcullis_settings::Response;

use crate::PageContext;
use crate::kind::{Kind, done_to};
use crate::text::{clean, one_line};
use crate::undo::Undo;

/// Each call, and how it was verified.
pub(crate) fn done(entry: &Entry, kind: Kind) -> Vec<String> {
    match (kind, &entry.containment) {
        (Kind::Already(_), _) => vec!["nothing more was needed".to_owned()],
        (
            Kind::Contained | Kind::LockedOut,
            Some(Containment::Contained { steps, verified, simulated, incomplete, .. }),
        ) => {
            let calls = calls(steps, entry.plan.target.as_ref());
            calls.into_iter().chain(verification(*verified, simulated, incomplete)).collect()
        }
        (Kind::Asked | Kind::Approved, _) => vec!["nothing yet".to_owned()],
        _ => vec!["nothing".to_owned()],
    }
}

pub(crate) fn calls(steps: &[Step], target: Option<&Target>) -> Vec<String> {
    let call = |step: &Step| match target {
        Some(target) => clean(&step.call(target)),
        None => clean(&step.diff().join(", ")),
    };
    steps.iter().map(call).collect()
}

fn verification(verified: bool, simulated: &Simulated, incomplete: &[String]) -> Vec<String> {
    let still_allowed = matches!(simulated, Simulated::Allowed { .. });
    let read_back = match (verified, still_allowed) {
        (true, _) => Some("read back: all of it is in place"),
        (false, _) if !incomplete.is_empty() => Some("read back: not all of it is in place, see NOT DONE"),
        (false, false) => Some("read back: it did NOT show yet"),
        // It is what the simulator says that speaks against it; what reading back showed is not told.
        (false, true) => None,
    };
    read_back.map(ToOwned::to_owned).into_iter().chain([simulation(simulated)]).collect()
}

pub(crate) fn simulation(simulated: &Simulated) -> String {
    match simulated {
        Simulated::Denied => "IAM's simulator: every call that was tried out is denied".to_owned(),
        Simulated::Allowed { action } => format!("IAM's simulator: STILL ALLOWED {}", one_line(action)),
        Simulated::Unknown { error } => one_line(&format!("IAM's simulator could not be asked: {error}")),
    }
}

/// What was not done, with each guard that refused and each call that failed.
pub(crate) fn not_done(entry: &Entry, kind: Kind) -> Vec<String> {
    let mut lines: Vec<String> = match &entry.containment {
        Some(Containment::Failed { error, .. }) => {
            let tried = calls(&entry.plan.steps, entry.plan.target.as_ref());
            tried.into_iter().chain([one_line(error)]).collect()
        }
        Some(Containment::Contained { incomplete, .. }) => incomplete.iter().map(|error| one_line(error)).collect(),
        None => Vec::new(),
    };
    let told = |refusal: &&Refusal| !matches!(refusal, Refusal::AlreadyContained { .. } | Refusal::Rejected { .. });
    let refusals = entry.decision.refusals.iter().filter(told);
    lines.extend(refusals.map(|refusal| one_line(&format!("not contained: {refusal}"))));
    lines.extend(why_no_more(entry, kind));
    lines
}

/// Why less was done than the settings' table says, where no guard refused.
fn why_no_more(entry: &Entry, kind: Kind) -> Option<String> {
    let (wanted, response) = (entry.decision.wanted, entry.decision.response);
    match (kind, wanted, entry.ask.as_ref().map(|ask| &ask.state)) {
        (Kind::Paged, Response::Quarantine | Response::Lockout, _) => {
            Some("not contained: the settings' mode is `page`; with `enforce` it would have been".to_owned())
        }
        (Kind::Paged, Response::Ask, _) if response == Response::Page => {
            Some("not asked whether to contain it: the settings' mode is `page`".to_owned())
        }
        (Kind::Asked, Response::Quarantine | Response::Lockout, _) => {
            let would = if wanted == Response::Quarantine { "put in quarantine" } else { "locked out" };
            Some(format!("not contained yet: the settings' mode is `ask`; with `enforce` it would have been {would}"))
        }
        (Kind::Asked, ..) => Some("not contained yet: the settings ask first".to_owned()),
        (Kind::Rejected, _, Some(AskState::Rejected { by, .. })) => {
            Some(one_line(&format!("not contained: {by} rejected it")))
        }
        (Kind::Unanswered, _, _) => {
            let level = entry.ask.as_ref().map_or("contained", |ask| done_to(ask.level));
            Some(format!("not {level}: nobody answered"))
        }
        _ => None,
    }
}

/// The way back from what was done for this finding, or before it.
pub(crate) fn undo(entry: &Entry, kind: Kind, context: &PageContext) -> Undo {
    let target = entry.plan.target.as_ref();
    let by_name = entry.finding.actor.principal.arn().map(|arn| Undo::by_arn(arn, context)).unwrap_or_default();
    match (kind, &entry.containment) {
        (Kind::Contained | Kind::LockedOut | Kind::Already(_), Some(Containment::Contained { steps, .. })) => {
            target.map_or(by_name, |target| Undo::of(target, steps, context))
        }
        (Kind::Already(_), _) => by_name,
        (Kind::NotContained, Some(Containment::Failed { uncertain: true, .. })) => match target {
            Some(target) => Undo::of(target, &entry.plan.steps, context).noted("if it is in place:"),
            None => by_name.noted("if it is in place:"),
        },
        _ => match entry.earlier.as_ref().and_then(|earlier| earlier.contained.as_ref()) {
            Some(target) => Undo::by_arn(target.arn(), context).noted("what was done before, if it is still there:"),
            None => Undo::default(),
        },
    }
}
