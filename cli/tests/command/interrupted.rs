//! Ctrl-C, and readers that go away.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::spawn;
use std::time::Duration;

use crate::record::{log_file, read};
use crate::workplace::{Running, Said, Workplace, ended};

/// More than a pipe takes without a reader.
const ENOUGH: u32 = 400;

/// A pipe in the folder that never comes to its end, and into which more records have gone than it can hold, so that the command
/// is reading it.
fn pipe(workplace: &Workplace) -> File {
    let path = workplace.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    // Opened for both, it waits for nobody, and whoever reads it meets no end.
    File::options().read(true).write(true).open(path).unwrap()
}

fn fill(pipe: &File) {
    let mut pipe = pipe.try_clone().unwrap();
    let (done, filled) = channel();
    spawn(move || {
        for number in 1..=ENOUGH {
            writeln!(pipe, "{}", read(number, "team/reporting", "prod/payroll/db")).unwrap();
        }
        done.send(()).unwrap();
    });
    filled
        .recv_timeout(Duration::from_mins(1))
        .unwrap_or_else(|error| panic!("the command does not read the pipe: {error}"));
}

/// What Ctrl-C in a terminal sends.
fn interrupt(running: &Running) {
    let kill = Command::new("kill").arg("-INT").arg(running.child.id().to_string()).status().unwrap();
    assert!(kill.success());
}

/// A file, then a pipe that stands still, then Ctrl-C.
fn interrupted(format: &str) -> Said {
    let workplace = Workplace::new();
    workplace.file("first.json", log_file(&[read(ENOUGH + 1, "team/other", "prod/payroll/tax")]));
    let pipe = pipe(&workplace);
    let running = Running::start(workplace.command(&["replay", "first.json", "pipe", "--format", format]));
    fill(&pipe);
    interrupt(&running);
    running.said()
}

#[test]
fn ctrl_c_prints_what_there_is() {
    let said = interrupted("json");
    assert_eq!(said.code, 1, "{said:?}");
    let document = said.json();
    assert_eq!(document["summary"]["interrupted"], true, "{document:#}");
    let findings = document["findings"].as_array().unwrap();
    let other =
        findings.iter().filter(|entry| entry["finding"]["actor"].to_string().contains("role/team/other")).count();
    assert_eq!(other, 1, "what was read before is there: {document:#}");
    let records = document["summary"]["records"].as_u64().unwrap();
    assert!((1..=u64::from(ENOUGH) + 1).contains(&records), "{records}");
    assert_eq!(findings.len() as u64, records, "each record is a finding");
}

#[test]
fn ctrl_c_is_told_to_people() {
    let said = interrupted("table");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("interrupted"), "{said:?}");
    assert!(said.stdout.contains("team/other"), "{said:?}");
}

/// `portcullis replay … | head`: no panic, no message.
#[test]
fn a_reader_that_goes_away() {
    for format in ["table", "json", "ndjson", "csv", "ocsf", "asff"] {
        let workplace = Workplace::new();
        let mut command = workplace.command(&["replay", "-", "--format", format]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut input = child.stdin.take().unwrap();
        let reads: Vec<_> = (1..=50).map(|number| read(number, "team/reporting", "prod/payroll/db")).collect();
        input.write_all(log_file(&reads).as_bytes()).unwrap();
        drop(input);
        let status = ended(&mut child);
        let told = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert_eq!((status.code(), told.as_str()), (Some(0), ""), "{format}");
    }
}
