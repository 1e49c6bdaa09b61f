//! What many events together came to: how many, in which time, by whom, from where.

use jiff::SignedDuration;
use portcullis_domain::{Burst, Finding};

use crate::facts::source;
use crate::text::one_line;

/// How many of several actors are named.
const NAMED: usize = 5;

/// `12 events in 4 minutes`, when that was, and what the events have in common.
pub(crate) fn summary(burst: &Burst) -> Vec<String> {
    let at_least = if burst.at_least { "at least " } else { "" };
    let events = if burst.events == 1 { "event" } else { "events" };
    let time = span(burst.last.duration_since(burst.first));
    let (first, last) = (burst.first, burst.last);
    let mut lines = vec![format!("{at_least}{} {events} {time}: first {first:.0}, last {last:.0}", burst.events)];
    lines.extend(burst.group.iter().map(|(field, value)| one_line(&format!("same {field}: {value}"))));
    lines.push("the same burst will not page again while it goes on, unless it gets worse".to_owned());
    lines
}

/// A length of time as people say it.
fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let rounded = |unit: i64| (seconds + unit / 2) / unit;
    match seconds {
        0 => "within a second".to_owned(),
        1 => "in 1 second".to_owned(),
        2..120 => format!("in {seconds} seconds"),
        120..7_200 => format!("in {} minutes", rounded(60)),
        7_200..172_800 => format!("in {} hours", rounded(3_600)),
        _ => format!("in {} days", rounded(86_400)),
    }
}

/// Whether it has several actors.
pub(crate) fn has_several(finding: &Finding) -> bool {
    finding.burst.as_ref().is_some_and(|burst| !burst.actors.is_empty())
}

/// How many actors there were, and the first of them by name; nothing for a single one.
pub(crate) fn actors(finding: &Finding) -> Option<Vec<String>> {
    let burst = finding.burst.as_ref().filter(|burst| !burst.actors.is_empty())?;
    let shown: Vec<String> = burst.actors.iter().take(NAMED).map(|name| one_line(name)).collect();
    let among = if shown.len() < NAMED { "" } else { ", among them" };
    Some(std::iter::once(one_line(&format!("{}{among}:", finding.actor.principal))).chain(shown).collect())
}

/// From where, through what and with which program the events in the finding came, each once, the newest first.
pub(crate) fn origins(finding: &Finding) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for evidence in finding.evidence.iter().rev() {
        let via = evidence.via.as_ref().map(|via| format!(", through {via}")).unwrap_or_default();
        let endpoint =
            evidence.origin.vpc_endpoint.as_ref().map(|id| format!(", VPC endpoint {id}")).unwrap_or_default();
        let agent = evidence.origin.user_agent.as_ref().map(|agent| format!(", {agent}")).unwrap_or_default();
        let place = one_line(&format!("{}{endpoint}{via}{agent}", source(evidence)));
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(0, "within a second")]
    #[test_case(1, "in 1 second")]
    #[test_case(119, "in 119 seconds")]
    #[test_case(120, "in 2 minutes")]
    #[test_case(209, "in 3 minutes")]
    #[test_case(210, "in 4 minutes")]
    #[test_case(7_199, "in 120 minutes")]
    #[test_case(7_200, "in 2 hours")]
    #[test_case(172_799, "in 48 hours")]
    #[test_case(172_800, "in 2 days")]
    #[test_case(-5, "within a second" ; "clocks that disagree")]
    fn spans(seconds: i64, expected: &str) {
        assert_eq!(span(SignedDuration::from_secs(seconds)), expected);
    }
}
