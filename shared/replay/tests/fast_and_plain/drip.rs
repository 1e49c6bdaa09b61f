//! Bytes that come bit by bit, as out of a pipe.

use std::io::{Cursor, Read};

/// Gives a few bytes at a time.
pub(crate) struct Drip {
    left: Cursor<Vec<u8>>,
    step: usize,
}

impl Drip {
    /// Gives so many bytes at a time.
    pub(crate) const fn new(bytes: Vec<u8>, step: usize) -> Self {
        Self { left: Cursor::new(bytes), step }
    }
}

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let step = self.step.min(into.len());
        self.left.read(&mut into[..step])
    }
}
