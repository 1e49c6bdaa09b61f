//! The one way in which anything gets into the page.
//!
//! Text from a log can only become the text between tags, and is escaped on its way there. Attributes take words of our
//! own, numbers, times and [`Anchor`]s, and no text that was read anywhere: to forget the escaping is impossible by type.

use std::fmt::{self, Display, Write as _};

use jiff::Timestamp;
use portcullis_domain::FindingId;

use crate::text::is_unsafe;

/// The longest text that is shown whole, in characters; CloudTrail itself cuts user agents at 1 KB.
const LONGEST: usize = 2000;

/// A page as it is written.
#[derive(Debug, Default)]
pub(crate) struct Page {
    html: String,
}

/// A tag that is open: it takes attributes until it is told what it holds.
#[must_use = "a tag has to be told what it holds"]
#[derive(Debug)]
pub(crate) struct Tag<'p> {
    page: &'p mut Page,
    name: &'static str,
}

/// A place in the page that links lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor(String);

impl Anchor {
    /// A place that is there once.
    pub(crate) fn of(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// One of many alike.
    pub(crate) fn numbered(word: &'static str, number: usize) -> Self {
        Self(format!("{word}-{number}"))
    }

    /// The section of a finding: its id, which is `F-` and hexadecimal digits.
    pub(crate) fn finding(id: &FindingId) -> Self {
        Self(id.to_string())
    }

    /// A place inside this one.
    pub(crate) fn within(&self, word: &'static str) -> Self {
        Self(format!("{}-{word}", self.0))
    }
}

impl Page {
    /// Begins an element.
    pub(crate) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.html.push('<');
        self.html.push_str(name);
        Tag { page: self, name }
    }

    /// Writes text, escaped. Control characters, and those that turn the direction of text or hide, are replaced; what is
    /// too long is cut, which is said.
    pub(crate) fn text(&mut self, text: impl Display) {
        let mut escaping = Escaping { html: &mut self.html, characters: 0 };
        // Writing to a string cannot fail; a `Display` that does has no more to say.
        let _ = write!(escaping, "{text}");
        let beyond = escaping.characters.saturating_sub(LONGEST);
        if beyond > 0 {
            let _ = write!(self.html, "… ({beyond} more characters)");
        }
    }

    /// The style sheet, as it stands.
    pub(crate) fn style(&mut self, sheet: &'static str) {
        self.html.push_str("<style>");
        self.html.push_str(sheet);
        self.html.push_str("</style>");
    }

    /// `<!doctype html>`.
    pub(crate) fn doctype(&mut self) {
        self.html.push_str("<!doctype html>\n");
    }

    /// The page as it stands.
    pub(crate) fn finish(self) -> String {
        self.html
    }
}

impl Tag<'_> {
    /// An attribute with a value of our own.
    pub(crate) fn set(self, name: &'static str, value: &'static str) -> Self {
        self.write(name, value)
    }

    /// Its classes.
    pub(crate) fn class(self, words: &'static str) -> Self {
        self.write("class", words)
    }

    /// An attribute that is a number; one decimal is enough for a screen.
    pub(crate) fn number(self, name: &'static str, value: f64) -> Self {
        self.write(name, Number(value))
    }

    /// Its place.
    pub(crate) fn id(self, anchor: &Anchor) -> Self {
        self.write("id", &anchor.0)
    }

    /// Where it leads: within the page, nowhere else.
    pub(crate) fn to(self, anchor: &Anchor) -> Self {
        self.write("href", format_args!("#{}", anchor.0))
    }

    /// The places that name or describe it.
    pub(crate) fn refers(self, name: &'static str, anchors: &[&Anchor]) -> Self {
        let ids: Vec<&str> = anchors.iter().map(|anchor| anchor.0.as_str()).collect();
        self.write(name, ids.join(" "))
    }

    /// When.
    pub(crate) fn datetime(self, time: Timestamp) -> Self {
        self.write("datetime", time)
    }

    /// The view box of a picture.
    pub(crate) fn view(self, width: f64, height: f64) -> Self {
        self.write("viewBox", format_args!("0 0 {} {}", Number(width), Number(height)))
    }

    /// The corners of a polygon.
    pub(crate) fn points(self, points: &[(f64, f64)]) -> Self {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", Number(*x), Number(*y))).collect();
        self.write("points", points.join(" "))
    }

    /// A policy for the browser that allows the one style sheet and nothing else.
    pub(crate) fn policy(self, style: &crate::style::Hash) -> Self {
        self.write(
            "content",
            format_args!(
                "default-src 'none'; script-src 'none'; style-src '{style}'; img-src 'none'; base-uri 'none'; form-action 'none'"
            ),
        )
    }

    fn write(self, name: &'static str, value: impl Display) -> Self {
        let html = &mut self.page.html;
        html.push(' ');
        html.push_str(name);
        html.push_str("=\"");
        // Nothing that comes here can hold what needs it; that it is done all the same costs nothing.
        let _ = write!(Escaping { html, characters: 0 }, "{value}");
        html.push('"');
        self
    }

    /// Holds nothing.
    pub(crate) fn void(self) {
        self.page.html.push_str("/>");
    }

    /// Holds text.
    pub(crate) fn text(self, text: impl Display) {
        self.holds(|page| page.text(text));
    }

    /// Holds what `write` writes.
    pub(crate) fn holds(self, write: impl FnOnce(&mut Page)) {
        let Self { page, name } = self;
        page.html.push('>');
        write(page);
        page.html.push_str("</");
        page.html.push_str(name);
        page.html.push('>');
        if BLOCKS.contains(&name) {
            page.html.push('\n');
        }
    }
}

/// After these a line ends, so that the file can be read and compared.
const BLOCKS: [&str; 14] =
    ["head", "header", "nav", "main", "section", "article", "footer", "p", "li", "tr", "table", "svg", "details", "h2"];

/// A number with one decimal at most.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// Writes text into HTML, where it stays text, and counts its characters.
struct Escaping<'h> {
    html: &'h mut String,
    characters: usize,
}

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.characters += 1;
            if self.characters > LONGEST {
                continue;
            }
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                c if is_unsafe(c) => self.html.push(char::REPLACEMENT_CHARACTER),
                c => self.html.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut page = Page::default();
        page.tag("p").text(text);
        page.finish()
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(text("<a b='c' d=\"e\">&amp;"), "<p>&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;</p>\n");
    }

    #[test]
    fn what_deceives_the_eye_is_replaced() {
        assert_eq!(
            text("a\u{202e}b\u{2066}c\u{200b}d\u{1b}[2Je\nf\u{85}"),
            "<p>a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}[2Je\u{fffd}f\u{fffd}</p>\n"
        );
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let cut = text(&"<".repeat(LONGEST + 7));
        assert!(cut.ends_with("&lt;… (7 more characters)</p>\n"), "{cut}");
        assert_eq!(cut.matches("&lt;").count(), LONGEST);
        assert!(!text(&"é".repeat(LONGEST)).contains('…'));
    }

    #[test]
    fn attributes() {
        let mut page = Page::default();
        let place = Anchor::numbered("handover", 3);
        page.tag("svg").class("chart").id(&place.within("title")).view(960.0, 300.25).holds(|page| {
            page.tag("polygon").points(&[(0.0, 1.5), (2.04, 3.0)]).void();
            page.tag("a").to(&place).text("there");
        });
        assert_eq!(
            page.finish(),
            "<svg class=\"chart\" id=\"handover-3-title\" viewBox=\"0 0 960 300.2\"><polygon points=\"0,1.5 2,3\"/>\
             <a href=\"#handover-3\">there</a></svg>\n"
        );
    }
}
