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
    /// How much is read at once, in bytes.
    piece: usize,
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
        Self::in_pieces(reader, PIECE)
    }

    const fn in_pieces(reader: R, piece: usize) -> Self {
        Self {
            piece,
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
        let from = self.rest.len().saturating_sub(self.piece + 8);
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
            let problem = match self.source.read(&mut self.rest, self.piece as u64) {
                Ok(_) if self.at + self.rest.len() as u64 > LIMIT => Some(format!("more than {LIMIT} bytes")),
                Ok(_) => None,
                Err(error) => {
                    let read = self.at + self.rest.len() as u64;
                    Some(format!("reading ended after {read} bytes: {error}"))
                }
            };
            let is_end = self.rest.len() - before < self.piece;
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use portcullis_cloudtrail::open;
    use test_case::test_case;

    use super::*;

    fn records(count: usize) -> Vec<String> {
        let one = |number| {
            format!(r#"{{"eventVersion":"1.11","eventName":"N{number}","userAgent":"{}"}}"#, "x".repeat(number % 7))
        };
        (0..count).map(one).collect()
    }

    /// The records of every piece, in order; nothing may be unreadable.
    fn read(bytes: &[u8], piece: usize) -> (Vec<String>, usize) {
        let (mut found, mut pieces) = (Vec::new(), 0);
        for chunk in Chunks::in_pieces(bytes, piece) {
            assert_eq!(chunk.problem, None);
            let text = String::from_utf8(chunk.text).unwrap();
            let contents = open(&text);
            assert_eq!(contents.unreadable, [], "{:?} of {text}", chunk.place);
            found.extend(contents.records.into_iter().map(|record| record.json.into_owned()));
            pieces += 1;
        }
        (found, pieces)
    }

    #[test_case(&|records| format!("{{\"Records\":[{}]}}", records.join(",")) ; "a log file")]
    #[test_case(&|records| records.join("\n") ; "lines")]
    #[test_case(&|records| records.join("\r\n") + "\r\n" ; "lines of Windows")]
    #[test_case(&|records| records.iter().map(|record| format!("2026-01-05T08:10:00.000Z {record}\n")).collect() ; "an export of CloudWatch Logs")]
    #[test_case(&|records| records.iter().map(|record| format!("[{record}]\n")).collect() ; "lists")]
    fn no_record_is_lost_or_doubled(text: &dyn Fn(&[String]) -> String) {
        let expected = records(200);
        let text = text(&expected);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let gzipped = encoder.finish().unwrap();
        for bytes in [text.as_bytes(), &gzipped] {
            for piece in [150, 151, 199, 1_000, 1 << 20] {
                let (found, pieces) = read(bytes, piece);
                assert_eq!(found, expected, "pieces of {piece}");
                assert_eq!(pieces > 1, piece < text.len(), "pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_document_on_many_lines_is_not_cut() {
        let text = "[\n  {\n    \"eventVersion\": \"1\",\n    \"a\": {\n    }\n  },\n  {\n    \"eventVersion\": \"2\"\n  }\n]\n";
        assert_eq!(
            read(text.as_bytes(), 20),
            (
                vec![
                    "{\n    \"eventVersion\": \"1\",\n    \"a\": {\n    }\n  }".to_owned(),
                    "{\n    \"eventVersion\": \"2\"\n  }".to_owned()
                ],
                1
            )
        );
    }
}
