//! Exit codes, for scripts.

use portcullis_domain::Severity;

use crate::Replay;

/// Everything was read.
pub const READ: u8 = 0;
/// Something could not be read, or it was interrupted.
pub const INCOMPLETE: u8 = 1;
/// Nothing was replayed.
pub const NOTHING: u8 = 2;
/// There is a finding as grave as was asked for.
pub const FAILED: u8 = 3;

/// The exit code. A finding that is there counts, whatever else could not be read; findings in shadow do not.
pub fn of(replay: &Replay, fail_on: Option<Severity>) -> u8 {
    let gravest = replay.entries.iter().map(|entry| entry.finding.rule.severity).max();
    if fail_on.is_some_and(|bar| gravest.is_some_and(|gravest| gravest >= bar)) {
        return FAILED;
    }
    match (replay.read.is_complete(), replay.read.records) {
        (false, _) => INCOMPLETE,
        (true, 0) => NOTHING,
        (true, _) => READ,
    }
}

#[cfg(test)]
mod tests {
    use portcullis_logs::Unread;
    use test_case::test_case;

    use super::*;
    use crate::form::testing::entry;

    #[test_case(Some(Severity::Critical), FAILED ; "as grave")]
    #[test_case(Some(Severity::High), FAILED ; "graver")]
    #[test_case(None, READ ; "nobody asked")]
    fn of_findings(fail_on: Option<Severity>, expected: u8) {
        let mut replay = Replay { entries: vec![entry("e-1")], ..Replay::default() };
        replay.read.records = 1;
        assert_eq!(of(&replay, fail_on), expected);
    }

    #[test]
    fn what_is_less_grave_or_in_shadow_does_not_count() {
        let mut replay = Replay { entries: vec![entry("e-1")], ..Replay::default() };
        replay.read.records = 1;
        replay.entries[0].finding.rule.severity = Severity::Medium;
        assert_eq!(of(&replay, Some(Severity::High)), READ);
        let shadow = Replay { in_shadow: vec![entry("e-2").finding], entries: Vec::new(), ..replay };
        assert_eq!(of(&shadow, Some(Severity::Informational)), READ);
    }

    #[test]
    fn of_reading() {
        let mut replay = Replay::default();
        assert_eq!(of(&replay, None), NOTHING);
        replay.read.interrupted = true;
        assert_eq!(of(&replay, None), INCOMPLETE);
        replay.read.interrupted = false;
        let (file, place, reason) = ("a".to_owned(), "the file".to_owned(), "gone".to_owned());
        replay.read.unreadable.push(Unread { file, place, reason });
        assert_eq!(of(&replay, Some(Severity::Low)), INCOMPLETE);
        replay.entries.push(entry("e-1"));
        assert_eq!(of(&replay, Some(Severity::Low)), FAILED, "what was found is there");
    }
}
