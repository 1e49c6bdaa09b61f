//! What sections, tables and folded parts have in common.

use crate::html::{Anchor, Page};

/// A section with its heading, which names it.
pub(crate) fn section(page: &mut Page, anchor: &Anchor, heading: &'static str, write: impl FnOnce(&mut Page)) {
    let name = anchor.within("heading");
    page.tag("section").id(anchor).refers("aria-labelledby", &[&name]).holds(|page| {
        page.tag("h2").id(&name).text(heading);
        write(page);
    });
}

/// The numbers of a picture, folded away; they scroll by themselves on a narrow screen.
pub(crate) fn numbers(page: &mut Page, words: &'static str, write: impl FnOnce(&mut Page)) {
    page.tag("details").holds(|page| {
        page.tag("summary").text(words);
        scrolling(page, "Table that scrolls sideways", write);
    });
}

/// A part that is wider than a narrow screen, and scrolls by itself there, by keyboard too.
pub(crate) fn scrolling(page: &mut Page, name: &'static str, write: impl FnOnce(&mut Page)) {
    page.tag("div").class("scroll").set("role", "group").set("tabindex", "0").set("aria-label", name).holds(write);
}

/// The head of a table: the first column is of words, those that begin with a space are too; the others are of numbers.
pub(crate) fn head(page: &mut Page, columns: &[&'static str]) {
    page.tag("thead").holds(|page| {
        page.tag("tr").holds(|page| {
            for (place, column) in columns.iter().enumerate() {
                let words = column.strip_prefix(' ');
                let class = if place == 0 || words.is_some() { "words" } else { "number" };
                page.tag("th").set("scope", "col").class(class).text(words.unwrap_or(column));
            }
        });
    });
}
