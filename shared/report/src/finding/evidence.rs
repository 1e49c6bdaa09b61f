//! The records that a finding rests on.

use portcullis_domain::{Evidence, Finding, Network};

use crate::finding::{fact, known};
use crate::html::Page;
use crate::text::{number, plural, time_or};
use crate::words::{self, raw};

/// As many records are shown; a burst has a selection already.
const RECORDS: usize = 30;

/// Writes the records.
pub(super) fn evidence(page: &mut Page, finding: &Finding) {
    page.tag("h4").text("Evidence");
    let all = finding.evidence.len();
    page.tag("p").class("note").text(match &finding.burst {
        Some(burst) => format!(
            "{} of {}. The hash is that of the record's JSON as it was read, by which it is found again in the log files.",
            plural(all, "record", "records"),
            number(burst.events.max(all)),
        ),
        None => format!(
            "{}. The hash is that of the record's JSON as it was read, by which it is found again in the log files.",
            plural(all, "record", "records")
        ),
    });
    page.tag("ol").class("evidence").holds(|page| {
        for record in finding.evidence.iter().take(RECORDS) {
            page.tag("li").holds(|page| one(page, record));
        }
    });
    let more = all.saturating_sub(RECORDS);
    if more > 0 {
        page.tag("p").text(format_args!("and {} more, in the other forms of `portcullis replay`.", number(more)));
    }
}

fn one(page: &mut Page, record: &Evidence) {
    page.tag("p").class("call").holds(|page| {
        time_or(page, record.time, "time unknown");
        page.text(" ");
        page.tag("strong").class("raw").text(&record.action);
        page.text(" ");
        words::outcome(page, record.outcome);
        if let Some(code) = &record.error_code {
            page.text(" ");
            raw(page, code);
        }
    });
    page.tag("dl").class("lines").holds(|page| {
        fact(page, "origin", |page| {
            raw(page, &record.origin.source);
            match record.origin.network() {
                Network::Unknown => {}
                network => page.text(format_args!(" ({})", network.as_str())),
            }
        });
        known(page, "VPC endpoint", record.origin.vpc_endpoint.as_ref());
        known(page, "made by the service", record.via.as_ref());
        known(page, "user agent", record.origin.user_agent.as_ref());
        known(page, "event", record.event_id.as_ref());
        fact(page, "SHA-256", |page| raw(page, &record.record_sha256));
    });
}
