//! One finding in its several forms: a burst is told again as it grows.

use jiff::Timestamp;
use portcullis_domain::{Finding, FindingId, Outcome, Principal, sha256_hex};

/// Longer texts than this are named by their hash: a sort key of DynamoDB holds 1024 bytes (Amazon DynamoDB Developer
/// Guide, *Quotas*).
const LONGEST_KEY: usize = 512;

/// Of two forms of one finding, the larger is the newer: the one that knows more, and of two that know the same, the one
/// whose rule is no longer in shadow.
fn age(finding: &Finding) -> (u64, bool) {
    (revision(finding), !finding.shadow)
}

/// The revision of a burst; zero for what one event was enough for, which has one form only.
pub(crate) fn revision(finding: &Finding) -> u64 {
    finding.burst.as_ref().map_or(0, |burst| burst.revision)
}

/// The findings whose place this one takes.
pub(crate) fn supersedes(finding: &Finding) -> &[FindingId] {
    finding.burst.as_ref().map_or(&[], |burst| &burst.supersedes)
}

/// The newer of what is known and what is told, with the names that either says it supersedes.
pub(crate) fn newest(known: Option<&Finding>, told: &Finding) -> Finding {
    let Some(known) = known else { return told.clone() };
    let (newer, older) = if age(told) > age(known) { (told, known) } else { (known, told) };
    let mut newest = newer.clone();
    if let Some(burst) = &mut newest.burst {
        let more = supersedes(older).iter().filter(|id| !supersedes(newer).contains(id));
        burst.supersedes.extend(more.cloned());
    }
    newest
}

/// The time of the last event.
pub(crate) fn last_event(finding: &Finding) -> Option<Timestamp> {
    finding.burst.as_ref().map(|burst| burst.last).or_else(|| finding.time())
}

/// The time of the newest call in the evidence that was not denied, where there is one.
pub(crate) fn newest_undenied(finding: &Finding) -> Option<Timestamp> {
    let undenied = finding.evidence.iter().filter(|evidence| evidence.outcome != Outcome::Denied);
    undenied.filter_map(|evidence| evidence.time).max()
}

/// The time of what speaks against the actor most lately: a denial that follows a release shows only that the release
/// has not reached all of AWS yet, unless nothing but denials is known.
pub(crate) fn newest_ground(finding: &Finding) -> Option<Timestamp> {
    newest_undenied(finding).or_else(|| last_event(finding))
}

/// What repeats of a page are told by, beside the rule: the actor, and for a burst that has no single one what its events
/// have in common.
pub(crate) fn page_key(finding: &Finding) -> String {
    let text = match (&finding.actor.principal, &finding.burst) {
        (Principal::Unknown { .. }, Some(burst)) => {
            burst.group.iter().map(|(field, value)| format!("{field}={value}")).collect::<Vec<_>>().join(" ")
        }
        (principal, _) => principal.to_string(),
    };
    if text.len() > LONGEST_KEY { format!("sha256:{}", sha256_hex(&text)) } else { text }
}

#[cfg(test)]
mod tests {
    use portcullis_domain::{Actor, Principal};
    use portcullis_testkit::{ROLE, burst, finding, role};

    use super::*;

    #[test]
    fn repeats_are_told_by_the_actor_or_else_by_the_group() {
        let mut several = burst(role(ROLE), "a", 1, 3);
        assert_eq!(page_key(&several), ROLE);
        several.actor = Actor::unknown("2 different actors");
        several.burst.as_mut().unwrap().group =
            vec![("x".to_owned(), "1".to_owned()), ("y".to_owned(), "2".to_owned())];
        assert_eq!(page_key(&several), "x=1 y=2");
        several.burst.as_mut().unwrap().group[0].1 = "1".repeat(LONGEST_KEY);
        assert_eq!(page_key(&several).len(), "sha256:".len() + 64);
        let mut alone = finding("e");
        alone.actor.principal = Principal::Unknown { described_as: "not told".to_owned() };
        assert_eq!(page_key(&alone), "not told");
    }
}
