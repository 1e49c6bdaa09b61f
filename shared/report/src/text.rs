//! Numbers, times and lists in words.

use std::fmt::{self, Display};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::html::Page;

/// Control characters, and those that turn the direction of text, break lines or hide without looking like it.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A number with its thousands set apart: `12,345`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grouped(pub(crate) u64);

impl Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// How many, as a number with its thousands set apart.
pub(crate) fn number(count: usize) -> Grouped {
    Grouped(u64::try_from(count).unwrap_or(u64::MAX))
}

/// `1 finding`, `12,345 findings`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// In as few characters as a cell has room for: `999`, `1.2k`, `35k`, `2.0M`.
pub(crate) fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..9_950 => format!("{:.1}k", real(count) / 1e3),
        9_950..999_500 => format!("{:.0}k", real(count) / 1e3),
        999_500..9_950_000 => format!("{:.1}M", real(count) / 1e6),
        _ => format!("{}M", Grouped(count / 1_000_000)),
    }
}

/// A size in decimal units: `4.2 MB`.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", real(count) / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", real(count) / 1e6),
        _ => format!("{:.1} GB", real(count) / 1e9),
    }
}

/// A count as a length on the screen.
#[expect(clippy::cast_precision_loss, reason = "what is drawn and rounded need not be exact beyond 2^53")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

/// A length of time in its two largest units: `29 days 4 hours`, `12 minutes`.
pub(crate) fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "less than a second".to_owned() } else { parts.join(" ") }
}

/// A time in a form of its own, in UTC.
pub(crate) fn in_utc(time: Timestamp, form: &str) -> String {
    let zoned = time.to_zoned(TimeZone::UTC);
    zoned.strftime(form).to_string()
}

/// Writes a time: UTC, which the page says once.
pub(crate) fn time(page: &mut Page, time: Timestamp) {
    page.tag("time").datetime(time).text(in_utc(time, "%Y-%m-%d %H:%M:%S"));
}

/// Writes a time, or that there is none.
pub(crate) fn time_or(page: &mut Page, known: Option<Timestamp>, otherwise: &'static str) {
    match known {
        Some(known) => time(page, known),
        None => page.text(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(0, "0" ; "nothing")]
    #[test_case(999, "999" ; "three digits")]
    #[test_case(1_000, "1,000" ; "four digits")]
    #[test_case(1_234_567, "1,234,567" ; "seven digits")]
    fn grouped(count: u64, expected: &str) {
        assert_eq!(Grouped(count).to_string(), expected);
    }

    #[test_case(999, "999" ; "whole")]
    #[test_case(1_250, "1.2k" ; "a thousand and more")]
    #[test_case(9_960, "10k" ; "nearly ten thousand")]
    #[test_case(999_600, "1.0M" ; "nearly a million")]
    #[test_case(2_345_000_000, "2,345M" ; "thousands of millions")]
    fn shortened(count: u64, expected: &str) {
        assert_eq!(short(count), expected);
    }

    #[test_case(0, "less than a second" ; "nothing")]
    #[test_case(59, "59 seconds" ; "seconds")]
    #[test_case(3_600, "1 hour" ; "an hour")]
    #[test_case(2_520_000 + 61, "29 days 4 hours" ; "days and hours")]
    #[test_case(86_400 + 61, "1 day" ; "what is far smaller is left out")]
    fn lengths(seconds: i64, expected: &str) {
        assert_eq!(length(SignedDuration::from_secs(seconds)), expected);
    }

    #[test_case(12, "12 bytes" ; "few")]
    #[test_case(4_210_000, "4.2 MB" ; "megabytes")]
    fn sizes(count: u64, expected: &str) {
        assert_eq!(bytes(count), expected);
    }
}
