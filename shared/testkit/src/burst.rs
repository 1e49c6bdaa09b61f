//! Bursts to test with.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Burst, Evidence, Finding, FindingId, Principal, RuleRef, Severity};

use crate::finding::finding_by;

/// The rule that makes [`burst`]s.
pub const BURST_RULE: &str = "secrets-read-in-batch";

/// The id of the burst of this group that begins with the event `first`.
pub fn group_id(group: &str, first: &str) -> FindingId {
    FindingId::of_burst(BURST_RULE, &[group.to_owned()], first, false)
}

/// `principal` read critical secrets `events` times, once a minute from 08:00 on; the burst begins with the event `first`.
///
/// # Panics
///
/// Never.
#[expect(clippy::expect_used, reason = "the time is a literal")]
pub fn burst(principal: Principal, first: &str, revision: u64, events: u32) -> Finding {
    let begin: Timestamp = "2026-01-05T08:00:00Z".parse().expect("a time");
    let at = |minute: u32| begin + SignedDuration::from_mins(i64::from(minute));
    let finding = finding_by(principal, first);
    let group = finding.actor.principal.to_string();
    let evidence = finding.evidence.iter().cycle().zip(0..events).map(|(evidence, minute)| Evidence {
        event_id: Some(format!("{first}-{minute}")),
        time: Some(at(minute)),
        ..evidence.clone()
    });
    let evidence = evidence.collect();
    Finding {
        id: group_id(&group, first),
        rule: RuleRef {
            id: BURST_RULE.to_owned(),
            title: "Many secrets read within minutes".to_owned(),
            severity: Severity::High,
            attack: vec!["T1555.006".to_owned()],
        },
        evidence,
        burst: Some(Burst {
            first: begin,
            last: at(events.saturating_sub(1)),
            events: usize::try_from(events).unwrap_or(usize::MAX),
            at_least: false,
            group: vec![("portcullis.actor.name".to_owned(), group)],
            actors: Vec::new(),
            revision,
            supersedes: Vec::new(),
        }),
        ..finding
    }
}
