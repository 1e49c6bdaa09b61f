//! Any bytes as a log file or message: nothing panics, and nothing that is not blank comes to nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_cloudtrail::{inflate, open};
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_settings::{Inventory, parse};

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| {
    let settings = parse(include_str!("../../../shared/detection/rules/portcullis.yaml")).unwrap_or_default();
    Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default())
});

fuzz_target!(|bytes: &[u8]| {
    let inflated = inflate(bytes, 1 << 20);
    let text = String::from_utf8_lossy(&inflated.data);
    let contents = open(&text);
    let tally = Detector::new(&PIPELINE, None).take(contents.records.iter().map(|raw| &*raw.json));
    assert!(tally.findings.iter().all(|finding| !finding.evidence.is_empty()));
});
