//! Log files of a bucket: listed, fetched several at a time, handed over in order, never more of them than fit.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use portcullis_response::{PortError, PortErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::days::{Entry, Listed};
use super::explore::explore;
use super::feed::Outlet;
use super::listing::Listing;
use super::ports::Bucket;
use crate::{Input, Selection, Tally, Unread};

/// So many bytes are fetched and not yet read.
pub const BUDGET: u64 = 64 << 20;

/// So many objects are fetched at a time.
const AT_ONCE: usize = 16;

/// The memory is given out in pieces of this size.
const PIECE: u64 = 4 << 10;

/// No log file is as large; what is must not take all memory.
const LARGEST: u64 = 512 << 20;

/// Hands over everything of interest under `prefix`, holding about `budget` bytes of it at most; tells `opened` first whether
/// there is anything to list.
pub async fn from_bucket(
    bucket: &dyn Bucket,
    prefix: &str,
    selection: &Selection,
    budget: u64,
    outlet: &Outlet,
    opened: impl FnOnce(Result<(), PortError>),
) {
    let mut tally = Tally::default();
    let plan = match explore(bucket, prefix, selection, &mut tally).await {
        Ok(plan) => plan,
        Err(error) => return opened(Err(error)),
    };
    *outlet.tally() = tally;
    if plan.is_empty() {
        let what = format!("there is nothing of what was asked for under {}", bucket.name(prefix));
        return opened(Err(PortError { what, kind: PortErrorKind::Refused, source: None }));
    }
    opened(Ok(()));
    let listing = Listing::new(plan, bucket, selection, outlet).await;
    let entries = stream::unfold((listing, VecDeque::new()), |(mut listing, mut batch)| async move {
        while batch.is_empty() {
            batch = VecDeque::from(listing.next().await?);
        }
        batch.pop_front().map(|entry| (entry, (listing, batch)))
    });
    let all = pieces(budget).max(1);
    let memory = Arc::new(Semaphore::new(all));
    // Memory is taken one after the other: what comes first gets it first, and never waits for what comes behind it.
    let with_memory = entries.then(|entry: Entry| {
        let (memory, wanted) = (Arc::clone(&memory), pieces(entry.1.size()).clamp(1, all));
        async move {
            let permit = memory.acquire_many_owned(u32::try_from(wanted).unwrap_or(u32::MAX)).await;
            (entry, permit.ok())
        }
    });
    let mut fetched = pin!(with_memory.map(|(entry, permit)| fetch(bucket, entry, permit)).buffered(AT_ONCE));
    while let Some((time, input, permit)) = fetched.next().await {
        if !outlet.put(time, input, permit) {
            return;
        }
    }
}

fn pieces(bytes: u64) -> usize {
    usize::try_from(bytes.div_ceil(PIECE)).unwrap_or(usize::MAX).min(usize::try_from(u32::MAX).unwrap_or(usize::MAX))
}

async fn fetch(
    bucket: &dyn Bucket,
    (time, listed): Entry,
    permit: Option<OwnedSemaphorePermit>,
) -> (Option<Timestamp>, Input, Option<OwnedSemaphorePermit>) {
    let object = match listed {
        Listed::Object(object) => object,
        Listed::Failed(unread) => return (time, Input::Unread(unread), permit),
    };
    let name = bucket.name(&object.key);
    let unread = |reason: String| Input::Unread(Unread { file: name.clone(), place: "the object".to_owned(), reason });
    let input = if object.size > LARGEST {
        unread(format!("it has {} bytes: fetch it by yourself and name the file", object.size))
    } else {
        match bucket.get(&object.key).await {
            Ok(bytes) => Input::Fetched { name, bytes },
            Err(error) => unread(error.chain()),
        }
    };
    (time, input, permit)
}
