//! Any bytes as a log file or message: nothing panics, and nothing that is not blank comes to nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_cloudtrail::{inflate, open};
use portcullis_detection::{Pipeline, RuleSet, Tally, built_in};
use portcullis_settings::{Inventory, parse};

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| Pipeline {
    rules: RuleSet::load(&built_in()),
    settings: parse(include_str!("../../../shared/detection/rules/portcullis.yaml")).unwrap_or_default(),
    inventory: Inventory::default(),
});

fuzz_target!(|bytes: &[u8]| {
    let inflated = inflate(bytes, 1 << 20);
    let text = String::from_utf8_lossy(&inflated.data);
    let mut tally = Tally::default();
    PIPELINE.examine_all(open(&text), &mut tally, |_| {});
    assert!(tally.findings.iter().all(|finding| !finding.evidence.is_empty()));
});
