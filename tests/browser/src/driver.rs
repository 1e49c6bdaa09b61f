//! `chromedriver`, started for one test on a free port and ended by its process id.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The browser, as Debian's package names it.
pub const CHROMIUM: &str = "chromium";

/// What drives it (Debian's package `chromium-driver`).
pub const DRIVER: &str = "chromedriver";

/// A running `chromedriver`.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    port: u16,
}

/// Which of the two programs are missing.
pub fn missing() -> Vec<&'static str> {
    [CHROMIUM, DRIVER].into_iter().filter(|name| program(name).is_none()).collect()
}

/// Where a program is.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

impl Driver {
    /// Starts it on a port of the loopback interface that the system chooses.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or ends without having said its port.
    pub fn start() -> Result<Self> {
        let mut child = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start `{DRIVER}`"))?;
        let said = child.stdout.take().context("its output is not to be had")?;
        // `ChromeDriver was started successfully on port 41234.`
        for line in BufReader::new(said).lines() {
            let line = line?;
            let port =
                line.split("successfully on port ").nth(1).and_then(|rest| rest.trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                return Ok(Self { child, port });
            }
        }
        let _ = child.kill();
        bail!("`{DRIVER}` ended without saying on which port it listens")
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser was closed before; what is left is this one process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
