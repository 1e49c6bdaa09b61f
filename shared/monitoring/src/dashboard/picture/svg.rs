//! Plain SVG: a few shapes, text, and the care that whatever is written is text.

use std::fmt::Write as _;

/// The fonts that text is set in: those of the reader's system.
const FONTS: &str = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif";

/// A picture as it is drawn.
#[derive(Debug)]
pub(super) struct Svg {
    text: String,
}

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// How text is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f64,
    pub(super) color: &'static str,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
}

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Area {
    /// What is left when so much is taken from each side: left, top, right, bottom.
    pub(super) fn without(self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self {
            x: self.x + left,
            y: self.y + top,
            width: (self.width - left - right).max(1.0),
            height: (self.height - top - bottom).max(1.0),
        }
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

impl Style {
    /// Text that begins at its place.
    pub(super) const fn new(size: f64, color: &'static str) -> Self {
        Self { size, color, bold: false, anchor: Anchor::Start }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

impl Svg {
    /// An empty picture with a title, for those who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let (width, height) = (number(width), number(height));
        let mut text = String::new();
        push(
            &mut text,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
                 height=\"{height}\" role=\"img\" font-family=\"{}\">\n<title>{}</title>\n",
                escaped(FONTS),
                escaped(title)
            ),
        );
        Self { text }
    }

    pub(super) fn rect(&mut self, area: Area, fill: &str, stroke: Option<&str>, radius: f64) {
        let Area { x, y, width, height } = area;
        let [x, y, width, height, radius] = [x, y, width, height, radius].map(number);
        let stroke = stroke.map(|color| format!(" stroke=\"{}\"", escaped(color))).unwrap_or_default();
        let radius = if radius == "0" { String::new() } else { format!(" rx=\"{radius}\"") };
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{radius} fill=\"{}\"{stroke}/>\n",
            escaped(fill)
        ));
    }

    /// A straight line; dashed if so said.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str, dashed: bool) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        let dashes = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        self.push(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{}\"{dashes}/>\n",
            escaped(color)
        ));
    }

    /// Points joined by a line.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], color: &str) {
        self.push(format_args!(
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" stroke-linejoin=\"round\"/>\n",
            path(points),
            escaped(color)
        ));
    }

    /// The area within points.
    pub(super) fn polygon(&mut self, points: &[(f64, f64)], fill: &str) {
        self.push(format_args!("<path d=\"{}Z\" fill=\"{}\" fill-opacity=\"0.85\"/>\n", path(points), escaped(fill)));
    }

    pub(super) fn dot(&mut self, at: (f64, f64), color: &str) {
        let [x, y] = [at.0, at.1].map(number);
        self.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{}\"/>\n", escaped(color)));
    }

    pub(super) fn text(&mut self, x: f64, y: f64, style: Style, text: &str) {
        let [x, y, size] = [x, y, style.size].map(number);
        let weight = if style.bold { " font-weight=\"600\"" } else { "" };
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.push(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\"{weight}{anchor}>{}</text>\n",
            escaped(style.color),
            escaped(text)
        ));
    }

    /// Pieces of text one after the other, each in its style.
    pub(super) fn runs(&mut self, x: f64, y: f64, runs: &[(Style, String)]) {
        let [x, y] = [x, y].map(number);
        self.push(format_args!("<text x=\"{x}\" y=\"{y}\" xml:space=\"preserve\">"));
        for (style, text) in runs {
            let weight = if style.bold { " font-weight=\"600\"" } else { "" };
            self.push(format_args!(
                "<tspan font-size=\"{}\" fill=\"{}\"{weight}>{}</tspan>",
                number(style.size),
                escaped(style.color),
                escaped(text)
            ));
        }
        self.push(format_args!("</text>\n"));
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        push(&mut self.text, arguments);
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        push(&mut path, format_args!("{}{} {}", if index == 0 { 'M' } else { 'L' }, number(*x), number(*y)));
    }
    path
}

/// With at most one decimal.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as the content of an element or the value of an attribute, whatever it holds. What XML cannot hold is shown as such.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// About how wide a text is at most: fonts differ, so that there is room to spare.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.34,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '/' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.0,
        c if c.is_ascii_uppercase() => 0.74,
        c if c.is_ascii() => 0.65,
        c if u32::from(c) >= 0x1100 => 1.1,
        _ => 0.7,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// A text that fits; what does not ends in an ellipsis.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if width(&short, size) + size > room {
            short.pop();
            break;
        }
    }
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("a & b < c > \"d\" 'e'", "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;" ; "what XML takes for its own")]
    #[test_case("a\u{0}b\u{1b}[31m\u{ffff}", "a\u{fffd}b\u{fffd}[31m\u{fffd}" ; "what XML cannot hold")]
    #[test_case("Löhne 給料", "Löhne 給料" ; "any language")]
    fn text_stays_text(text: &str, expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test_case(1.0, "1" ; "whole")]
    #[test_case(1.25, "1.2" ; "a decimal")]
    #[test_case(-0.01, "0" ; "no zero below zero")]
    #[test_case(f64::NAN, "0" ; "no number")]
    fn numbers_are_short(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn what_does_not_fit_is_shortened() {
        assert_eq!(fitted("payroll", 10.0, 100.0), "payroll");
        let short = fitted("arn:aws:iam::111122223333:role/payroll", 10.0, 100.0);
        assert!(short.ends_with('…') && width(&short, 10.0) <= 100.0, "{short}");
        assert_eq!(fitted("payroll", 10.0, 1.0), "…");
    }
}
