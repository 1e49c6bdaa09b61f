//! What a page about a release tells.

use portcullis_response::{Level, Notice, Quarantine, QuarantineState, Step, Undone};

use crate::PageContext;
use crate::kind::{Kind, out_of};
use crate::story::{Story, name_of};
use crate::text::{clean, one_line};

pub(crate) fn tell(quarantine: &Quarantine, notice: Notice<'_>, context: &PageContext) -> Story {
    let who = name_of(&quarantine.target);
    let base = Story::of_quarantine(Kind::Released, quarantine, notice, context);
    let topic = format!("{} lifted", quarantine.level);
    let QuarantineState::Released { at, by, reason, found } = &quarantine.state else {
        let headline = format!("{who} is being released; look at the status for what came of it.");
        return Story { topic, headline, ..base };
    };
    let details = vec![
        ("WHEN", format!("{at:.0}; it was to end {:.0}", quarantine.until)),
        ("BY", if by == "deadline" { "the deadline, by itself".to_owned() } else { one_line(by) }),
        ("REASON", one_line(reason)),
    ];
    // Undone from the last to the first.
    let steps: Vec<(&Step, &Undone)> = quarantine.steps.iter().rev().zip(found).collect();
    let left = |undone: &Undone| matches!(undone, Undone::Changed { .. });
    let line = |(step, undone): &(&Step, &Undone)| undone_line(step, undone, quarantine);
    let done: Vec<String> = steps.iter().filter(|(_, undone)| !left(undone)).map(line).collect();
    Story {
        topic,
        headline: headline(&who, quarantine.level, found),
        at: *at,
        details,
        done: if done.is_empty() { vec!["nothing".to_owned()] } else { done },
        not_done: steps.iter().filter(|(_, undone)| left(undone)).map(line).collect(),
        ..base
    }
}

fn headline(who: &str, level: Level, found: &[Undone]) -> String {
    let out = out_of(level);
    if !found.is_empty() && found.iter().all(|undone| *undone == Undone::NoSuchPrincipal) {
        return format!("{who} is {out}: it no longer exists, or another one has its name.");
    }
    if found.iter().any(|undone| matches!(undone, Undone::Changed { .. })) {
        return format!("{who} is {out}, BUT somebody changed it meanwhile, and that was left alone: look at it.");
    }
    format!("{who} is {out}. Whatever it may do, it may do again.")
}

fn undone_line(step: &Step, undone: &Undone, quarantine: &Quarantine) -> String {
    let thing = match step {
        Step::AttachPolicy { policy } => format!("policy {policy}"),
        Step::PutBoundary { policy, .. } => format!("permissions boundary {policy}"),
        Step::DeactivateKey { key } => format!("access key {key}"),
    };
    let line = match (undone, step) {
        (Undone::Restored, Step::AttachPolicy { .. }) => format!("{thing} detached, read back: gone"),
        (Undone::Restored, Step::PutBoundary { former: None, .. }) => {
            format!("{thing} taken off, read back: gone; there was none before")
        }
        (Undone::Restored, Step::PutBoundary { former: Some(former), .. }) => {
            format!("{thing} taken off, read back: {former} is there again")
        }
        (Undone::Restored, Step::DeactivateKey { .. }) => format!("{thing} activated, read back: active"),
        (Undone::WasNotThere, Step::DeactivateKey { .. }) => {
            format!("nothing: {thing} was active again, or deleted. Somebody else did that; find out who")
        }
        (Undone::WasNotThere, _) => {
            format!("nothing: {thing} was not there any more. Somebody else had taken it off; find out who")
        }
        (Undone::Changed { found }, _) => format!("{thing} left alone: look. There is now: {}", one_line(found)),
        (Undone::NoSuchPrincipal, _) => {
            format!("nothing: the {} no longer exists, or another one has its name", quarantine.target.kind())
        }
    };
    clean(&line)
}
