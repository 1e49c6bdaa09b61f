//! From inputs to parts that one thread can work on: a whole log file, or a piece of something larger.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use portcullis_logs::{Chunk, Chunks, Input, Unread};

/// Larger files are read in pieces: CloudTrail writes at most 50 MB uncompressed to a log file (CloudTrail User Guide,
/// *Quotas*), which gzip makes a tenth of.
const LARGE: u64 = 16 << 20;

/// Something for one thread to work on.
pub(super) struct Part {
    /// Its number, from 0.
    pub(super) number: usize,
    /// The file that it is, or is of.
    pub(super) file: Arc<str>,
    /// What it holds.
    pub(super) content: Content,
    /// Whether it is the first of its file.
    pub(super) is_first: bool,
    /// Whether it is the last of its file.
    pub(super) is_last: bool,
}

pub(super) enum Content {
    /// A file that is yet to be read.
    File(std::path::PathBuf),
    /// A whole file as it was stored.
    Bytes(Vec<u8>),
    /// A piece of a large one, unpacked.
    Chunk(Chunk),
    /// What could not be had.
    Unread(Unread),
}

type Pieces = Chunks<Box<dyn Read + Send>>;

/// Gives out parts, one after the other.
pub(super) struct Feed<'p, I> {
    inputs: I,
    stop: &'p AtomicBool,
    stopped: bool,
    number: usize,
    /// The large one that is being read in pieces.
    large: Option<(Arc<str>, Pieces)>,
}

impl<'p, I: Iterator<Item = Input>> Feed<'p, I> {
    pub(super) const fn new(inputs: I, stop: &'p AtomicBool) -> Self {
        Self { inputs, stop, stopped: false, number: 0, large: None }
    }

    /// Whether it was ended before there was nothing more to give.
    pub(super) const fn was_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn next(&mut self) -> Option<Part> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                self.stopped = true;
                return None;
            }
            if let Some((file, mut chunks)) = self.large.take() {
                let (chunk, is_first) = (chunks.next(), chunks.given() == 1);
                let is_last = chunks.is_over();
                let file_of_part = Arc::clone(&file);
                if !is_last {
                    self.large = Some((file, chunks));
                }
                if let Some(chunk) = chunk {
                    return Some(self.part(file_of_part, Content::Chunk(chunk), is_first, is_last));
                }
                continue;
            }
            let input = self.inputs.next()?;
            let file: Arc<str> = input.name().into();
            match input {
                Input::File { path, size } if size > LARGE => match File::open(&path) {
                    Ok(opened) => self.large = Some((file, Chunks::new(Box::new(io::BufReader::new(opened))))),
                    Err(_) => return Some(self.part(file, Content::File(path), true, true)),
                },
                Input::File { path, .. } => return Some(self.part(file, Content::File(path), true, true)),
                Input::Fetched { bytes, .. } => return Some(self.part(file, Content::Bytes(bytes), true, true)),
                Input::Stream { reader, .. } => self.large = Some((file, Chunks::new(reader))),
                Input::Unread(unread) => return Some(self.part(file, Content::Unread(unread), true, true)),
            }
        }
    }

    const fn part(&mut self, file: Arc<str>, content: Content, is_first: bool, is_last: bool) -> Part {
        self.number += 1;
        Part { number: self.number - 1, file, content, is_first, is_last }
    }
}
