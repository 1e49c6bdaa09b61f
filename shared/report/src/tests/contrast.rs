//! Text can be read against what is behind it, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

use crate::style::SHEET;

/// Text and its ground.
const TEXTS: [(&str, &str); 29] = [
    ("ink", "paper"),
    ("soft", "paper"),
    ("link", "paper"),
    ("ink", "panel"),
    ("soft", "panel"),
    ("critical", "paper"),
    ("high", "paper"),
    ("medium", "paper"),
    ("low", "paper"),
    ("informational", "paper"),
    ("denied", "paper"),
    ("alert-ink", "alert"),
    ("alert-ink", "paper"),
    ("on-pale", "s1"),
    ("on-pale", "s2"),
    ("on-pale", "s3"),
    ("on-deep", "s4"),
    ("on-deep", "s5"),
    ("focus", "paper"),
    ("focus", "panel"),
    ("answered", "paper"),
    ("old", "paper"),
    ("new", "paper"),
    ("high", "panel"),
    ("critical", "panel"),
    ("medium", "panel"),
    ("low", "panel"),
    ("link", "panel"),
    ("informational", "panel"),
];

/// What is drawn needs less than what is read.
const DRAWN: [&str; 4] = ["focus", "answered", "old", "new"];

fn palette(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let channel = |hex: &str, at: usize| -> f64 {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    block
        .split("--")
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once(":#").unwrap();
            (name, [channel(rest, 0), channel(rest, 2), channel(rest, 4)])
        })
        .collect()
}

fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn everything_can_be_read() {
    let (light, dark) = SHEET.split_once("@media screen and (prefers-color-scheme:dark)").unwrap();
    let dark = dark.split('}').next().unwrap();
    for (scheme, palette) in [("light", palette(light)), ("dark", palette(dark))] {
        for (text, ground) in TEXTS {
            let least = if DRAWN.contains(&text) { 3.0 } else { 4.5 };
            let found = contrast(palette[text], palette[ground]);
            assert!(found >= least, "{scheme}: {text} on {ground}: {found:.2}");
        }
    }
}

#[test]
fn black_on_white() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
}
