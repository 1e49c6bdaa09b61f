#![doc = include_str!("../README.md")]

mod aside;
mod chunk;
mod coverage;
mod gunzip;
mod input;
mod local;
mod name;
mod outline;
mod peek;
mod remote;
mod selection;
mod stamp;
mod tally;
mod timed;

pub use aside::{left_out, left_out_folder};
pub use chunk::{Chunk, Chunks};
pub use coverage::{Coverage, CoverageBuilder, FileFacts, Gap, Overlap};
pub use gunzip::Gunzip;
pub use input::{Input, Unread};
pub use local::{Files, FindError, Found, find};
pub use name::{LogFileName, delivered};
pub use outline::{Outline, Outlines, Piece, outlines};
pub use peek::{PEEK, first_time};
pub use remote::{
    BUDGET, Bucket, Clock, Feed, Folder, HISTORY, HistoryEvent, HistoryPage, LOOKUPS, LookUp, Lookup, Object,
    ObjectPage, Outlet, Pace, Told, feed, from_bucket, from_history,
};
pub use selection::{LATEST, Selection};
pub use tally::Tally;
pub use timed::{Merged, Source, Timed};
