//! The forms that an answer is printed in.

mod csv;
mod ndjson;
mod table;

pub use csv::csv;
pub use ndjson::ndjson;
pub use table::table;

/// Text from a log, without what could command a terminal or turn the text around it.
fn clean(text: &str) -> String {
    let is_harmful = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}
