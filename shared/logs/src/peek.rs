//! The time of a file's first record, from the file's first bytes.

use jiff::Timestamp;
use portcullis_cloudtrail::inflate;

/// So many bytes of a file are looked at.
pub const PEEK: usize = 8 << 10;

/// So much of it decompressed.
const INFLATED: u64 = 64 << 10;

/// The first `eventTime` in the first bytes of a file, gzipped or not; also where the record is text in an envelope and its
/// quotes are escaped.
pub fn first_time(head: &[u8]) -> Option<Timestamp> {
    let inflated = inflate(head, INFLATED);
    let text = String::from_utf8_lossy(&inflated.data);
    let (_, after) = text.split_once("eventTime")?;
    let value = after.trim_start_matches(|c: char| matches!(c, '\\' | '"' | ':') || c.is_whitespace());
    value.get(..value.find(['"', '\\'])?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use test_case::test_case;

    use super::*;

    #[test_case(r#"{"Records":[{"eventVersion":"1.11","eventTime":"2026-01-05T08:00:01Z"},{"eventTime":"2026-01-05T07:00:00Z"}]}"# ; "a log file")]
    #[test_case("{\n  \"eventTime\" : \"2026-01-05T08:00:01Z\"\n}" ; "in many lines")]
    #[test_case(r#"{"Message":"{\"eventTime\":\"2026-01-05T08:00:01Z\"}"}"# ; "text in an envelope")]
    #[test_case(r#"{"body":"{\"Message\":\"{\\\"eventTime\\\":\\\"2026-01-05T08:00:01Z\\\"}\"}"}"# ; "text in text")]
    fn told(text: &str) {
        let time = "2026-01-05T08:00:01Z".parse().unwrap();
        assert_eq!(first_time(text.as_bytes()), Some(time));
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let padding: String = (0..200_000).map(|n| format!("{n},")).collect();
        encoder.write_all(format!("{text}{padding}").as_bytes()).unwrap();
        let gzip = encoder.finish().unwrap();
        assert!(gzip.len() > PEEK);
        assert_eq!(first_time(&gzip[..PEEK]), Some(time));
    }

    #[test_case("" ; "empty")]
    #[test_case("{\"eventTime\":\"yesterday\"}" ; "no time")]
    #[test_case("{\"eventTime\":\"2026-01-05T0" ; "cut off")]
    #[test_case("\u{1f}\u{8b}garbage" ; "damaged")]
    fn not_told(text: &str) {
        assert_eq!(first_time(text.as_bytes()), None);
    }
}
