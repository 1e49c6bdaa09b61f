//! What other programs take, measured.

use std::fs;
use std::path::Path;

use portcullis_throughput::{Command, Used};

fn run(command: &Command) -> anyhow::Result<Used> {
    let folder = tempfile::tempdir()?;
    command.run(Path::new(env!("CARGO_BIN_EXE_throughput")), folder.path())
}

/// Has so many bytes in memory at once, and no others to speak of.
fn hold(bytes: usize) -> Command {
    Command::new(env!("CARGO_BIN_EXE_throughput"), ["hold".to_owned(), bytes.to_string()])
}

#[test]
fn peak_memory_is_the_programs_own() {
    // What this process has, a program that it starts would be taken to have as well, were it not for the one between.
    let ballast = vec![1_u8; 300_000_000];
    let little = run(&hold(0)).unwrap().peak;
    assert!(little < 50_000_000, "{little} bytes for nothing, beside {}", ballast.len());
    let much = run(&hold(100_000_000)).unwrap().peak - little;
    assert!((99_000_000..105_000_000).contains(&much), "{much} bytes for 100 million");
}

#[test]
fn output_goes_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let used = run(&Command::new("echo", ["hello"]).output(&path)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "hello\n");
    assert!(used.seconds > 0.0 && used.processor_seconds > 0.0, "{used:?}");
}

#[test]
fn a_program_that_fails_says_why() {
    let error = run(&Command::new("sh", ["-c", "echo no such rule >&2; exit 3"])).unwrap_err().to_string();
    assert!(error.contains("ended with Some(3)") && error.contains("no such rule"), "{error}");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = run(&Command::new("/nowhere/rsigma", ["--help"])).unwrap_err().to_string();
    assert!(error.contains("cannot start `/nowhere/rsigma`"), "{error}");
}
