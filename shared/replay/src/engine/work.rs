//! One part: unpacked, told apart, and what matters of it prepared.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Relevance, open, relevance};
use portcullis_detection::memory::Waiting;
use portcullis_logs::{Gunzip, Outline, Outlines, Piece, Unread, outlines};

use super::counts::Counts;
use super::feed::{Content, Part};
use super::order::Held;
use crate::reading::{LIMIT, Plan};

/// How many calls are remembered to be of interest or not.
const MOST_CALLS: usize = 20_000;

/// What came of a part.
pub(super) struct Done<'p> {
    pub(super) number: usize,
    pub(super) file: Arc<str>,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    /// Whether it could be opened at all.
    pub(super) opened: bool,
    /// As stored.
    pub(super) bytes: u64,
    pub(super) records: usize,
    pub(super) outside: usize,
    pub(super) without_records: usize,
    pub(super) named_log_files: usize,
    pub(super) hourless: usize,
    pub(super) hours: Vec<(Timestamp, u64)>,
    pub(super) reach: Option<(Timestamp, Timestamp)>,
    pub(super) held: Vec<Held<'p>>,
    pub(super) unreadable: Vec<Unread>,
}

/// What is known of a call by its source and name.
#[derive(Clone, Copy)]
struct Call {
    relevance: Relevance,
    /// Whether it is examined when it succeeded.
    examined: bool,
    /// Whether it is examined when that is not known; worked out when it is asked for.
    examined_in_doubt: Option<bool>,
}

