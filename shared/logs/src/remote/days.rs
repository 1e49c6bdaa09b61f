//! Log files of many accounts and Regions, a day of all of them at a time.

use std::collections::VecDeque;

use futures_util::future::join_all;
use jiff::Timestamp;
use portcullis_response::PortError;

use super::explore::AT_ONCE;
use super::layout::{day, day_of};
use super::ports::{Bucket, Object};
use crate::{Selection, Unread, delivered};

/// What a listing brought: an object, or what could not be listed.
#[derive(Debug)]
pub(super) enum Listed {
    Object(Object),
    Failed(Unread),
}

/// An entry of a listing and its place in time.
pub(super) type Entry = (Option<Timestamp>, Listed);

/// The log files of one account and Region. S3 lists keys by their bytes, and theirs are in the order of time.
#[derive(Debug)]
struct Stream {
    prefix: String,
    region: usize,
    after: Option<String>,
    token: Option<String>,
    listed: VecDeque<Object>,
    failed: Option<PortError>,
    done: bool,
}

/// Lists all of them, day by day.
#[derive(Debug)]
pub(super) struct Days {
    streams: Vec<Stream>,
    last: Option<String>,
    page: usize,
}

/// So many entries of a listing are held beside those of a day.
const HELD: usize = 200_000;

/// The most that S3 lists at a time (S3 API Reference, *ListObjectsV2*).
const PAGE: usize = 1000;

impl Days {
    /// Of the days that `selection` wants.
    pub(super) fn new(streams: Vec<(String, usize)>, selection: &Selection) -> Self {
        let (first, last) = selection.days();
        let page = (HELD / streams.len().max(1)).clamp(50, PAGE);
        let stream = |(prefix, region): (String, usize)| {
            let before = first.and_then(|first| Some(format!("{}{}", prefix.get(..region)?, day(first))));
            let after = before.filter(|after| *after > prefix);
            Stream { prefix, region, after, token: None, listed: VecDeque::new(), failed: None, done: false }
        };
        Self { streams: streams.into_iter().map(stream).collect(), last: last.map(day), page }
    }

    /// The next day on which there is anything, in the order of times; nothing when there is no more.
    pub(super) async fn next(&mut self, bucket: &dyn Bucket) -> Option<Vec<Entry>> {
        let Self { streams, last, page } = self;
        fill(streams, bucket, *page, last.as_deref(), |stream| stream.listed.is_empty()).await;
        let first = streams.iter().filter_map(Stream::front).min();
        let mut entries: Vec<Entry> = Vec::new();
        if let Some(today) = first.map(str::to_owned) {
            fill(streams, bucket, *page, last.as_deref(), |stream| {
                stream.back().is_some_and(|back| back <= today.as_str())
            })
            .await;
            for stream in streams.iter_mut() {
                while stream.front().is_some_and(|front| front <= today.as_str()) {
                    entries.extend(
                        stream.listed.pop_front().map(|object| (delivered(&object.key), Listed::Object(object))),
                    );
                }
                stream.listed.shrink_to_fit();
            }
            entries.sort_by(|(a_time, a), (b_time, b)| a_time.cmp(b_time).then_with(|| a.key().cmp(b.key())));
        }
        for stream in streams.iter_mut() {
            if let Some(error) = stream.failed.take() {
                let file = bucket.name(&stream.prefix);
                let unread = Unread { file, place: "the listing".to_owned(), reason: error.chain() };
                entries.push((None, Listed::Failed(unread)));
            }
        }
        if entries.is_empty() { None } else { Some(entries) }
    }
}

/// Lists on where `lacks` says so, until it no longer does.
async fn fill(
    streams: &mut [Stream],
    bucket: &dyn Bucket,
    page: usize,
    last: Option<&str>,
    lacks: impl Fn(&Stream) -> bool,
) {
    loop {
        let mut open: Vec<&mut Stream> = streams.iter_mut().filter(|stream| !stream.done && lacks(stream)).collect();
        if open.is_empty() {
            return;
        }
        for some in open.chunks_mut(AT_ONCE) {
            join_all(some.iter_mut().map(|stream| stream.list(bucket, page, last))).await;
        }
    }
}

impl Stream {
    async fn list(&mut self, bucket: &dyn Bucket, page: usize, last: Option<&str>) {
        let found = match bucket.page(&self.prefix, self.after.as_deref(), self.token.take(), page).await {
            Ok(found) => found,
            Err(error) => {
                (self.failed, self.done) = (Some(error), true);
                return;
            }
        };
        self.done = found.next.is_none();
        self.token = found.next;
        for object in found.objects {
            if last.is_some_and(|last| day_of(&object.key, self.region) > last) {
                self.done = true;
                break;
            }
            self.listed.push_back(object);
        }
    }

    fn front(&self) -> Option<&str> {
        self.listed.front().map(|object| day_of(&object.key, self.region))
    }

    fn back(&self) -> Option<&str> {
        self.listed.back().map(|object| day_of(&object.key, self.region))
    }
}

impl Listed {
    /// How many bytes it has.
    pub(super) const fn size(&self) -> u64 {
        match self {
            Self::Object(object) => object.size,
            Self::Failed(_) => 0,
        }
    }

    pub(super) fn key(&self) -> &str {
        match self {
            Self::Object(object) => &object.key,
            Self::Failed(unread) => &unread.file,
        }
    }
}
