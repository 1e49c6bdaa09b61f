//! Hundreds of thousands of files in modest memory: each folder's path once, and of each file its name.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::name::delivered;
use crate::peek::{PEEK, first_time};
use crate::{Input, Timed, Unread};

/// Files to read.
#[derive(Debug, Default)]
pub struct Files {
    folders: Vec<PathBuf>,
    known: HashMap<PathBuf, usize>,
    entries: Vec<Entry>,
}

/// One file.
#[derive(Debug)]
struct Entry {
    time: Option<Timestamp>,
    name: Box<OsStr>,
    folder: usize,
    size: u64,
    /// Not a file but a pipe or a device: its size is not known, and it can be read once.
    is_stream: bool,
}

impl Files {
    /// Adds the file `name` of `folder`.
    pub(super) fn add(&mut self, folder: &Path, name: &OsStr, metadata: &std::fs::Metadata) {
        // The same folder by another path is the same: no file is read twice.
        let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = shown.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let number = *self.known.entry(real).or_insert_with(|| {
            self.folders.push(folder.to_owned());
            self.folders.len() - 1
        });
        self.push(number, name, metadata);
    }

    fn push(&mut self, folder: usize, name: &OsStr, metadata: &std::fs::Metadata) {
        let (size, is_stream) = (metadata.len(), !metadata.is_file());
        self.entries.push(Entry { time: None, name: name.into(), folder, size, is_stream });
    }

    /// Adds files of one folder.
    pub(super) fn add_all(&mut self, folder: &Path, files: Vec<(Box<OsStr>, std::fs::Metadata)>) {
        let mut files = files.into_iter();
        let Some((name, metadata)) = files.next() else { return };
        self.add(folder, &name, &metadata);
        let Some(number) = self.entries.last().map(|entry| entry.folder) else { return };
        for (name, metadata) in files {
            self.push(number, &name, &metadata);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many bytes they have together.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).sum()
    }

    /// How many are not named as CloudTrail names its files.
    pub fn unnamed(&self) -> usize {
        self.entries.iter().filter(|entry| delivered(&entry.name.to_string_lossy()).is_none()).count()
    }

    /// Puts them in the order of the times in their names, or of their first records where names tell none; those that tell
    /// neither come last, by name. Each is there once.
    pub(super) fn sort(&mut self) {
        let Self { folders, entries, .. } = self;
        for entry in entries.iter_mut() {
            let named = delivered(&entry.name.to_string_lossy());
            entry.time = named.or_else(|| if entry.is_stream { None } else { peek(&entry.path(folders)) });
        }
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| (entry.time.is_none(), entry.time);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.folder.cmp(&b.folder))
        });
        entries.dedup_by(|a, b| (a.folder, &a.name) == (b.folder, &b.name));
        entries.shrink_to_fit();
        self.known = HashMap::new();
    }

    /// One after the other.
    pub fn into_inputs(self) -> impl Iterator<Item = Timed> + Send {
        let Self { folders, entries, .. } = self;
        entries.into_iter().map(move |entry| Timed { time: entry.time, input: entry.input(&folders) })
    }
}

impl Entry {
    fn path(&self, folders: &[PathBuf]) -> PathBuf {
        folders.get(self.folder).map_or_else(|| PathBuf::from(&*self.name), |folder| folder.join(&*self.name))
    }

    fn input(&self, folders: &[PathBuf]) -> Input {
        let path = self.path(folders);
        if !self.is_stream {
            return Input::File { path, size: self.size };
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Input::Stream { name, reader: Box::new(file) },
            Err(error) => Input::Unread(Unread { file: name, place: "the file".to_owned(), reason: error.to_string() }),
        }
    }
}

/// The time of the first record. What cannot be opened is told of when its turn comes.
fn peek(path: &Path) -> Option<Timestamp> {
    let mut head = Vec::with_capacity(PEEK);
    File::open(path).ok()?.take(PEEK as u64).read_to_end(&mut head).ok()?;
    first_time(&head)
}
