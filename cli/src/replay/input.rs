//! Files and folders to findings, counting what was read and keeping the place of what was not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_cloudtrail::{inflate, open};
use portcullis_detection::{Pipeline, Tally};
use portcullis_domain::Finding;

/// No log file is as large; what is, is a bomb.
const LIMIT: u64 = 4 << 30;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Files opened.
    pub(crate) files: usize,
    /// Records read, duplicates included.
    pub(crate) records: usize,
    /// Those about keys, secrets or the audit trail.
    pub(crate) relevant: usize,
    /// Relevant records whose event had been read before.
    pub(crate) duplicates: usize,
    /// Things understood that hold no record, such as digest files.
    pub(crate) without_records: usize,
    /// Log files in S3 that the input names; a replay does not fetch them.
    pub(crate) named_log_files: usize,
    /// What fired, each finding once.
    pub(crate) findings: Vec<Finding>,
    /// What could not be read: file, place and reason.
    pub(crate) unreadable: Vec<Unread>,
}

/// Something that could not be read.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Unread {
    pub(crate) file: String,
    pub(crate) place: String,
    pub(crate) reason: String,
}

impl Read {
    /// Whether everything could be read.
    pub(crate) fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
    }
}

/// Reads every file under `paths`, in the order of their names.
pub(crate) fn read(paths: &[PathBuf], pipeline: &Pipeline) -> Read {
    let mut read = Read::default();
    let mut seen = Seen::default();
    for path in paths {
        folder_or_file(path, pipeline, &mut read, &mut seen);
    }
    read
}

/// Events and findings met so far: several intakes and overlapping exports deliver the same event twice.
#[derive(Default)]
struct Seen {
    /// Folders by their real path: a link may lead back into one.
    folders: HashSet<PathBuf>,
    events: HashSet<(String, String)>,
    findings: HashSet<String>,
}

fn folder_or_file(path: &Path, pipeline: &Pipeline, read: &mut Read, seen: &mut Seen) {
    let unread = |reason: String| Unread { file: path.display().to_string(), place: "the file".to_owned(), reason };
    if path.is_dir() {
        if !path.canonicalize().is_ok_and(|real| seen.folders.insert(real)) {
            return;
        }
        let entries =
            fs::read_dir(path).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
        let mut paths: Vec<PathBuf> = match entries {
            Ok(paths) => paths,
            Err(error) => return read.unreadable.push(unread(error.to_string())),
        };
        paths.sort();
        for path in paths {
            folder_or_file(&path, pipeline, read, seen);
        }
        return;
    }
    match fs::read(path) {
        Ok(bytes) => file(path, &bytes, pipeline, read, seen),
        Err(error) => read.unreadable.push(unread(error.to_string())),
    }
}

fn file(path: &Path, bytes: &[u8], pipeline: &Pipeline, read: &mut Read, seen: &mut Seen) {
    read.files += 1;
    let name = path.display().to_string();
    let inflated = inflate(bytes, LIMIT);
    let text = String::from_utf8_lossy(&inflated.data);
    let mut tally = Tally::default();
    let mut duplicates = 0;
    let contents = open(&text);
    read.without_records += contents.other.len();
    read.named_log_files += contents.log_files.len();
    pipeline.examine_all(contents, &mut tally, |access| {
        let (true, Some(id)) = (access.is_relevant(), access.event_id.as_ref()) else { return };
        let account = access.account.as_ref().map_or("", |account| account.as_str());
        duplicates += usize::from(!seen.events.insert((account.to_owned(), id.clone())));
    });
    read.records += tally.read;
    read.relevant += tally.relevant;
    read.duplicates += duplicates;
    read.findings.extend(tally.findings.into_iter().filter(|finding| seen.findings.insert(finding.id.to_string())));
    let unread = |place: String, reason: String| Unread { file: name.clone(), place, reason };
    read.unreadable.extend(inflated.problem.map(|problem| unread("the gzip stream".to_owned(), problem)));
    read.unreadable.extend(tally.unreadable.into_iter().map(|piece| unread(piece.place, piece.reason)));
}
