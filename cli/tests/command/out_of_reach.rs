//! Files that may not be read, and links that lead nowhere or back.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::record::{log_file, read};
use crate::workplace::{Running, Workplace, gzip};

/// Whoever has no rights anywhere, on every Unix.
const NOBODY: u32 = 65534;

fn log(number: u32) -> Vec<u8> {
    gzip(&log_file(&[read(number, "team/reporting", "prod/payroll/db")]))
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Permissions mean nothing to root, so that the command is then run as nobody.
#[test]
fn without_permission() {
    let workplace = Workplace::new();
    for number in 1..=4 {
        workplace.file(&format!("logs/{number}.json.gz"), log(number));
    }
    workplace.file("logs/shut/5.json.gz", log(5));
    set_mode(workplace.path(), 0o755);
    let (file, folder) = (workplace.path().join("logs/2.json.gz"), workplace.path().join("logs/shut"));
    set_mode(&file, 0o000);
    set_mode(&folder, 0o000);
    let mut command = workplace.command(&["replay", "logs", "--format", "json"]);
    if fs::read(&file).is_ok() {
        let reachable = Path::new(env!("CARGO_BIN_EXE_portcullis"))
            .ancestors()
            .skip(1)
            .all(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0));
        if !reachable {
            return println!("skipped: run by root, from where nobody else may run the command");
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    let said = Running::start(command).said();
    set_mode(&folder, 0o755);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""), "{said:?}");
    let document = said.json();
    assert_eq!(document["summary"]["records"], 3, "{document:#}");
    let unreadable = document["unreadable"].as_array().unwrap();
    let told: BTreeSet<_> = unreadable.iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(told, BTreeSet::from(["logs/2.json.gz", "logs/shut"]));
    assert!(unreadable.iter().all(|one| one["reason"].as_str().unwrap().contains("Permission denied")), "{document:#}");
}

#[test]
fn links_that_lead_back_or_nowhere() {
    let workplace = Workplace::new();
    workplace.file("logs/deep/1.json.gz", log(1));
    workplace.file("elsewhere/2.json.gz", log(2));
    let link = |to: &str, from: &str| symlink(to, workplace.path().join(from)).unwrap();
    link("..", "logs/deep/up");
    link("../logs", "logs/again");
    link("../elsewhere/2.json.gz", "logs/2.json.gz");
    link("nowhere", "logs/gone.json.gz");
    link("itself.json.gz", "logs/itself.json.gz");
    let said = workplace.run(&["replay", "logs", "--format", "json"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""), "{said:?}");
    let document = said.json();
    assert_eq!(document["summary"]["records"], 2, "each once: {document:#}");
    assert_eq!(document["summary"]["duplicates"], 0);
    let told: Vec<_> =
        document["unreadable"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(told, ["logs/gone.json.gz", "logs/itself.json.gz"]);
}
