//! Gzip at once, by the fastest library that there is, where the stream is sound; else by the patient one, which keeps what
//! can be read.

use std::borrow::Cow;

use libdeflater::Decompressor;
use memchr::memmem;
use portcullis_cloudtrail::{Inflated, inflate};

/// How a gzip stream begins (RFC 1952, section 2.3.1: ID1, ID2, CM).
const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Header and trailer take that much at least (RFC 1952, section 2.2).
const SMALLEST: usize = 18;

/// A larger output is given back to the system once the next one comes, in bytes.
const KEPT: usize = 16 << 20;

/// Decompresses gzip. Keep one for each thread: its tables and its memory are used again.
pub struct Gunzip {
    decompressor: Decompressor,
    output: Vec<u8>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self { decompressor: Decompressor::new(), output: Vec::new() }
    }
}

impl std::fmt::Debug for Gunzip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gunzip")
    }
}

impl Gunzip {
    /// The same as [`inflate`], only sooner: `bytes` themselves when they are no gzip, and at most `limit` bytes of output.
    pub fn inflate<'b>(&'b mut self, bytes: &'b [u8], limit: u64) -> Inflated<'b> {
        match self.sound(bytes, limit).and_then(|size| self.output.get(..size)) {
            Some(data) => Inflated { data: Cow::Borrowed(data), problem: None },
            None => inflate(bytes, limit),
        }
    }

    /// How long the output is of a stream that is one sound member and nothing else.
    fn sound(&mut self, bytes: &[u8], limit: u64) -> Option<usize> {
        let rest = bytes.strip_prefix(&MAGIC).filter(|_| bytes.len() >= SMALLEST)?;
        // The library reads one member and is silent about what comes after it. A further one would begin like this; so may
        // chance, which then costs time and nothing else.
        if memmem::find(rest, &MAGIC).is_some() {
            return None;
        }
        // The trailer's last four bytes are the size of the output, modulo 2^32 (RFC 1952, section 2.3.1: ISIZE).
        let size = u64::from(u32::from_le_bytes(*bytes.last_chunk::<4>()?));
        // Deflate makes at most 1,032 bytes of one: a size beyond that is a lie, and nothing is set aside for it.
        if size >= limit || size > (bytes.len() as u64).saturating_mul(1_032) {
            return None;
        }
        let size = usize::try_from(size).ok()?;
        if self.output.len() > KEPT.max(size) {
            self.output = Vec::new();
        }
        if self.output.len() < size {
            self.output.resize(size, 0);
        }
        let written = self.decompressor.gzip_decompress(bytes, self.output.get_mut(..size)?).ok()?;
        (written == size).then_some(size)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn assert_same(bytes: &[u8], limit: u64) {
        let mut gunzip = Gunzip::default();
        // What was there before must not show.
        gunzip.inflate(&gzip(&[b'x'; 1_000]), 1 << 20);
        let (ours, plain) = (gunzip.inflate(bytes, limit), inflate(bytes, limit));
        assert_eq!((ours.data, ours.problem), (plain.data, plain.problem));
    }

    #[test]
    fn trailing_zeros_after_a_member() {
        assert_same(&[gzip(b"one"), vec![0; 20]].concat(), 100);
    }

    #[test]
    fn the_same_member_twice() {
        let twice = [gzip(b"one"), gzip(b"one")].concat();
        assert_eq!(&*Gunzip::default().inflate(&twice, 100).data, b"oneone");
    }

    #[test]
    fn a_size_that_lies() {
        let mut bytes = gzip(b"one");
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_same(&bytes, 1 << 40);
    }

    proptest! {
        #[test]
        fn whatever_it_is_given(
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..3),
            cut in prop::option::of(0usize..400),
            flip in prop::option::of((0usize..400, any::<u8>())),
            limit in prop::sample::select(&[1u64, 100, 1 << 20][..]),
        ) {
            let mut bytes: Vec<u8> = texts.iter().flat_map(|text| gzip(text)).collect();
            if let Some(cut) = cut {
                bytes.truncate(cut);
            }
            if let Some((at, by)) = flip.filter(|(at, _)| *at < bytes.len()) {
                bytes[at] ^= by;
            }
            assert_same(&bytes, limit);
        }
    }
}
