//! Any text as a rule file: no panic, and it either loads or says why not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_detection::{RuleFile, RuleSet};

fuzz_target!(|text: &str| {
    let set = RuleSet::load(&[RuleFile { name: "fuzz.yml".to_owned(), yaml: text.to_owned() }]);
    assert!(set.rules().count() + set.problems().len() > 0);
});
