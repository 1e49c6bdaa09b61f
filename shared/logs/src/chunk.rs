//! Something large, or without an end that is known, in pieces that are texts by themselves.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use memchr::{memmem, memrchr_iter};

/// How much is read before a piece is made, in bytes after decompression.
const PIECE: usize = 8 << 20;

/// A text that cannot be told apart is kept whole up to this size, in bytes.
const WHOLE: usize = 1 << 30;

/// No more than this is read of one thing, in bytes after decompression: what is larger is a bomb.
const LIMIT: u64 = 1 << 42;

const BETWEEN: &[u8] = b"},{\"eventVersion\":";
const HEAD: &[u8] = b"{\"Records\":[";
const TAIL: &[u8] = b"]}";

/// A piece: a log file's text, JSON Lines, or whatever it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// The text, unpacked.
    pub text: Vec<u8>,
    /// How many bytes were read for it, as stored.
    pub stored: u64,
    /// Where in the whole it begins, when it is not the whole: `from byte 8388608 on`.
    pub place: Option<String>,
    /// What ended the reading early.
    pub problem: Option<String>,
}

/// Gives out pieces.
pub struct Chunks<R: Read> {
    source: Source<R>,
    /// Read and not given out.
    rest: Vec<u8>,
    /// Where `rest` begins, after decompression.
    at: u64,
    /// Bytes as stored that were told of.
    told: u64,
    given: usize,
    over: bool,
    /// Whether pieces are taken out of a list in an object, which each needs its own frame.
    framed: bool,
}

type Counted<R> = io::BufReader<Counting<R>>;

enum Source<R: Read> {
    Fresh(Option<R>),
    Plain(Counted<R>),
    Gzip(Box<MultiGzDecoder<Counted<R>>>),
}

/// Counts what passes.
struct Counting<R> {
    reader: io::Chain<io::Cursor<Vec<u8>>, R>,
    read: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.read += read as u64;
        Ok(read)
    }
}

/// Whether one value ends before the line break at `at` and another begins behind it. The lines of a value that is spread over
/// several begin with white space, and its last one with the bracket that closes it.
fn is_between(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    let is_end = matches!(before.last(), Some(b'}' | b']'));
    is_end && text.get(at + 1).is_some_and(|next| matches!(next, b'{' | b'[' | b'0'..=b'9'))
}

impl<R: Read> Chunks<R> {
    /// Reads from `reader`, gzipped or not.
    pub const fn new(reader: R) -> Self {
        Self {
            source: Source::Fresh(Some(reader)),
            rest: Vec::new(),
            at: 0,
            told: 0,
            given: 0,
            over: false,
            framed: false,
        }
    }

    /// How many pieces were given out.
    pub const fn given(&self) -> usize {
        self.given
    }

    /// Whether there are no more.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The bytes of `rest` that make a piece; without one more has to be read.
    fn cut(&self) -> Option<usize> {
        if self.framed || self.rest.starts_with(HEAD) {
            // The closing brace is the piece's.
            return memmem::rfind(&self.rest, BETWEEN).map(|at| at + 1);
        }
        // Further back was looked at before.
        let from = self.rest.len().saturating_sub(PIECE + 8);
        let tail = self.rest.get(from..)?;
        memrchr_iter(b'\n', tail).find(|at| is_between(tail, *at)).map(|at| from + at + 1)
    }

    fn give(&mut self, length: usize, problem: Option<String>) -> Chunk {
        let later = self.rest.split_off(length);
        let mut text = std::mem::replace(&mut self.rest, later);
        let begins = self.at;
        self.at += length as u64;
        let ends_here = self.over;
        if self.framed {
            text.splice(0..0, HEAD.iter().copied());
        }
        if !ends_here && (self.framed || text.starts_with(HEAD)) {
            text.extend_from_slice(TAIL);
            self.framed = true;
            // The comma between this piece and the next.
            self.rest.remove(0);
            self.at += 1;
        }
        self.given += 1;
        let stored = self.source.stored();
        let piece = stored - self.told;
        self.told = stored;
        let is_whole = self.given == 1 && ends_here;
        let place = (!is_whole).then(|| format!("from byte {begins} on"));
        Chunk { text, stored: piece, place, problem }
    }
}

impl<R: Read> Source<R> {
    /// Reads up to `most` more bytes.
    fn read(&mut self, into: &mut Vec<u8>, most: u64) -> io::Result<usize> {
        if let Self::Fresh(reader) = self {
            let Some(mut reader) = reader.take() else { return Ok(0) };
            let mut head = Vec::new();
            reader.by_ref().take(2).read_to_end(&mut head)?;
            let is_gzip = head == [0x1f, 0x8b];
            let counting = Counting { reader: io::Cursor::new(head).chain(reader), read: 0 };
            let buffered = io::BufReader::with_capacity(1 << 17, counting);
            *self = if is_gzip { Self::Gzip(Box::new(MultiGzDecoder::new(buffered))) } else { Self::Plain(buffered) };
        }
        match self {
            Self::Fresh(_) => Ok(0),
            Self::Plain(reader) => reader.by_ref().take(most).read_to_end(into),
            Self::Gzip(reader) => reader.by_ref().take(most).read_to_end(into),
        }
    }

    fn stored(&self) -> u64 {
        match self {
            Self::Fresh(_) => 0,
            Self::Plain(reader) => reader.get_ref().read,
            Self::Gzip(reader) => reader.get_ref().get_ref().read,
        }
    }
}

impl<R: Read> Iterator for Chunks<R> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        if self.over {
            return None;
        }
        loop {
            let before = self.rest.len();
            let problem = match self.source.read(&mut self.rest, PIECE as u64) {
                Ok(_) if self.at + self.rest.len() as u64 > LIMIT => Some(format!("more than {LIMIT} bytes")),
                Ok(_) => None,
                Err(error) => {
                    let read = self.at + self.rest.len() as u64;
                    Some(format!("reading ended after {read} bytes: {error}"))
                }
            };
            let is_end = self.rest.len() - before < PIECE;
            if problem.is_some() || is_end {
                self.over = true;
                return Some(self.give(self.rest.len(), problem));
            }
            if let Some(length) = self.cut() {
                return Some(self.give(length, None));
            }
            if self.rest.len() > WHOLE {
                self.over = true;
                let problem =
                    format!("{WHOLE} bytes in which no record ends where it can be told; the rest was not read");
                return Some(self.give(self.rest.len(), Some(problem)));
            }
        }
    }
}
