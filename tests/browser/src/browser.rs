//! A browser, as far as the tests need it: WebDriver (W3C) and, through it, some of the DevTools protocol.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::driver::{CHROMIUM, Driver, program};

/// Nothing that calls home, and no sandbox, which root cannot have.
const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// A headless Chromium with a profile of its own.
#[derive(Debug)]
pub struct Browser {
    agent: Agent,
    session: String,
    // In this order they go: the browser, what drives it, its profile.
    _driver: Driver,
    _profile: TempDir,
}

/// What a page is shown on.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width, in CSS pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Whether the reader likes it dark.
    pub dark: bool,
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// When one of the programs is missing or does not start.
    pub fn start() -> Result<Self> {
        let driver = Driver::start()?;
        let profile = TempDir::new()?;
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let binary = program(CHROMIUM).with_context(|| format!("`{CHROMIUM}` is not installed"))?;
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"binary": binary, "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let answer = post(&agent, &format!("{}/session", driver.address()), &wanted)?;
        let id = answer.get("sessionId").and_then(Value::as_str).context("a session without id")?;
        let session = format!("{}/session/{id}", driver.address());
        Ok(Self { agent, session, _driver: driver, _profile: profile })
    }

    fn command(&self, path: &str, body: &Value) -> Result<Value> {
        post(&self.agent, &format!("{}/{path}", self.session), body)
    }

    /// A command of the DevTools protocol.
    ///
    /// # Errors
    ///
    /// When the browser refuses it.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.command("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Opens a file, at a place in it where one is named.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn open(&self, file: &Path, place: &str) -> Result<()> {
        let address = format!("file://{}{place}", file.display());
        // A mere change of place would not load the page anew.
        self.command("url", &json!({"url": "about:blank"}))?;
        self.command("url", &json!({"url": address})).map(|_| ())
    }

    /// What a piece of script says: run from outside, as the developer tools do, whatever the page allows.
    ///
    /// # Errors
    ///
    /// When it throws.
    pub fn ask(&self, script: &str) -> Result<Value> {
        self.command("execute/sync", &json!({"script": format!("return {script}"), "args": []}))
    }

    /// Everything that the page has written to the console, violations of its policy included. Says it once.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn console(&self) -> Result<Vec<String>> {
        let said = self.command("se/log", &json!({"type": "browser"}))?;
        let lines = said.as_array().context("a console without lines")?;
        Ok(lines.iter().map(|line| line.get("message").and_then(Value::as_str).unwrap_or("?").to_owned()).collect())
    }

    /// Shows pages on another screen from now on.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn show_on(&self, screen: Screen) -> Result<()> {
        let Screen { width, height, dark } = screen;
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &media).map(|_| ())
    }

    /// A picture of the page from its top, as PNG: so high, or all of it.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn picture(&self, width: u32, height: Option<u32>) -> Result<Vec<u8>> {
        let all = self.ask("document.documentElement.scrollHeight")?.as_u64().unwrap_or(1000);
        // Chromium draws no higher picture.
        let height = height.map_or(all, u64::from).min(all).min(16_000);
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let taken = self.devtools("Page.captureScreenshot", &wanted)?;
        decoded(taken.get("data"))
    }

    /// The page in print, as PDF: A4, colors of the background as a printer leaves them out.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn print(&self) -> Result<Vec<u8>> {
        let page = json!({"width": 21.0, "height": 29.7});
        decoded(Some(&self.command("print", &json!({"page": page, "background": false}))?))
    }

    /// Presses the tabulator.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn press_tab(&self) -> Result<()> {
        let key = "\u{e004}";
        let keys = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.command("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})).map(|_| ())
    }

    /// Every node that assistive technology is told of: role and name.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn told(&self) -> Result<Vec<(String, String)>> {
        self.devtools("Accessibility.enable", &json!({}))?;
        let tree = self.devtools("Accessibility.getFullAXTree", &json!({}))?;
        let nodes = tree.get("nodes").and_then(Value::as_array).context("a tree without nodes")?;
        let heard = nodes.iter().filter(|node| node.get("ignored") != Some(&Value::Bool(true)));
        let word = |node: &Value, key: &str| {
            node.get(key).and_then(|value| value.get("value")).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Ok(heard.map(|node| (word(node, "role"), word(node, "name"))).collect())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes the browser and all its processes.
        let _ = self.agent.delete(&self.session).call();
    }
}

fn post(agent: &Agent, address: &str, body: &Value) -> Result<Value> {
    let mut answer = agent.post(address).send_json(body)?;
    let status = answer.status();
    let mut said: Value = answer.body_mut().with_config().limit(200 << 20).read_json()?;
    ensure!(status.is_success(), "{address}: {status}: {said}");
    Ok(said.get_mut("value").map(Value::take).unwrap_or_default())
}

fn decoded(data: Option<&Value>) -> Result<Vec<u8>> {
    Ok(STANDARD.decode(data.and_then(Value::as_str).context("nothing was drawn")?)?)
}
