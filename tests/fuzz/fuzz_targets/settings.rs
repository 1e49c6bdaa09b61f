//! Any text as portcullis.yaml: no panic, and every problem has a place in the text or right behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problems) = portcullis_settings::parse(text) {
        // YAML counts a lone carriage return as the end of a line, too, and what is missing is missed behind the last.
        let lines = text.matches(['\n', '\r']).count() + 2;
        assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)), "{problems}");
        let _ = problems.render("fuzz.yaml", text);
    }
});