/// Does one part after the other.
pub(super) struct Worker<'p> {
    plan: &'p Plan<'p>,
    gunzip: Option<Gunzip>,
    /// The last file as it was stored, for its memory.
    stored: Vec<u8>,
    calls: HashMap<Box<str>, HashMap<Box<str>, Call>>,
    known: usize,
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, gunzip: None, stored: Vec::new(), calls: HashMap::new(), known: 0 }
    }

    pub(super) fn work(&mut self, part: Part) -> Done<'p> {
        let Part { number, file, content, is_first, is_last } = part;
        let mut done = Done {
            number,
            is_first,
            is_last,
            opened: true,
            bytes: 0,
            records: 0,
            outside: 0,
            without_records: 0,
            named_log_files: 0,
            hourless: 0,
            hours: Vec::new(),
            reach: None,
            held: Vec::new(),
            unreadable: Vec::new(),
            file,
        };
        let unread =
            |file: &str, place: &str, reason: String| Unread { file: file.to_owned(), place: place.to_owned(), reason };
        let stored = match content {
            Content::File(path) => match self.read(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    done.opened = false;
                    done.unreadable.push(unread(&done.file, "the file", error.to_string()));
                    return done;
                }
            },
            Content::Bytes(bytes) => bytes,
            Content::Chunk(chunk) => {
                done.bytes = chunk.stored;
                if let Some(problem) = chunk.problem {
                    done.unreadable.push(unread(&done.file, "the stream", problem));
                }
                self.text(&chunk.text, chunk.place.as_deref(), &mut done);
                return done;
            }
            Content::Unread(unread) => {
                done.opened = false;
                done.unreadable.push(unread);
                return done;
            }
        };
        done.bytes = stored.len() as u64;
        let mut gunzip = self.gunzip.take().unwrap_or_default();
        let inflated = gunzip.inflate(&stored, LIMIT);
        if let Some(problem) = inflated.problem {
            done.unreadable.push(unread(&done.file, "the gzip stream", problem));
        }
        self.text(&inflated.data, None, &mut done);
        self.gunzip = Some(gunzip);
        self.stored = stored;
        done
    }

    /// A whole file, into memory that was used before.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.stored);
        bytes.clear();
        File::open(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A text of records; `place` says which part of a larger file it is.
    fn text(&mut self, text: &[u8], place: Option<&str>, done: &mut Done<'p>) {
        let outlined = outlines(text).and_then(|outlines| self.outlined(outlines));
        let (counts, held) = outlined.unwrap_or_else(|| self.parsed(text, place, done));
        done.records += counts.records;
        done.outside += counts.outside;
        done.hourless += counts.hourless;
        let seconds = |hour: i64| Timestamp::from_second(hour).unwrap_or_default();
        done.hours.extend(counts.hours.into_iter().map(|(hour, count)| (seconds(hour), count)));
        let milliseconds = |time: i64| Timestamp::from_millisecond(time).unwrap_or_default();
        done.reach = counts.reach.map(|(first, last)| (milliseconds(first), milliseconds(last)));
        done.held.extend(held);
    }

    /// A text in CloudTrail's own form. Absent when that turns out not to be so.
    fn outlined(&mut self, outlines: Outlines<'_>) -> Option<(Counts, Vec<Held<'p>>)> {
        let (mut counts, mut held) = (Counts::default(), Vec::new());
        for piece in outlines {
            let outline = match piece {
                Piece::Outlined(outline) => outline,
                Piece::Opaque(raw) => {
                    held.extend(self.opaque(std::str::from_utf8(raw).ok()?, &mut counts).ok()?);
                    continue;
                }
            };
            if !self.plan.span.holds(Timestamp::from_second(outline.time).ok()) {
                counts.outside += 1;
                continue;
            }
            match self.fate(&outline) {
                Fate::Counted => counts.at(outline.time * 1_000),
                Fate::Relevant(event) => {
                    counts.at(outline.time * 1_000);
                    let time = Some(outline.time * 1_000);
                    held.push(Held { time, relevant: true, event: Some(event), waiting: None });
                }
                Fate::Examined => held.extend(self.record(std::str::from_utf8(outline.raw).ok()?, &mut counts).ok()?),
            }
        }
        Some((counts, held))
    }

    /// A piece of which nothing is known: one record, or the text is not what it seems, as S3's notifications are.
    fn opaque(&self, piece: &str, counts: &mut Counts) -> Result<Option<Held<'p>>, NotSo> {
        let contents = open(piece);
        let [one] = contents.records.as_slice() else { return Err(NotSo) };
        let is_alone = contents.unreadable.is_empty() && contents.other.is_empty() && contents.log_files.is_empty();
        if is_alone { self.record(&one.json, counts).map_err(|_| NotSo) } else { Err(NotSo) }
    }

    /// What is to become of a record, as far as that can be told without parsing it.
    fn fate(&mut self, outline: &Outline<'_>) -> Fate {
        let call = self.call(outline.source, outline.name);
        if call.examined || (!outline.has_no_error() && self.is_examined_in_doubt(outline.source, outline.name)) {
            return Fate::Examined;
        }
        match call.relevance {
            Relevance::Never => return Fate::Counted,
            Relevance::Always => {}
            Relevance::WhenWriting => match outline.read_only() {
                Some(true) => return Fate::Counted,
                Some(false) => {}
                None => return Fate::Examined,
            },
        }
        let is_account = |account: &&str| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let account = outline.recipient().filter(is_account);
        let event = account.zip(outline.event_id().filter(|id| !id.is_empty()));
        event.map_or(Fate::Examined, |(account, id)| Fate::Relevant(event_hash(account, id)))
    }

    fn call(&mut self, source: &str, name: &str) -> Call {
        if let Some(call) = self.calls.get(source).and_then(|names| names.get(name)) {
            return *call;
        }
        let service = source.split_once(".amazonaws.com").map_or(source, |(service, _)| service);
        let examined = self.plan.pipeline.is_examined(source, name, true);
        let call = Call { relevance: relevance(service, name), examined, examined_in_doubt: None };
        if self.known >= MOST_CALLS {
            self.calls.clear();
            self.known = 0;
        }
        self.known += 1;
        self.calls.entry(source.into()).or_default().insert(name.into(), call);
        call
    }

    fn is_examined_in_doubt(&mut self, source: &str, name: &str) -> bool {
        let pipeline = self.plan.pipeline;
        let call = self.calls.get_mut(source).and_then(|names| names.get_mut(name));
        let known =
            call.map(|call| call.examined_in_doubt.get_or_insert_with(|| pipeline.is_examined(source, name, false)));
        known.is_none_or(|known| *known)
    }

    /// A text that has to be parsed as a whole.
    fn parsed(&self, text: &[u8], place: Option<&str>, done: &mut Done<'p>) -> (Counts, Vec<Held<'p>>) {
        let text = String::from_utf8_lossy(text);
        let contents = open(&text);
        done.without_records += contents.other.len();
        done.named_log_files += contents.log_files.len();
        let unread = |at: String, reason: String| Unread {
            file: done.file.to_string(),
            place: place.map_or_else(|| at.clone(), |place| format!("{place}, {at}")),
            reason,
        };
        let mut unreadable: Vec<Unread> =
            contents.unreadable.into_iter().map(|piece| unread(piece.place, piece.reason)).collect();
        let (mut counts, mut held) = (Counts::default(), Vec::new());
        for raw in contents.records {
            match self.record(&raw.json, &mut counts) {
                Ok(one) => held.extend(one),
                Err(error) => unreadable.push(unread(format!("record {}", raw.number), error)),
            }
        }
        done.unreadable.extend(unreadable);
        (counts, held)
    }

    /// A record that is parsed; nothing when it does not matter.
    fn record(&self, json: &str, counts: &mut Counts) -> Result<Option<Held<'p>>, String> {
        let prepared = self.plan.pipeline.prepare(json).map_err(|error| error.to_string())?;
        let time = prepared.access.time;
        if !self.plan.span.holds(time) {
            counts.outside += 1;
            return Ok(None);
        }
        if let Some(time) = time {
            counts.at(time.as_millisecond());
        } else {
            counts.records += 1;
            counts.hourless += 1;
        }
        let relevant = prepared.access.is_relevant();
        if !relevant && prepared.is_done() {
            return Ok(None);
        }
        let event = if relevant { event_of(&prepared.access) } else { None };
        let json = if prepared.is_open() { json.into() } else { Box::default() };
        let waiting = Some(Box::new(Waiting { prepared, json }));
        Ok(Some(Held { time: time.map(Timestamp::as_millisecond), relevant, event, waiting }))
    }
}

/// A text is not of the form that it seemed to be of.
struct NotSo;

/// What is to become of a record.
enum Fate {
    /// It counts as read, and that is all.
    Counted,
    /// It counts as relevant; this makes its event one.
    Relevant(u64),
    /// It is to be parsed and examined.
    Examined,
}

fn event_of(access: &Access) -> Option<u64> {
    let account = access.account.as_ref().map(ToString::to_string).unwrap_or_default();
    access.event_id.as_ref().map(|id| event_hash(&account, id))
}

/// The same for the same event, in every run.
fn event_hash(account: &str, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (account, id).hash(&mut hasher);
    hasher.finish()
}
