//! What an alarm says of itself, to whoever is woken by it.

use crate::place::Place;

/// CloudWatch API Reference, *PutMetricAlarm*, `AlarmDescription`.
const LONGEST: usize = 1024;

/// What it means and what to do first, then where the runbook goes on. Of what is too long the text is cut, not the link.
pub(crate) fn description(text: &str, place: &Place, kind: &str) -> String {
    let link = format!("{}#alarm-{kind}", place.runbook);
    let room = LONGEST.saturating_sub(link.chars().count() + 1);
    let text = if text.chars().count() > room {
        let kept: String = text.chars().take(room.saturating_sub(1)).collect();
        format!("{kept}…")
    } else {
        text.to_owned()
    };
    format!("{text} {link}")
}

/// A length of time as people say it: `5 minutes`, `1 hour`.
pub(crate) fn length(seconds: i64) -> String {
    let (count, unit) = match seconds {
        hours if hours % 3600 == 0 => (hours / 3600, "hour"),
        minutes if minutes % 60 == 0 => (minutes / 60, "minute"),
        seconds => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;
    use crate::tests::place;

    #[test_case(60, "1 minute" ; "a minute")]
    #[test_case(3600, "1 hour" ; "an hour")]
    #[test_case(5400, "90 minutes" ; "an hour and a half")]
    #[test_case(301, "301 seconds" ; "seconds")]
    fn lengths(seconds: i64, expected: &str) {
        assert_eq!(length(seconds), expected);
    }

    #[test]
    fn the_link_is_never_cut() {
        let place = place();
        let long = description(&"ä".repeat(2000), &place, "denied");
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("… https://example.com/runbook.md#alarm-denied"), "{long}");
        assert_eq!(description("So it is.", &place, "cis"), "So it is. https://example.com/runbook.md#alarm-cis");
    }
}
