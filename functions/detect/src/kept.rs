//! What becomes of a piece of input that cannot be read: it is kept, so that nothing is lost unseen.

use portcullis_cloudtrail::Unreadable;
use serde_json::json;

/// SQS takes at most 256 KiB a message (SQS Developer Guide, *Message quotas*).
pub(crate) const LARGEST_MESSAGE: usize = 256 << 10;

/// How many characters are kept of a piece of a log file that is larger: at most four bytes each, escaped at most six.
const KEPT_OF_LARGE: usize = 40_000;

/// A piece as it is kept.
pub(crate) enum Kept {
    /// The body of a message to the queue of what could not be read.
    Body(String),
    /// It fits in no message, and stands nowhere else; the reason it could not be read.
    TooLarge(String),
}

/// `source` is where the piece still stands; absent when only the message itself holds all of it, which then goes to the
/// dead-letter queue as it is.
pub(crate) fn keep(piece: Unreadable, source: Option<&str>) -> Kept {
    let Unreadable { place, reason, raw } = piece;
    let body = |raw: &str, cut: bool| {
        let from = source.unwrap_or("message");
        json!({"source": from, "place": place, "reason": reason, "raw": raw, "cut": cut}).to_string()
    };
    let whole = body(&raw, false);
    match source {
        _ if whole.len() <= LARGEST_MESSAGE => Kept::Body(whole),
        None => Kept::TooLarge(reason),
        // The log file stays where it is; what is kept here says so.
        Some(_) => Kept::Body(body(&raw.chars().take(KEPT_OF_LARGE).collect::<String>(), true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(length: usize) -> Unreadable {
        Unreadable { place: "record 1".to_owned(), reason: "odd".to_owned(), raw: "x".repeat(length) }
    }

    #[test]
    fn small_pieces_are_kept_whole_and_large_ones_where_they_stand() {
        let Kept::Body(body) = keep(piece(10), None) else { panic!("fits") };
        assert!(body.contains(r#""cut":false"#));
        assert!(matches!(keep(piece(300_000), None), Kept::TooLarge(_)));
        let Kept::Body(body) = keep(piece(300_000), Some("s3://logs/x.json.gz")) else { panic!("is cut") };
        assert!(body.contains(r#""cut":true"#) && body.len() <= LARGEST_MESSAGE);
    }
}
