//! Gzip, recognised by itself; what can be read of a damaged stream is kept.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;

/// Bytes after decompression, where they were compressed.
#[derive(Debug)]
pub struct Inflated<'a> {
    /// As much as could be read.
    pub data: Cow<'a, [u8]>,
    /// What stopped the reading early.
    pub problem: Option<String>,
}

/// Decompresses `bytes` when they begin as gzip does (RFC 1952, section 2.3.1); else hands them back.
///
/// Reads at most `limit` bytes of output: CloudTrail writes at most 50 MB uncompressed to a log file (CloudTrail User
/// Guide, *Quotas*), so more than a few times that is not a log file but a bomb.
pub fn inflate(bytes: &[u8], limit: u64) -> Inflated<'_> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Inflated { data: Cow::Borrowed(bytes), problem: None };
    }
    let mut data = Vec::with_capacity(bytes.len().saturating_mul(8));
    let mut reader = MultiGzDecoder::new(bytes).take(limit);
    let problem = match reader.read_to_end(&mut data) {
        Err(error) => Some(format!("gzip stream is damaged after {} bytes of output: {error}", data.len())),
        Ok(_) if reader.limit() == 0 => {
            Some(format!("gzip stream holds more than {limit} bytes; the rest was not read"))
        }
        Ok(_) => None,
    };
    Inflated { data: Cow::Owned(data), problem }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_bytes_pass() {
        assert_eq!(&*inflate(b"{}", 10).data, b"{}");
    }

    #[test]
    fn two_members_are_one_text() {
        let bytes = [gzip("one "), gzip("two")].concat();
        let inflated = inflate(&bytes, 100);
        assert_eq!((&*inflated.data, inflated.problem), (&b"one two"[..], None));
    }

    #[test]
    fn a_truncated_stream_keeps_what_it_had() {
        let text: String = (0..5000).map(|n| format!("{n},")).collect();
        let bytes = gzip(&text);
        let inflated = inflate(&bytes[..bytes.len() / 2], 1 << 20);
        assert!(!inflated.data.is_empty() && text.as_bytes().starts_with(&inflated.data));
        assert!(inflated.problem.unwrap().starts_with("gzip stream is damaged after"));
    }

    #[test]
    fn a_bomb_is_stopped() {
        let bytes = gzip(&"0".repeat(100_000));
        let inflated = inflate(&bytes, 1000);
        assert_eq!(inflated.data.len(), 1000);
        assert!(inflated.problem.unwrap().contains("more than 1000 bytes"));
    }
}
