//! The notice that a quarantine was lifted.

use portcullis_response::{Detached, Quarantine, QuarantineState};

use crate::text::{Lines, one_line, shorten};
use crate::{Page, PageContext};

pub(crate) fn render(quarantine: &Quarantine, detached: Detached, context: &PageContext) -> Page {
    let target = &quarantine.target;
    let who = format!("{} {}", target.kind(), target.name());
    let mut lines = Lines::default();
    lines.plain(&format!("{who} is out of quarantine. Whatever it may do, it may do again."));
    lines.plain("");
    lines.line("WHO", target.arn());
    if let QuarantineState::Released { at, by, reason } = &quarantine.state {
        lines.line("WHEN", &format!("{at:.0}; it was to end {:.0}", quarantine.until));
        lines.line("BY", &one_line(by));
        lines.line("REASON", &one_line(reason));
    }
    lines.line(
        "DONE",
        &match detached {
            Detached::Detached => format!("{} detached, read back: gone", quarantine.policy),
            Detached::WasNotAttached => {
                format!(
                    "nothing: {} was not attached any more. Somebody else had detached it; find out who",
                    quarantine.policy
                )
            }
            Detached::NoSuchPrincipal => format!("nothing: the {} no longer exists", target.kind()),
        },
    );
    lines.plain("");
    lines.line("WAS FOR", &one_line(&quarantine.why));
    lines.line("FINDING", quarantine.finding.as_str());
    lines.line("STATUS", &format!("portcullis status --stack {}", one_line(&context.stack)));
    Page { subject: shorten(&format!("[RELEASED] {who}: quarantine lifted"), 99), body: lines.into_text() }
}
