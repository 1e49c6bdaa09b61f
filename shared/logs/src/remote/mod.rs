//! Logs that have to be fetched: from buckets, and from CloudTrail's event history.

mod bucket;
mod days;
mod explore;
mod feed;
mod history;
mod layout;
mod listing;
mod pace;
mod ports;
mod slices;

pub use bucket::{BUDGET, from_bucket};
pub use feed::{Feed, Outlet, Told, feed};
pub use history::{HISTORY, LOOKUPS, Lookup, from_history};
pub use pace::Pace;
pub use ports::{Bucket, Clock, Folder, HistoryEvent, HistoryPage, LookUp, Object, ObjectPage};
