//! The AWS CLI, started once for all calls.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use portcullis_end_to_end::paths;
use portcullis_end_to_end::runbook::Section;

/// As version 2 has it: a value that begins with `https://` is that, and nothing to fetch.
const CONFIG: &str = "[default]\ncli_follow_urlparam = false\n";

/// The process that calls are forked from. It ends with this.
pub(crate) struct AwsCli {
    child: Child,
    /// Where it takes calls.
    pub(crate) socket: PathBuf,
}

impl AwsCli {
    /// Starts it in `folder`, ready for all that the runbook calls.
    pub(crate) fn start(folder: &Path, sections: &[Section]) -> Result<Self> {
        let python = paths::emulator_python().context("the emulator is not installed; run cargo xtask test")?;
        let aws = python.with_file_name("aws");
        ensure!(aws.is_file(), "the AWS CLI is not installed; run cargo xtask test, which installs it");
        let config = folder.join("config");
        std::fs::write(&config, CONFIG)?;
        let socket = folder.join("aws.socket");
        let commands = sections.iter().flat_map(|section| &section.commands);
        let after_aws = |text: &str| text.split("aws ").nth(1)?.split_whitespace().next().map(service);
        let mut services: Vec<String> = commands.filter_map(|command| after_aws(&command.text)).collect();
        services.sort();
        services.dedup();
        let mut process = Command::new(python);
        process.arg(paths::repository().join("tests/end-to-end/tests/runbook/aws.py")).arg(&socket).args(services);
        process.env("AWS_CONFIG_FILE", config).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = process.spawn().context("failed to start the AWS CLI")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut line)?;
        ensure!(line.trim() == "ready", "the AWS CLI did not start; standard error says why");
        Ok(Self { child, socket })
    }
}

/// The service that a command of the CLI is of, as its model is called.
fn service(command: &str) -> String {
    match command {
        "s3api" => "s3",
        "configservice" => "config",
        other => other,
    }
    .to_owned()
}

impl Drop for AwsCli {
    /// Its standard input closes, upon which it ends.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing more can be done about a failure here.
        let _ = self.child.wait();
    }
}
