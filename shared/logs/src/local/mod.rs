//! Files, folders and globs.

mod files;
mod find;

pub use files::Files;
pub use find::{FindError, Found, find};
