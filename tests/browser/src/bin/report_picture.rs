//! Draws `docs/report.png`: the top of the example's report.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use portcullis_browser::{Browser, Screen};
use portcullis_report::example::Example;
use portcullis_report::render;

fn main() -> Result<()> {
    let example = Example::plain().map_err(|error| anyhow!("{error}"))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.html");
    std::fs::write(&file, render(&example.shown()))?;
    let browser = Browser::start()?;
    browser.show_on(Screen { width: 1280, height: 900, dark: false })?;
    browser.open(&file, "")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("a crate in the workspace")?;
    let picture = root.join("docs/report.png");
    std::fs::write(&picture, browser.picture(1280, Some(1180))?)?;
    println!("{} written", picture.display());
    Ok(())
}
