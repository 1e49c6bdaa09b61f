//! Everything that is of interest in a bucket, in the order of times.

use std::cmp::Ordering;
use std::collections::VecDeque;

use jiff::Timestamp;

use super::days::{Days, Entry, Listed};
use super::explore::Plan;
use super::feed::Outlet;
use super::ports::{Bucket, Object};
use crate::{Selection, Unread, delivered, left_out};

/// A listing that goes on as long as somebody reads.
pub(super) struct Listing<'l> {
    bucket: &'l dyn Bucket,
    selection: &'l Selection,
    outlet: &'l Outlet,
    days: Days,
    /// What stands in no order, put in one; what tells no time is last.
    others: VecDeque<Entry>,
}

impl<'l> Listing<'l> {
    /// What `plan` names.
    pub(super) async fn new(plan: Plan, bucket: &'l dyn Bucket, selection: &'l Selection, outlet: &'l Outlet) -> Self {
        let others = others(plan.objects, &plan.others, bucket).await.into();
        Self { bucket, selection, outlet, days: Days::new(plan.streams, selection), others }
    }

    /// The next of it, in order; nothing when there is no more.
    pub(super) async fn next(&mut self) -> Option<Vec<Entry>> {
        let batch = match self.days.next(self.bucket).await {
            Some(mut batch) => {
                let newest = batch.iter().filter_map(|(time, _)| *time).max();
                let until_then = |entry: &Entry| entry.0.is_some() && entry.0 <= newest;
                while let Some(entry) = self.others.pop_front_if(|entry| until_then(entry)) {
                    batch.push(entry);
                }
                batch.sort_by(in_order);
                batch
            }
            None if self.others.is_empty() => return None,
            None => self.others.drain(..).collect(),
        };
        Some(batch.into_iter().filter(|(_, listed)| self.wants(listed)).collect())
    }

    fn wants(&self, listed: &Listed) -> bool {
        let Listed::Object(Object { key, size }) = listed else { return true };
        let mut tally = self.outlet.tally();
        let name = key.rsplit('/').next().unwrap_or_default();
        if name.is_empty() && *size == 0 {
            // What the console makes of a folder.
            return false;
        }
        tally.listed += 1;
        if let Some(why) = left_out(name) {
            tally.leave_out(why);
            return false;
        }
        if !self.selection.wants(key) {
            tally.not_wanted += 1;
            return false;
        }
        tally.unnamed += usize::from(delivered(key).is_none());
        true
    }
}

/// By time, what tells none last.
fn in_order((a_time, a): &Entry, (b_time, b): &Entry) -> Ordering {
    let key = |time: &Option<Timestamp>| (time.is_none(), *time);
    key(a_time).cmp(&key(b_time)).then_with(|| a.key().cmp(b.key()))
}

/// Everything under prefixes that are in no order.
async fn others(mut objects: Vec<Object>, prefixes: &[String], bucket: &dyn Bucket) -> Vec<Entry> {
    let mut failed = Vec::new();
    for prefix in prefixes {
        let mut token = None;
        loop {
            match bucket.page(prefix, None, token.take(), 1000).await {
                Ok(page) => {
                    objects.extend(page.objects);
                    token = page.next;
                }
                Err(error) => {
                    let (file, place) = (bucket.name(prefix), "the listing".to_owned());
                    failed.push((None, Listed::Failed(Unread { file, place, reason: error.chain() })));
                }
            }
            if token.is_none() {
                break;
            }
        }
    }
    let objects = objects.into_iter().map(|object| (delivered(&object.key), Listed::Object(object)));
    let mut entries: Vec<Entry> = objects.chain(failed).collect();
    entries.sort_by(in_order);
    entries
}
