//! The built-in rules, compiled into the binary.

use crate::ruleset::RuleFile;

/// File name and text of every rule below `rules/`; `build.rs` writes the table.
static PACK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pack.rs"));

/// The built-in rule files, named `AREA/NAME.yml`, in the order of their names whatever the area. Each has its cases
/// beside it: `rules/AREA/NAME.events.json`.
pub fn built_in() -> Vec<RuleFile> {
    PACK.iter().map(|(name, yaml)| RuleFile { name: (*name).to_owned(), yaml: (*yaml).to_owned() }).collect()
}

/// Whether a file is one of them, unchanged.
pub(crate) fn is_built_in(file: &RuleFile) -> bool {
    PACK.iter().any(|(name, yaml)| *name == file.name && *yaml == file.yaml)
}
