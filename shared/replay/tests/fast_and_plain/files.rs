//! Records in log files: every envelope, whole and damaged, compressed and not.

use std::io::Write as _;

use portcullis_logs::Input;
use proptest::prelude::*;
use serde_json::json;

use crate::drip::Drip;
use crate::records::Line;

/// What stands around the records of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `{"Records":[…]}`, as CloudTrail writes it to S3.
    LogFile,
    /// The same over many lines, with other members before and behind.
    Spacious,
    /// `[…]`.
    List,
    /// One record a line, or a few.
    Lines,
    /// The same with the line ends of other systems.
    CrLf,
    /// One after the other, with nothing between.
    Bare,
    /// EventBridge events, one a line.
    Events,
    /// What `LookupEvents` answers.
    LookedUp,
    /// What a log group sends to its subscribers.
    LogGroup,
    /// A batch of messages.
    Queue,
}

impl Envelope {
    const ALL: [Self; 10] = [
        Self::LogFile,
        Self::Spacious,
        Self::List,
        Self::Lines,
        Self::CrLf,
        Self::Bare,
        Self::Events,
        Self::LookedUp,
        Self::LogGroup,
        Self::Queue,
    ];

    /// The records in it.
    pub(crate) fn around(self, records: &[&str]) -> String {
        let event = |record: &&str| {
            format!(
                r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.kms","detail":{record}}}"#
            )
        };
        match self {
            Self::LogFile => format!(r#"{{"Records":[{}]}}"#, records.join(",")),
            Self::Spacious => {
                format!(
                    "{{ \"note\": {{\"Records\": []}},\n \"Records\" : [\n {}\n ] , \"end\": true }}\n",
                    records.join("\n ,")
                )
            }
            Self::List => format!("[{}]", records.join(",\n")),
            Self::Lines => records.iter().flat_map(|record| [record, "\n"]).collect(),
            Self::CrLf => records.iter().flat_map(|record| [record, "\r\n"]).collect(),
            Self::Bare => records.concat(),
            Self::Events => records.iter().map(|record| format!("{}\n", event(record))).collect(),
            Self::LookedUp => {
                let events: Vec<_> =
                    records.iter().map(|record| json!({"EventId": "e", "CloudTrailEvent": record})).collect();
                json!({ "Events": events }).to_string()
            }
            Self::LogGroup => {
                let events: Vec<_> =
                    records.iter().map(|record| json!({"id": "1", "timestamp": 1, "message": record})).collect();
                json!({"messageType": "DATA_MESSAGE", "logGroup": "trail", "logEvents": events}).to_string()
            }
            Self::Queue => {
                let messages: Vec<_> =
                    records.iter().map(|record| json!({"messageId": "m", "body": event(record)})).collect();
                json!({ "Records": messages }).to_string()
            }
        }
    }
}

/// How a file is packed.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    envelope: Envelope,
    mark: bool,
    /// Bytes that are put in at such a part of a thousand of the text, in place of so many.
    damage: Option<(usize, Vec<u8>, usize)>,
    /// Cut there, in thousandths.
    cut: Option<usize>,
    gzip: Gzip,
    named: bool,
    way: Way,
}

#[derive(Clone, Debug)]
enum Gzip {
    None,
    /// In so many members.
    Members(usize, u32),
    /// Cut there, in thousandths.
    Cut(usize),
    /// A bit is flipped there, in thousandths.
    Flipped(usize),
    /// Something follows.
    Tail(Vec<u8>),
}

/// How a file is handed over.
#[derive(Clone, Copy, Debug)]
enum Way {
    Fetched,
    Stream(usize),
}

/// How files are packed that nothing is wrong with.
pub(crate) fn sound() -> impl Strategy<Value = Pack> {
    let gzip = prop_oneof![
        1 => Just(Gzip::None),
        2 => Just(Gzip::Members(1, 6)),
        1 => (1..4usize, 0..9u32).prop_map(|(members, level)| Gzip::Members(members, level)),
    ];
    let way = prop_oneof![3 => Just(Way::Fetched), 1 => prop::sample::select(vec![1, 7, 4096]).prop_map(Way::Stream)];
    let envelope = prop_oneof![2 => Just(Envelope::LogFile), 3 => prop::sample::select(Envelope::ALL.to_vec())];
    (envelope, prop::bool::weighted(0.1), gzip, prop::bool::weighted(0.7), way).prop_map(
        |(envelope, mark, gzip, named, way)| Pack { envelope, mark, damage: None, cut: None, gzip, named, way },
    )
}

