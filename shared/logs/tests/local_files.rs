//! What is found in folders, and in which order.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use portcullis_logs::{FindError, Found, Input, Selection, find};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn with(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for file in files {
            folder.file(file, "{}");
        }
        folder
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn find(&self, paths: &[&str], selection: &Selection) -> Result<Found, FindError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path)).collect();
        find(&paths, selection)
    }

    /// The names of what is found, from the folder on.
    fn names(&self, paths: &[&str], selection: &Selection) -> Vec<String> {
        let found = self.find(paths, selection).unwrap();
        assert_eq!(found.unread, []);
        found.files.into_inputs().map(|timed| self.short(&timed.input.name())).collect()
    }

    fn short(&self, name: &str) -> String {
        let path = Path::new(name).strip_prefix(self.0.path()).unwrap();
        path.display().to_string()
    }
}

fn log(account: &str, region: &str, time: &str) -> String {
    let day = format!("{}/{}/{}", &time[..4], &time[4..6], &time[6..8]);
    format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{time}_Ab12Cd34Ef56Gh78.json.gz")
}

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

#[test]
fn one_order_over_accounts_and_regions() {
    let logs = [
        log(OTHER, "us-east-1", "20260105T0800Z"),
        log(ONE, "eu-west-1", "20260105T0805Z"),
        log(ONE, "us-east-1", "20260105T2355Z"),
        log(OTHER, "eu-west-1", "20260106T0000Z"),
        log(ONE, "eu-west-1", "20260201T0000Z"),
    ];
    let folder = Folder::with(&logs.each_ref().map(String::as_str));
    assert_eq!(folder.names(&[""], &Selection::default()), logs);
}

#[test]
fn other_names_come_in_the_order_of_their_first_records() {
    let folder = Folder::with(&[]);
    let record = |time: &str| format!(r#"{{"eventVersion":"1.11","eventTime":"{time}"}}"#);
    folder.file("c.json", record("2026-01-05T08:00:00Z"));
    folder.file("a.jsonl", record("2026-01-05T09:00:00Z"));
    folder.file("nothing", "");
    folder.file("no.time", "{}");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(record("2026-01-05T08:30:00Z").as_bytes()).unwrap();
    folder.file("b/000000.gz", gzip.finish().unwrap());
    let named = log(ONE, "eu-west-1", "20260105T0845Z");
    folder.file(&named, "{}");
    assert_eq!(
        folder.names(&[""], &Selection::default()),
        ["c.json", "b/000000.gz", &named, "a.jsonl", "no.time", "nothing"]
    );
    assert_eq!(folder.find(&[""], &Selection::default()).unwrap().tally.unnamed, 5);
}

#[test]
fn what_is_no_log_is_left_out_of_folders_and_told() {
    let digest = format!("AWSLogs/{ONE}/CloudTrail-Digest/eu-west-1/2026/01/05/digest.json.gz");
    let insight = format!("AWSLogs/{ONE}/CloudTrail-Insight/eu-west-1/insight.json.gz");
    let folder = Folder::with(&[
        "portcullis.yaml",
        "README.md",
        "notes.md",
        ".DS_Store",
        ".git/config",
        "x.json",
        &digest,
        &insight,
    ]);
    assert_eq!(folder.names(&[""], &Selection::default()), [insight.as_str(), "x.json"]);
    let left_out = folder.find(&[""], &Selection::default()).unwrap().tally.left_out;
    let expected = [("*.md", 2), ("*.yaml", 1), ("folders of digests", 1), ("hidden", 1), ("hidden folders", 1)];
    assert_eq!(left_out, BTreeMap::from(expected.map(|(what, count)| (what.to_owned(), count))));
    // Whoever names it wants it.
    assert_eq!(folder.names(&["README.md", ".git"], &Selection::default()), ["README.md", ".git/config"]);
}

#[test]
fn names_rule_files_out() {
    let [wanted, early, late, elsewhere] = [
        log(ONE, "eu-west-1", "20260105T0800Z"),
        log(ONE, "eu-west-1", "20260104T2359Z"),
        log(ONE, "eu-west-1", "20260107T0000Z"),
        log(ONE, "us-east-1", "20260105T0800Z"),
    ];
    let folder = Folder::with(&[&wanted, &early, &late, &elsewhere, "export.json"]);
    let selection = Selection {
        since: Some("2026-01-05T00:00:00Z".parse().unwrap()),
        until: Some("2026-01-06T00:00:00Z".parse().unwrap()),
        regions: vec!["eu-west-1".to_owned()],
        ..Selection::default()
    };
    assert_eq!(folder.names(&[""], &selection), [wanted.as_str(), "export.json"]);
    assert_eq!(folder.find(&[""], &selection).unwrap().tally.not_wanted, 3);
    assert_eq!(folder.names(&[&early], &selection), [early.as_str()], "named by itself it is read");
}

#[test]
fn globs() {
    let folder = Folder::with(&["a/1.json", "a/2.json", "a/b/3.json", "a/.hidden.json", "c/4.json"]);
    assert_eq!(folder.names(&["a/*.json"], &Selection::default()), ["a/1.json", "a/2.json"]);
    assert_eq!(folder.names(&["**/[13].json"], &Selection::default()), ["a/1.json", "a/b/3.json"]);
    assert_eq!(folder.names(&["[ac]"], &Selection::default()).len(), 4, "folders that match are entered");
    let nothing = folder.find(&["a/*.gz"], &Selection::default()).unwrap_err();
    assert_eq!(nothing, FindError::NoMatch(folder.path("a/*.gz").display().to_string()));
    let bad = folder.find(&["a/[.json"], &Selection::default()).unwrap_err();
    assert!(matches!(bad, FindError::NoPattern(..)), "{bad}");
    let missing = folder.find(&["d"], &Selection::default()).unwrap_err();
    assert_eq!(missing, FindError::Missing(folder.path("d").display().to_string()));
    // A file may be named as patterns are.
    folder.file("e[1].json", "{}");
    assert_eq!(folder.names(&["e[1].json"], &Selection::default()), ["e[1].json"]);
}

#[test]
fn each_file_once() {
    let folder = Folder::with(&["a/1.json", "a/2.json"]);
    assert_eq!(folder.names(&["a", "a/1.json", "a/../a", "a/*"], &Selection::default()), ["a/1.json", "a/2.json"]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes() {
    let folder = Folder::with(&["a/1.json"]);
    std::os::unix::fs::symlink(folder.path("a"), folder.path("a/back")).unwrap();
    std::os::unix::fs::symlink(folder.path("gone"), folder.path("a/broken")).unwrap();
    let found = folder.find(&["a"], &Selection::default()).unwrap();
    assert_eq!((found.files.len(), found.files.bytes()), (1, 2));
    assert_eq!(found.unread.len(), 1, "{:?}", found.unread);
    assert!(found.unread.first().unwrap().file.ends_with("a/broken"));
    // What a shell makes of `<(…)`.
    let device = find(&[PathBuf::from("/dev/null")], &Selection::default()).unwrap();
    let inputs: Vec<Input> = device.files.into_inputs().map(|timed| timed.input).collect();
    assert!(matches!(inputs.as_slice(), [Input::Stream { name, .. }] if name == "/dev/null"), "{inputs:?}");
}
