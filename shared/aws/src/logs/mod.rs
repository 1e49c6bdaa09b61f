//! Logs for an operator's replay: the objects of a bucket, and CloudTrail's event history.

mod bucket;
mod clock;
mod history;
mod refusal;

pub use bucket::LogBucket;
pub use clock::WallClock;
pub use history::LiveHistory;
