//! Files and folders to findings, counting what was read and keeping the place of what was not.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use portcullis_cloudtrail::{inflate, open};
use portcullis_detection::Pipeline;
use portcullis_detection::memory::Detector;
use portcullis_domain::Finding;

use super::hours::Hours;

/// No log file is as large; what is, is a bomb.
pub(crate) const LIMIT: u64 = 4 << 30;

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
    /// What fired, each finding once and in its last form.
    pub(crate) findings: Vec<Finding>,
    /// How often a rule did not fire because the settings exempt the actor, by rule and exemption.
    pub(crate) exempted: BTreeMap<(String, String), usize>,
    /// Events that could not be counted over time, because their records have no time that can be read.
    pub(crate) timeless: usize,
    /// What the functions would have counted.
    pub(crate) hours: Hours,
    /// The times of the first and the last record.
    pub(crate) reach: Option<(Timestamp, Timestamp)>,
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

    fn reaches(&mut self, time: Timestamp) {
        let (first, last) = self.reach.unwrap_or((time, time));
        self.reach = Some((first.min(time), last.max(time)));
    }
}

/// Reads every file under `paths`, in the order of their names. `watched_since` says since when accounts have been watched;
/// without it, each is watched since its first record.
pub(crate) fn read(paths: &[PathBuf], pipeline: &Pipeline, watched_since: Option<Timestamp>) -> Read {
    let mut read = Read::default();
    let detector = Detector::new(pipeline, watched_since);
    let mut seen = Seen { pipeline, detector, folders: HashSet::new(), events: HashSet::new() };
    for path in paths {
        folder_or_file(path, &mut read, &mut seen);
    }
    read.findings = seen.detector.findings().cloned().collect();
    for finding in &read.findings {
        read.hours.fired(finding);
    }
    read
}

/// What was met so far: several intakes and overlapping exports deliver the same event twice.
struct Seen<'p> {
    pipeline: &'p Pipeline,
    detector: Detector<'p>,
    /// Folders by their real path: a link may lead back into one.
    folders: HashSet<PathBuf>,
    events: HashSet<(String, String)>,
}

fn folder_or_file(path: &Path, read: &mut Read, seen: &mut Seen<'_>) {
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
            folder_or_file(&path, read, seen);
        }
        return;
    }
    match fs::read(path) {
        Ok(bytes) => file(path, &bytes, read, seen),
        Err(error) => read.unreadable.push(unread(error.to_string())),
    }
}

fn file(path: &Path, bytes: &[u8], read: &mut Read, seen: &mut Seen<'_>) {
    read.files += 1;
    let name = path.display().to_string();
    let inflated = inflate(bytes, LIMIT);
    let text = String::from_utf8_lossy(&inflated.data);
    let contents = open(&text);
    read.without_records += contents.other.len();
    read.named_log_files += contents.log_files.len();
    let unread = |place: String, reason: String| Unread { file: name.clone(), place, reason };
    read.unreadable.extend(inflated.problem.map(|problem| unread("the gzip stream".to_owned(), problem)));
    read.unreadable.extend(contents.unreadable.into_iter().map(|piece| unread(piece.place, piece.reason)));
    let tally = seen.detector.take(contents.records.iter().map(|raw| &*raw.json));
    let judged = tally.accesses.into_iter().zip(tally.judgements);
    for (raw, (access, judgement)) in contents.records.iter().zip(judged) {
        let access = match access {
            Ok(access) => access,
            Err(error) => {
                read.unreadable.push(unread(format!("record {}", raw.number), error.to_string()));
                continue;
            }
        };
        read.records += 1;
        if let Some(time) = access.time {
            read.reaches(time);
        }
        let mut again = false;
        if access.is_relevant() {
            read.relevant += 1;
            let account = access.account.as_ref().map(ToString::to_string).unwrap_or_default();
            again = access.event_id.clone().is_some_and(|id| !seen.events.insert((account, id)));
            read.duplicates += usize::from(again);
        }
        read.hours.read(&access, judgement.as_ref(), again, seen.pipeline);
    }
    for exempted in tally.exempted {
        *read.exempted.entry(exempted).or_default() += 1;
    }
    read.timeless += tally.timeless;
}
