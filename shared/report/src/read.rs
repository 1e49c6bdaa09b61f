//! What the answer rests on: what was read, and what was not.

use portcullis_replay::Reading;

use crate::Shown;
use crate::html::{Anchor, Page};
use crate::section::{head, scrolling, section};
use crate::text::{bytes, length, number, plural, time};
use crate::words::raw;

/// As many are listed of what could not be read, of gaps and of overlaps; the others are counted.
const LISTED: usize = 100;

/// Writes the section.
pub(crate) fn read(page: &mut Page, shown: &Shown<'_>) {
    let read = &shown.replay.read;
    section(page, &Anchor::of("read"), "What was read", |page| {
        page.tag("dl").class("facts").holds(|page| facts(page, read));
        unreadable(page, read);
        gaps(page, read);
        overlaps(page, read);
        if read.coverage.more > 0 {
            let more = plural(read.coverage.more, "gap or overlap is", "gaps and overlaps are");
            page.tag("p").text(format_args!("{more} not listed here."));
        }
    });
}

fn fact(page: &mut Page, name: &'static str, write: impl FnOnce(&mut Page)) {
    page.tag("div").holds(|page| {
        page.tag("dt").text(name);
        page.tag("dd").holds(write);
    });
}

fn facts(page: &mut Page, read: &Reading) {
    fact(page, "from", |page| match read.reach {
        Some((first, _)) => time(page, first),
        None => page.text("no time could be read"),
    });
    if let Some((first, last)) = read.reach {
        fact(page, "to", |page| time(page, last));
        fact(page, "which is", |page| page.text(length(last.duration_since(first))));
    }
    fact(page, "files", |page| page.text(format_args!("{}, {}", number(read.files), bytes(read.bytes))));
    fact(page, "records", |page| page.text(number(read.records)));
    fact(page, "about keys, secrets or the trail", |page| page.text(number(read.relevant)));
    fact(page, "could not be read", |page| page.text(number(read.unread())));
    let rare = [
        ("seen twice", read.duplicates),
        ("outside the times asked for", read.outside),
        ("came too late to be examined in order", read.late),
        ("without a time that can be read", read.hourless),
        ("not counted over time, for want of a time", read.timeless),
        ("files without records, such as digests", read.without_records),
        ("log files in S3 that were named and not fetched", read.named_log_files),
    ];
    for (name, count) in rare.into_iter().filter(|(_, count)| *count > 0) {
        fact(page, name, |page| page.text(number(count)));
    }
}

fn unreadable(page: &mut Page, read: &Reading) {
    if read.unread() == 0 {
        return;
    }
    page.tag("h3").text("Could not be read");
    scrolling(page, "What could not be read", |page| {
        page.tag("table").holds(|page| {
            page.tag("caption").text("What could not be read, and why");
            head(page, &["file", " where", " what is wrong"]);
            page.tag("tbody").holds(|page| {
                for unread in read.unreadable.iter().take(LISTED) {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").class("long").holds(|page| raw(page, &unread.file));
                        page.tag("td").holds(|page| raw(page, &unread.place));
                        page.tag("td").class("long").holds(|page| raw(page, &unread.reason));
                    });
                }
            });
        });
    });
    more(page, read.unread(), "more could not be read.");
}

fn gaps(page: &mut Page, read: &Reading) {
    let gaps = &read.coverage.gaps;
    if gaps.is_empty() {
        return;
    }
    page.tag("h3").text("Gaps");
    page.tag("p").text(
        "Nothing was delivered there where something was to be expected. What happened in a gap is not in this report.",
    );
    scrolling(page, "Gaps", |page| {
        page.tag("table").holds(|page| {
            page.tag("caption").text("Stretches of time without a log file, the longest first");
            head(page, &["account", " Region", " from", " to", " for", " as a rule nothing comes for"]);
            page.tag("tbody").holds(|page| {
                for gap in gaps.iter().take(LISTED) {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").holds(|page| raw(page, &gap.account));
                        page.tag("td").holds(|page| raw(page, &gap.region));
                        page.tag("td").holds(|page| time(page, gap.from));
                        page.tag("td").holds(|page| time(page, gap.to));
                        page.tag("td").text(length(gap.to.duration_since(gap.from)));
                        page.tag("td").text(length(gap.usual));
                    });
                }
            });
        });
    });
    more(page, gaps.len(), "more gaps.");
}

fn overlaps(page: &mut Page, read: &Reading) {
    let overlaps = &read.coverage.overlaps;
    if overlaps.is_empty() {
        return;
    }
    page.tag("h3").text("Delivered more than once");
    page.tag("p")
        .text("An event that was read twice makes no second finding; the number of records counts it each time.");
    scrolling(page, "Files delivered more than once", |page| {
        page.tag("table").holds(|page| {
            page.tag("caption").text("Files that hold the same as another");
            head(page, &["file", " holds the same as"]);
            page.tag("tbody").holds(|page| {
                for overlap in overlaps.iter().take(LISTED) {
                    page.tag("tr").holds(|page| {
                        page.tag("th").set("scope", "row").class("long").holds(|page| raw(page, &overlap.again));
                        page.tag("td").class("long").holds(|page| raw(page, &overlap.first));
                    });
                }
            });
        });
    });
    more(page, overlaps.len(), "more files.");
}

fn more(page: &mut Page, all: usize, words: &'static str) {
    let more = all.saturating_sub(LISTED);
    if more > 0 {
        page.tag("p").text(format_args!("and {} {words}", number(more)));
    }
}
