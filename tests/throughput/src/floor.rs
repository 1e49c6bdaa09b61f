//! The floor: nobody who reads these logs can do without decompressing them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use libdeflater::{DecompressionError, Decompressor};

/// Decompresses one file after the other into the same memory.
pub struct Decompressed {
    decompressor: Decompressor,
    text: Vec<u8>,
}

impl Default for Decompressed {
    fn default() -> Self {
        Self { decompressor: Decompressor::new(), text: Vec::new() }
    }
}

/// No gzip stream is longer, unpacked, than so many times its own length (RFC 1951: 258 bytes of two bits).
const STRETCH: usize = 1032;

impl Decompressed {
    /// The text of a gzipped file of one member.
    pub fn read(&mut self, path: &Path) -> Result<&[u8]> {
        let stored = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let length = self.inflate(&stored).with_context(|| format!("cannot decompress `{}`", path.display()))?;
        Ok(self.text.get(..length).unwrap_or_default())
    }

    fn inflate(&mut self, stored: &[u8]) -> Result<usize> {
        // The last four bytes say how long the text is (RFC 1952, section 2.3.1), modulo 4 GiB.
        let said = stored.last_chunk().map_or(0, |tail| u32::from_le_bytes(*tail)) as usize;
        let wanted = said.min(stored.len().saturating_mul(STRETCH));
        if self.text.len() < wanted {
            self.text.resize(wanted, 0);
        }
        match self.decompressor.gzip_decompress(stored, &mut self.text) {
            Ok(length) => Ok(length),
            Err(DecompressionError::InsufficientSpace) => bail!("it is longer than it says"),
            Err(DecompressionError::BadData) => bail!("it is no gzip stream, or a damaged one"),
        }
    }
}

/// Decompresses all files; answers with the bytes of their texts.
pub fn decompress<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<u64> {
    let mut decompressed = Decompressed::default();
    let mut bytes = 0;
    for path in paths {
        bytes += decompressed.read(path)?.len() as u64;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_shorter_text_after_a_longer_one_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (long, short) = (folder.path().join("long"), folder.path().join("short"));
        fs::write(&long, gzip(&vec![b'x'; 100_000])).unwrap();
        fs::write(&short, gzip(b"{}")).unwrap();
        let mut decompressed = Decompressed::default();
        assert_eq!(decompressed.read(&long).unwrap().len(), 100_000);
        assert_eq!(decompressed.read(&short).unwrap(), b"{}");
        assert_eq!(decompress([&*long, &*short]).unwrap(), 100_002);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged");
        let mut bytes = gzip(b"some text, some text, some text");
        bytes[12] ^= 0xff;
        fs::write(&path, bytes).unwrap();
        let error = format!("{:#}", decompress([&*path]).unwrap_err());
        assert!(error.starts_with("cannot decompress `") && error.contains("damaged"), "{error}");
    }

    #[test]
    fn a_length_that_cannot_be_is_not_believed() {
        let mut bytes = gzip(b"{}");
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut decompressed = Decompressed::default();
        assert!(decompressed.inflate(&bytes).is_err());
        assert!(decompressed.text.len() <= bytes.len() * STRETCH, "{} bytes were taken", decompressed.text.len());
    }
}
