//! What is to be read.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use serde::Serialize;

/// One thing to read: a log file, however it came.
pub enum Input {
    /// A file, opened when its turn comes.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its size, in bytes.
        size: u64,
    },
    /// What was fetched whole.
    Fetched {
        /// Its name, for messages: `s3://bucket/key`.
        name: String,
        /// As it was stored.
        bytes: Vec<u8>,
    },
    /// What comes bit by bit and whose end is not known, such as standard input.
    Stream {
        /// Its name, for messages.
        name: String,
        /// Where it comes from.
        reader: Box<dyn Read + Send>,
    },
    /// What could not be opened or fetched, in the place where it would have been read.
    Unread(Unread),
}

impl Input {
    /// Its name, for messages.
    pub fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Fetched { name, .. } | Self::Stream { name, .. } => name.clone(),
            Self::Unread(unread) => unread.file.clone(),
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.name()).finish()
    }
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The file.
    pub file: String,
    /// Where in it: `record 6`, `the gzip stream`, `the file`.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}
