//! Real records, where a folder of them is at hand: set `PORTCULLIS_CORPUS` to a folder of JSON Lines, JSON or gzip files.

#![cfg(test)]

use std::path::{Path, PathBuf};

use portcullis_cloudtrail::{Access, Record, inflate, open};
use portcullis_domain::Principal;

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PORTCULLIS_CORPUS").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: PORTCULLIS_CORPUS names no folder of real records");
    }
    folder
}

fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, wanted, found);
        } else if path.to_str().is_some_and(wanted) {
            found.push(path);
        }
    }
}

#[test]
fn every_record_parses_and_resolves() {
    let Some(folder) = corpus() else { return };
    let mut paths = Vec::new();
    files(&folder, &|path| path.ends_with("/records.jsonl") || path.contains("/s3-log-files/"), &mut paths);
    let (mut read, mut named) = (0, 0);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let inflated = inflate(&bytes, 1 << 30);
        assert_eq!(inflated.problem, None, "{}", path.display());
        let text = std::str::from_utf8(&inflated.data).unwrap();
        let contents = open(text);
        assert_eq!(contents.unreadable, [], "{}", path.display());
        for raw in contents.records {
            let record = Record::parse(&raw.json)
                .unwrap_or_else(|error| panic!("{} record {}: {error}", path.display(), raw.number));
            let access = Access::of(&record);
            read += 1;
            named += usize::from(!matches!(access.actor.principal, Principal::Unknown { .. }));
        }
    }
    println!("{read} records read, {named} with a named actor");
    assert!(read > 0, "the folder holds no records");
    assert!(named * 10 > read * 8, "most real records name their actor: {named} of {read}");
}

#[test]
fn every_envelope_opens() {
    let Some(folder) = corpus().map(|folder| folder.join("envelopes")).filter(|folder| folder.is_dir()) else { return };
    let mut paths = Vec::new();
    files(&folder, &|path| path.ends_with(".json") && !path.ends_with("INDEX.json"), &mut paths);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let contents = open(&text);
        let found =
            contents.records.len() + contents.log_files.len() + contents.other.len() + contents.unreadable.len();
        assert!(found > 0, "{} came to nothing", path.display());
        for raw in &contents.records {
            assert!(Record::parse(&raw.json).is_ok(), "{}", path.display());
        }
    }
}
