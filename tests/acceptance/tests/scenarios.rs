//! Every folder of `scenarios/` is a test: input and settings in, everything that comes of them compared as a whole.

#[path = "scenarios/outcome.rs"]
mod outcome;
#[path = "scenarios/pager.rs"]
mod pager;
#[path = "scenarios/pipeline.rs"]
mod pipeline;

use std::env;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// When set, expected outcomes are written rather than compared.
const BLESS: &str = "PORTCULLIS_BLESS";

fn scenario(input: &Path) -> datatest_stable::Result<()> {
    let folder = input.parent().ok_or("the input stands in no folder")?;
    let settings = fs::read_to_string(folder.join("portcullis.yaml"))?;
    let mut found = pipeline::run(&fs::read_to_string(input)?, &settings)?.to_json();
    // Whether a map keeps its order depends on which crates are built along, so that it is sorted.
    found.sort_all_objects();
    let path = folder.join("expected.json");
    if env::var_os(BLESS).is_some() {
        return Ok(fs::write(path, format!("{found:#}\n"))?);
    }
    let expected = fs::read_to_string(&path);
    let expected = expected.map_err(|error| format!("{}: {error}; {BLESS}=1 writes it", path.display()))?;
    let mut expected: Value = serde_json::from_str(&expected)?;
    expected.sort_all_objects();
    if expected == found {
        return Ok(());
    }
    Err(format!("{} differs\n{}", path.display(), difference(&format!("{expected:#}"), &format!("{found:#}"))).into())
}

/// The first lines that differ, with what stands before them, and the whole outcome for whoever needs it.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(expected, found)| expected == found).count();
    let show = |text: &str, sign: char| -> String {
        text.lines().skip(same).take(8).map(|line| format!("{sign} {line}\n")).collect()
    };
    let before: String =
        expected.lines().take(same).skip(same.saturating_sub(3)).map(|line| format!("  {line}\n")).collect();
    let (missing, surplus) = (show(expected, '-'), show(found, '+'));
    format!("from line {}:\n{before}{missing}{surplus}\neverything found:\n{found}", same + 1)
}

datatest_stable::harness! {
    { test = scenario, root = "scenarios", pattern = r"/input\.json$" },
}
