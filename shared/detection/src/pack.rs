//! The built-in rules, compiled into the binary.

use crate::ruleset::RuleFile;

macro_rules! pack {
    ($($name:literal),+ $(,)?) => {
        [$((concat!($name, ".yml"), include_str!(concat!("../rules/", $name, ".yml")))),+]
    };
}

/// The built-in rule files, in the order of their names. Each has its events beside it: `rules/NAME.events.json`.
pub fn built_in() -> Vec<RuleFile> {
    let files = pack![
        "denied-access-critical-asset",
        "key-disabled-or-scheduled-for-deletion",
        "secrets-read-in-batch",
        "trail-stopped-or-blinded",
        "unauthorized-access-critical-asset",
    ];
    files.into_iter().map(|(name, yaml)| RuleFile { name: name.to_owned(), yaml: yaml.to_owned() }).collect()
}
