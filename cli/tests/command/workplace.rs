//! A folder of its own for each test, and the command run in it.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use portcullis_detection::{RuleSet, built_in};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than any run takes, shorter than anybody waits.
const PATIENCE: Duration = Duration::from_mins(1);

/// The settings that most tests are about.
pub(crate) const SETTINGS: &str = "mode: enforce
assets:
  - name: payroll secrets
    secret: prod/payroll/*
    tier: critical
    authorized: ['arn:aws:iam::111122223333:role/payroll/*']
protected: ['arn:aws:iam::*:role/break-glass/*']
";

/// A folder in which the command runs.
pub(crate) struct Workplace(TempDir);

/// What the command said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The exit code.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workplace {
    /// With [`SETTINGS`] in it.
    pub(crate) fn new() -> Self {
        let workplace = Self(tempfile::tempdir().unwrap());
        workplace.file("portcullis.yaml", SETTINGS);
        workplace
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Runs the command with an empty environment: no AWS variables, no home to find credentials in, no path.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[])
    }

    /// The same with some variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        self.run_on(arguments, variables, Stdio::null())
    }

    /// The same with a file of the folder on standard input.
    pub(crate) fn run_reading(&self, arguments: &[&str], name: &str) -> Said {
        self.run_on(arguments, &[], File::open(self.path().join(name)).unwrap().into())
    }

    fn run_on(&self, arguments: &[&str], variables: &[(&str, &str)], stdin: Stdio) -> Said {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied()).stdin(stdin);
        Running::start(command).said()
    }

    /// The command, to be changed and started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }
}

/// The command while it runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: File,
    stderr: File,
}

impl Running {
    /// Starts it. Files take any amount of output, where a pipe that nobody reads would stop the command.
    pub(crate) fn start(mut command: Command) -> Self {
        let [stdout, stderr] = [tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap()];
        command.stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
        Self { child: command.spawn().unwrap(), stdout, stderr }
    }

    /// Waits for its end.
    pub(crate) fn said(mut self) -> Said {
        let status = ended(&mut self.child);
        let code = status.code().unwrap_or_else(|| panic!("{status}: {}", whole(&mut self.stderr)));
        Said { code, stdout: whole(&mut self.stdout), stderr: whole(&mut self.stderr) }
    }
}

/// Waits for the end of a command, but not for ever.
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the command did not end");
        }
        sleep(Duration::from_millis(5));
    }
}

fn whole(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

impl Said {
    /// What a replay tells people: one screen.
    pub(crate) fn screen(&self) -> &str {
        assert!(self.stdout.starts_with("mode ") && self.stdout.lines().count() <= 40, "{self:?}");
        self.stdout.trim_end()
    }

    /// Fails unless the screen has each of these somewhere.
    pub(crate) fn tells(&self, all: &[&str]) {
        for told in all {
            assert!(self.screen().contains(told), "{told} is not in\n{}", self.stdout);
        }
    }

    /// What could not be read, in the JSON of a replay: file, place and reason, one on each line.
    pub(crate) fn unreadable(&self) -> String {
        let document = self.json();
        let one = |one: &Value| {
            let [file, place, reason] =
                ["file", "place", "reason"].map(|member| one[member].as_str().unwrap().to_owned());
            format!("{file}, {place}: {reason}")
        };
        let all: Vec<String> = document["unreadable"].as_array().unwrap().iter().map(one).collect();
        all.join("\n")
    }

    /// Standard output, with the number of built-in rules as `N`: it grows with every rule, and `own` are the test's.
    pub(crate) fn without_count(&self, own: usize) -> String {
        let built_in = RuleSet::load(&built_in()).rules().count();
        let told = format!("rules: {} loaded", built_in + own);
        assert!(self.stdout.contains(&told), "{told}: {self:?}");
        self.stdout.replace(&told, &format!("rules: N + {own} loaded"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Compressed as CloudTrail's log files are.
pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}