/// How files are packed of which one in three is damaged.
pub(crate) fn damaged() -> impl Strategy<Value = Pack> {
    let junk = prop::sample::select(vec![
        &b"\xff"[..],
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\0",
        b"oops",
        b"\n{\"eventName\":\n",
        b"}",
        b"]",
        b"\"",
        b"\\",
        b",",
        b"\n",
        b"",
        b"{\"eventName\":\"Decrypt\"}",
        b"\xef\xbb\xbf",
    ]);
    let damage = prop::option::weighted(0.3, (0..1000usize, junk.prop_map(<[u8]>::to_vec), 0..4usize));
    let cut = prop::option::weighted(0.15, 0..1000usize);
    let gzip = prop_oneof![
        4 => Just(None),
        1 => (0..1000usize).prop_map(|at| Some(Gzip::Cut(at))),
        1 => (0..1000usize).prop_map(|at| Some(Gzip::Flipped(at))),
        1 => prop::sample::select(vec![&b"\0\0\0\0"[..], b"junk", b"\x1f\x8b", b"\n"]).prop_map(|tail| Some(Gzip::Tail(tail.to_vec()))),
    ];
    (sound(), damage, cut, gzip).prop_map(|(pack, damage, cut, gzip)| Pack {
        damage,
        cut,
        // How much comes out of a damaged stream before it breaks depends on how much is asked for at a time.
        way: if gzip.is_some() { Way::Fetched } else { pack.way },
        gzip: gzip.unwrap_or(pack.gzip),
        ..pack
    })
}

/// A file as it is stored.
#[derive(Clone)]
pub(crate) struct Stored {
    name: String,
    bytes: Vec<u8>,
    way: Way,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n{} ({:?}, {} bytes):\n{}", self.name, self.way, self.bytes.len(), self.text())
    }
}

impl Stored {
    /// That text, as it stands.
    pub(crate) fn whole(text: String) -> Self {
        Self { name: "whole.json".to_owned(), bytes: text.into_bytes(), way: Way::Fetched }
    }

    /// As much of its text as can be read.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&portcullis_cloudtrail::inflate(&self.bytes, 1 << 20).data).into_owned()
    }

    /// For a reader: each call makes it anew.
    pub(crate) fn input(&self) -> Input {
        let (name, bytes) = (self.name.clone(), self.bytes.clone());
        match self.way {
            Way::Fetched => Input::Fetched { name, bytes },
            Way::Stream(step) => Input::Stream { name, reader: Box::new(Drip::new(bytes, step)) },
        }
    }
}

/// Packs records into files: `sizes` is how many each takes, over and over; `packs` how each is packed.
pub(crate) fn pack(lines: &[Line], sizes: &[usize], packs: &[Pack]) -> Vec<Stored> {
    let mut files = Vec::new();
    let mut rest = lines;
    for number in 0.. {
        if rest.is_empty() {
            break;
        }
        let (these, others) = rest.split_at(sizes[number % sizes.len()].min(rest.len()));
        files.push(packs[number % packs.len()].pack(number, these));
        rest = others;
    }
    files
}

impl Pack {
    /// One of CloudTrail's log files.
    pub(crate) const fn log_file() -> Self {
        let (envelope, gzip, way) = (Envelope::LogFile, Gzip::None, Way::Fetched);
        Self { envelope, mark: false, damage: None, cut: None, gzip, named: true, way }
    }

    fn pack(&self, number: usize, lines: &[Line]) -> Stored {
        let records: Vec<&str> = lines.iter().map(|line| line.json.as_str()).collect();
        let mut text = self.envelope.around(&records).into_bytes();
        if self.mark {
            text.splice(0..0, *b"\xef\xbb\xbf");
        }
        if let Some((at, junk, over)) = &self.damage {
            let at = text.len() * at / 1000;
            let end = (at + over).min(text.len());
            text.splice(at..end, junk.iter().copied());
        }
        if let Some(at) = self.cut {
            text.truncate(text.len() * at / 1000);
        }
        let name = if self.named {
            format!(
                "111122223333_CloudTrail_eu-west-1_20260105T{:02}{:02}Z_{number:016}.json.gz",
                8 + number / 60,
                number % 60
            )
        } else {
            format!("part-{number:03}.json")
        };
        Stored { name, bytes: self.gzip.pack(&text), way: self.way }
    }
}

impl Gzip {
    fn pack(&self, text: &[u8]) -> Vec<u8> {
        let members = |count: usize, level| -> Vec<u8> {
            let size = text.len().div_ceil(count).max(1);
            if text.is_empty() {
                member(text, level)
            } else {
                text.chunks(size).flat_map(|part| member(part, level)).collect()
            }
        };
        match self {
            Self::None => text.to_vec(),
            Self::Members(count, level) => members(*count, *level),
            Self::Cut(at) => {
                let mut bytes = members(1, 6);
                bytes.truncate(bytes.len() * at / 1000);
                bytes
            }
            Self::Flipped(at) => {
                let mut bytes = members(1, 6);
                let at = bytes.len() * at / 1000;
                bytes[at] ^= 0x10;
                bytes
            }
            Self::Tail(tail) => [members(1, 6), tail.clone()].concat(),
        }
    }
}

fn member(text: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
