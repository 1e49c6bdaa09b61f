//! The notice that a finding no longer holds, while somebody is in quarantine for it.

use jiff::Timestamp;
use portcullis_response::{Entry, Quarantine};

use crate::finding::by_hand;
use crate::text::{Lines, one_line, shorten};
use crate::{Page, PageContext, release_command};

pub(crate) fn render(entry: &Entry, at: Timestamp, quarantine: &Quarantine, context: &PageContext) -> Page {
    let finding = &entry.finding;
    let target = &quarantine.target;
    let who = format!("{} {}", target.kind(), target.name());
    let mut lines = Lines::default();
    lines.plain(&format!(
        "{who} is in quarantine for something that holds no longer: with more events known, its rule would not have fired."
    ));
    lines.plain("Nothing was undone. Somebody must decide whether it is let go.");
    lines.plain("");
    lines.line("WHAT", &one_line(&finding.rule.title));
    lines.line("WHO", target.arn());
    lines.line("SINCE", &format!("{:.0}; withdrawn at {at:.0}", quarantine.since));
    lines.line("ENDS", &format!("{:.0}, by itself", quarantine.until));
    lines.lines("UNDO", [release_command(target.arn(), context), by_hand(target, &quarantine.policy)]);
    lines.plain("");
    lines.line("RULE", &finding.rule.id);
    lines.line("FINDING", finding.id.as_str());
    lines.line("STATUS", &format!("portcullis status --stack {}", one_line(&context.stack)));
    let subject = format!("[WITHDRAWN] {who}: the ground for its quarantine is gone");
    Page { subject: shorten(&subject, 99), body: lines.into_text() }
}
