#![doc = include_str!("../README.md")]

mod access;
mod actor;
mod asset;
mod denial;
mod envelope;
mod gzip;
mod json;
mod record;
mod stream;

pub use access::{Access, Relevance, relevance};
pub use denial::denied_resource;
pub use envelope::{Contents, LogFile, Other, RawRecord, Unreadable, open};
pub use gzip::{Inflated, inflate};
pub use json::{Json, Text};
pub use record::{AssumedRoot, InScopeOf, Record, RecordError, Resource, SessionContext, SessionIssuer, UserIdentity};
