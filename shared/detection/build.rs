//! Lists the built-in rules, so that adding one takes no more than adding its file.
//!
//! Only the `.yml` files are compiled in; the cases beside them stay out of the binary.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?;
    let rules = Path::new(&root).join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    let mut found = Vec::new();
    for area in directory(&rules)?.into_iter().filter(|path| path.is_dir()) {
        let yaml = |path: &PathBuf| path.extension() == Some(OsStr::new("yml"));
        found.extend(directory(&area)?.into_iter().filter(yaml));
    }
    // By their own names, whatever the area.
    found.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let mut table = String::from("&[\n");
    for path in found {
        let name = path.strip_prefix(&rules)?.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string())?;
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("pack.rs"), table)?;
    Ok(())
}

fn directory(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?)
}
