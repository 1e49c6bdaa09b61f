//! Any text as portcullis.yaml: no panic, and every problem has a place inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problems) = portcullis_settings::parse(text) {
        // YAML counts a lone carriage return as the end of a line, too.
        let lines = text.matches(['\n', '\r']).count() + 1;
        assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)), "{problems}");
        let _ = problems.render("fuzz.yaml", text);
    }
});
