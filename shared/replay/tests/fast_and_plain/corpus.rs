//! Real records, where a folder of them is at hand: set `PORTCULLIS_CORPUS` to a folder of JSON Lines, JSON or gzip files.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use portcullis_cases::settings;
use portcullis_cloudtrail::{Access, Record, inflate, open};
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_domain::AccountId;
use portcullis_logs::Input;
use portcullis_settings::Inventory;

use crate::reads::How;
use crate::told::Told;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What is odd about examples that people wrote: several calls have one id. The plain way takes the later ones for copies of the first;
/// the fast way also looks at the time, after which it forgets an event.
#[derive(Default)]
struct Ids {
    known: HashMap<(Option<AccountId>, String), HashSet<Option<Timestamp>>>,
    /// Relevant records of the same account, id and time as one before.
    copies: u64,
}

impl Ids {
    fn of(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let inflated = inflate(&bytes, 1 << 30);
        let text = String::from_utf8_lossy(&inflated.data);
        let mut ids = Self::default();
        for raw in open(&text).records {
            let access = Record::parse(&raw.json).ok().map(|record| Access::of(&record));
            if let Some(Access { account, event_id: Some(id), time, .. }) = access.filter(Access::is_relevant) {
                ids.copies += u64::from(!ids.known.entry((account, id)).or_default().insert(time));
            }
        }
        ids
    }

    /// The ids of several calls: which of these a finding rests on depends on which came first.
    fn shared(&self) -> BTreeSet<&str> {
        let shared = self.known.iter().filter(|(_, times)| times.len() > 1);
        shared.map(|((_, id), _)| id.as_str()).collect()
    }
}

/// Whether it is about the evidence of a finding that both have, and that rests on one of these events.
fn rests_on(difference: &str, plain: &Told, events: &BTreeSet<&str>) -> bool {
    let Some((id, leaf)) = difference.strip_prefix("finding ").and_then(|rest| rest.split_once(' ')) else {
        return false;
    };
    let evidence = plain.findings.get(id).and_then(|finding| finding["evidence"].as_array());
    let mut rests = evidence.into_iter().flatten().filter_map(|one| one["event_id"].as_str());
    leaf.starts_with("/evidence/") && rests.any(|id| events.contains(id))
}

/// Each file for itself, since they are of different years and accounts and in no order.
#[test]
fn real_records() {
    let corpus = std::env::var_os("PORTCULLIS_CORPUS").map(PathBuf::from).filter(|folder| folder.is_dir());
    let Some(folder) = corpus else {
        return println!("skipped: PORTCULLIS_CORPUS names no folder of real records");
    };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let pipeline =
        Pipeline::new(RuleSet::load(&built_in()), settings().clone(), Inventory::default(), Context::default());
    let (mut records, mut findings) = (0, 0);
    for path in paths {
        let input = || std::iter::once(Input::File { path: path.clone(), size: 0 });
        // Longer than AWS is there.
        let patience = SignedDuration::from_hours(24 * 365 * 30);
        let by = |threads| How { patience, threads, ..How::by(&pipeline) };
        let (plain, _) = by(1).through(portcullis_replay::plain::read, input());
        let (numbers, findings_of_file) = (plain.numbers.clone(), plain.findings.len());
        let (ids, plain) = (Ids::of(&path), plain.without_copies());
        for threads in [1, 2] {
            let (fast, _) = by(threads).through(portcullis_replay::read, input());
            assert_eq!(fast.numbers["duplicates"], ids.copies, "{}", path.display());
            let mut differences = fast.without_copies().differences(&plain);
            differences.retain(|difference| !rests_on(difference, &plain, &ids.shared()));
            assert_eq!(differences, [""; 0], "{}", path.display());
        }
        records += numbers["records"];
        findings += findings_of_file;
    }
    println!("{records} records read, {findings} findings");
    assert!(records > 1000, "the folder holds hardly any records: {records}");
}
