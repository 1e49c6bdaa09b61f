//! What a page about a moved end tells.

use portcullis_response::{Notice, Quarantine};

use crate::PageContext;
use crate::kind::{Kind, state_of};
use crate::story::{Story, name_of, short_person};
use crate::text::one_line;
use crate::undo::Undo;

pub(crate) fn tell(quarantine: &Quarantine, notice: Notice<'_>, context: &PageContext) -> Story {
    let who = name_of(&quarantine.target);
    let base = Story::of_quarantine(Kind::Extended, quarantine, notice, context);
    let last = quarantine.extensions.last();
    let details = last.map(|last| {
        vec![("WHEN", format!("{:.0}", last.at)), ("BY", one_line(&last.by)), ("REASON", one_line(&last.reason))]
    });
    let mover = last.map_or("somebody".to_owned(), |last| short_person(&last.by));
    let times = match quarantine.extensions.len() {
        0 | 1 => String::new(),
        many => format!(" Its end was moved {many} times so far."),
    };
    let until = quarantine.until;
    Story {
        topic: format!("{} goes on", quarantine.level),
        headline: format!("{who} stays {} until {until:.0}: {mover} moved the end.{times}", state_of(quarantine.level)),
        at: last.map_or(quarantine.since, |last| last.at),
        details: details.unwrap_or_default(),
        done: vec!["nothing in IAM was changed".to_owned()],
        ends: Some(until),
        undo: Some(Undo::by_arn(quarantine.target.arn(), context)),
        ..base
    }
}
