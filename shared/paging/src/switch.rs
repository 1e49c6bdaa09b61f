//! What a page about the kill switch tells.

use portcullis_domain::Severity;
use portcullis_response::{Notice, Thrown};

use crate::PageContext;
use crate::facts::Facts;
use crate::kind::Kind;
use crate::story::{Person, Story, runbook, short_person};
use crate::surroundings::Around;
use crate::text::{clean, one_line};
use crate::undo::{Undo, resume_command, status_command};

pub(crate) fn tell(thrown: &Thrown, notice: Notice<'_>, context: &PageContext) -> Story {
    let kind = if thrown.stopped { Kind::Stopped } else { Kind::Resumed };
    let by = short_person(&thrown.by);
    let (topic, headline) = if thrown.stopped {
        (
            "nobody is contained until further notice",
            format!(
                "{by} threw the kill switch: nobody is contained from now on, and nobody is put back. Pages go on."
            ),
        )
    } else {
        ("containment goes on", format!("{by} threw the kill switch back: who is to be contained is contained again."))
    };
    let facts = Facts { who: vec![clean(&thrown.by)], ..Facts::default() };
    Story {
        action: notice.action,
        incident: one_line(notice.incident),
        kind,
        words: kind.word().to_owned(),
        // Whoever is up to something would throw it first.
        severity: if thrown.stopped { Severity::High } else { Severity::Informational },
        who: by,
        topic: topic.to_owned(),
        headline,
        remarks: Vec::new(),
        at: thrown.at,
        stack: one_line(&context.stack),
        account: None,
        region: None,
        actor: Person { kind: "operator".to_owned(), name: clean(&thrown.by), ..Person::default() },
        what: None,
        facts,
        details: vec![("WHEN", format!("{:.0}", thrown.at)), ("REASON", one_line(&thrown.reason))],
        question: None,
        first: Vec::new(),
        done: vec!["nothing in IAM was changed; whoever is contained stays so until the deadline".to_owned()],
        not_done: Vec::new(),
        around: Around::default(),
        ends: None,
        undo: thrown.stopped.then(|| Undo { release: Some(resume_command(context)), ..Undo::default() }),
        was_for: None,
        rule: None,
        finding: String::new(),
        continues: None,
        runbook: runbook(context, kind.anchor()),
        status: status_command(context),
    }
}
