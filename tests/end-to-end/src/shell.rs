//! A shell as the person has it who follows the runbook: `aws` and `portcullis` on the path, and names that stay.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::aws::Aws;
use crate::cli::Ran;
use crate::paths;

/// Runs one command and keeps the names that it gives values to. The shell ends by itself where a name has none (`-u`),
/// and a pipe fails with any part of it.
const SCRIPT: &str = "set -auo pipefail
eval \"$SHELL_COMMAND\"
SHELL_CODE=$?
env -0 > \"$SHELL_NAMES\"
exit $SHELL_CODE
";

/// Has the AWS CLI that listens at `SHELL_AWS` make a call, and ends as that does. Version 1 looks for SQS at an address of
/// its own, unless the command itself names another.
const CALL: &str = r#"import json, os, socket, sys
words = sys.argv[1:]
if words[:1] == ["sqs"]:
    words += ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(os.environ["SHELL_AWS"])
    socket.send_fds(connection, [b"\n"], [0, 1, 2])
    call = {"words": words, "folder": os.getcwd(), "names": dict(os.environ)}
    connection.sendall(json.dumps(call).encode())
    connection.shutdown(socket.SHUT_WR)
    sys.exit(int(connection.recv(8) or b"255"))
"#;

/// Nothing listens here: the discard port of the loopback address.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A shell in a folder of its own.
#[derive(Debug)]
pub struct Shell {
    folder: PathBuf,
    names: BTreeMap<String, String>,
}

impl Shell {
    /// A shell in the new folder `folder`, signed in as `who`. `aws` is the socket at which the AWS CLI takes calls.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made, or a command is not there.
    pub fn open(folder: &Path, who: &Aws, aws: &Path) -> Result<Self> {
        let python = paths::emulator_python().context("the emulator is not installed; run cargo xtask test")?;
        let portcullis = paths::binary(&paths::debug_binaries(), "portcullis")?;
        let tools = folder.join(".bin");
        std::fs::create_dir_all(&tools).with_context(|| format!("failed to make {}", tools.display()))?;
        let call = tools.join("aws");
        // Without the site, which costs more than all the rest of it.
        std::fs::write(&call, format!("#!{} -IS\n{CALL}", python.display()))?;
        std::fs::set_permissions(&call, std::fs::Permissions::from_mode(0o755))?;
        std::os::unix::fs::symlink(portcullis, tools.join("portcullis"))?;
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let fixed = [
            ("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", tools.display())),
            ("HOME", folder.display().to_string()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("SHELL_AWS", aws.display().to_string()),
            ("SHELL_CALLS", folder.join(".calls").display().to_string()),
            ("SHELL_NAMES", folder.join(".names").display().to_string()),
        ];
        names.extend(fixed.into_iter().map(|(name, value)| (name.to_owned(), value)));
        names.extend(who.environment().into_iter().map(|(name, value)| (name.to_owned(), value)));
        Ok(Self { folder: folder.to_owned(), names })
    }

    /// Gives a name a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    /// Writes a file into the shell's folder.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, content).with_context(|| format!("failed to write {}", path.display()))
    }

    /// Runs a command; the names that it gives values to stay.
    ///
    /// # Errors
    ///
    /// When there is no shell.
    pub async fn run(&mut self, command: &str) -> Result<Ran> {
        let ran = self.spawn(command, &[]).await?;
        if let Ok(names) = std::fs::read(self.folder.join(".names")) {
            let text = String::from_utf8_lossy(&names);
            let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
            let pairs = pairs.filter(|(name, _)| !name.starts_with("SHELL_CO") && *name != "SHLVL" && *name != "_");
            self.names.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        Ok(ran)
    }

    /// Runs a command, and forgets the names that it gives values to.
    ///
    /// # Errors
    ///
    /// When there is no shell.
    pub async fn attempt(&self, command: &str) -> Result<Ran> {
        self.spawn(command, &[]).await
    }

    /// Runs a command where AWS cannot be reached, which ends with all that the AWS CLI checks by itself: that there is
    /// such a service and operation, the names of its options, and the form of their values. No name keeps its value.
    ///
    /// # Errors
    ///
    /// When there is no shell.
    pub async fn run_unconnected(&self, command: &str) -> Result<Ran> {
        self.spawn(command, &[("AWS_ENDPOINT_URL", NOWHERE), ("AWS_MAX_ATTEMPTS", "1")]).await
    }

    async fn spawn(&self, command: &str, more: &[(&str, &str)]) -> Result<Ran> {
        let mut process = Command::new("bash");
        process.args(["-c", SCRIPT]).current_dir(&self.folder).stdin(Stdio::null()).env_clear();
        process.envs(&self.names).envs(more.iter().copied()).env("SHELL_COMMAND", command);
        let names = self.folder.join(".names");
        // A shell that ends by itself leaves none.
        let _ = std::fs::remove_file(&names);
        let output = tokio::task::spawn_blocking(move || process.output()).await?.context("failed to run bash")?;
        Ok(Ran {
            line: command.to_owned(),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// The words of each call of `aws` so far, the first being the service.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn calls(&self) -> Result<Vec<Vec<String>>> {
        let noted = match std::fs::read(self.folder.join(".calls")) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read?,
        };
        String::from_utf8_lossy(&noted).lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }
}
