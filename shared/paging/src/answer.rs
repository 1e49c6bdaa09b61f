//! What on-call is asked, and what it answered.

use portcullis_response::{AskState, Entry};
use portcullis_settings::Response;

use crate::PageContext;
use crate::kind::{Kind, done_to};
use crate::story::{Question, short_person};
use crate::text::{clean, one_line};
use crate::undo::{approve_command, reject_command};

/// The word for an answer, before that for what came of it.
pub(crate) fn prefix(entry: &Entry, kind: Kind) -> Option<String> {
    match &entry.ask.as_ref()?.state {
        AskState::Approved { by, .. } if kind != Kind::Approved => Some(format!("APPROVED by {}", short_person(by))),
        AskState::Unanswered { .. } if kind != Kind::Unanswered => Some(Kind::Unanswered.word().to_owned()),
        AskState::Pending | AskState::Approved { .. } | AskState::Rejected { .. } | AskState::Unanswered { .. } => None,
    }
}

/// Who answered, when and why.
pub(crate) fn remark(entry: &Entry, kind: Kind) -> Option<String> {
    let ask = entry.ask.as_ref()?;
    match &ask.state {
        // The headline says it.
        AskState::Unanswered { .. } if kind == Kind::Unanswered => None,
        AskState::Pending => None,
        AskState::Approved { at, by, reason } => {
            Some(format!("Approved at {at:.0} by {}: {}", one_line(by), one_line(reason)))
        }
        AskState::Rejected { at, by, reason } => {
            Some(format!("Rejected at {at:.0} by {}: {}", one_line(by), one_line(reason)))
        }
        AskState::Unanswered { .. } => {
            let follows = match ask.unanswered {
                Response::Lockout => "a lockout",
                Response::Quarantine => "a quarantine",
                Response::Observe | Response::Page | Response::Ask => "a page",
            };
            Some(format!("Nobody answered until {:.0}; the settings ask for {follows} then.", ask.until))
        }
    }
}

/// The question, while it is open.
pub(crate) fn question(entry: &Entry, kind: Kind, context: &PageContext) -> Option<Question> {
    let ask = entry.ask.as_ref().filter(|_| kind == Kind::Asked)?;
    let target = entry.plan.target.as_ref();
    let on = target
        .map(|target| clean(&format!("on {} {}, who would be {}:", target.kind(), target.arn(), done_to(ask.level))));
    let diff = entry.plan.steps.iter().flat_map(portcullis_response::Step::diff).map(|line| clean(&line));
    let follows = match ask.unanswered {
        Response::Lockout => "it is locked out of keys and secrets",
        Response::Quarantine => "it is put in quarantine",
        Response::Observe | Response::Page | Response::Ask => "nothing is done, and on-call is paged again",
    };
    Some(Question {
        plan: on.into_iter().chain(diff).collect(),
        until: format!("{:.0}; if nobody answers by then, {follows}", ask.until),
        approve: approve_command(&entry.finding.id, context),
        reject: reject_command(&entry.finding.id, context),
        ends: ask.until,
    })
}
