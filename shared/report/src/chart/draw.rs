//! What pictures are drawn with.

use std::fmt::Display;

use crate::chart::scale::Times;
use crate::html::{Anchor, Page};
use crate::text::{real, short};

/// A rectangle, in units of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn right(self) -> f64 {
        self.x + self.width
    }
}

/// A picture in a frame that scrolls by itself on a narrow screen, with its title and description.
pub(crate) fn picture(
    page: &mut Page,
    anchor: &Anchor,
    (width, height): (f64, f64),
    (title, description): (&str, &str),
    draw: impl FnOnce(&mut Page),
) {
    let (name, words) = (anchor.within("title"), anchor.within("description"));
    let frame = page.tag("div").class("scroll picture").set("role", "group").set("tabindex", "0");
    frame.refers("aria-labelledby", &[&name]).holds(|page| {
        let svg = page.tag("svg").class("chart").set("role", "img").view(width, height);
        svg.refers("aria-labelledby", &[&name]).refers("aria-describedby", &[&words]).holds(|page| {
            page.tag("title").id(&name).text(title);
            page.tag("desc").id(&words).text(description);
            draw(page);
        });
    });
}

/// A rectangle; nothing when it would not be seen.
pub(crate) fn bar(page: &mut Page, class: &'static str, area: Area) {
    if area.width <= 0.0 || area.height <= 0.0 {
        return;
    }
    let rect = page.tag("rect").class(class).number("x", area.x).number("y", area.y);
    // What is there at all is seen.
    rect.number("width", area.width).number("height", area.height.max(0.8)).void();
}

/// A straight line.
pub(crate) fn line(page: &mut Page, class: &'static str, from: (f64, f64), to: (f64, f64)) {
    let line = page.tag("line").class(class).number("x1", from.0).number("y1", from.1);
    line.number("x2", to.0).number("y2", to.1).void();
}

/// Words; which end of them stands at the place is the class's to say.
pub(crate) fn label(page: &mut Page, class: &'static str, (x, y): (f64, f64), text: impl Display) {
    page.tag("text").class(class).number("x", x).number("y", y).text(text);
}

/// Lines at nothing, half and all of `top`, with their numbers at the left.
pub(crate) fn grid(page: &mut Page, area: Area, top: u64) {
    line(page, "base", (area.x, area.bottom()), (area.right(), area.bottom()));
    let steps: &[u64] = if top.is_multiple_of(2) { &[2, 1] } else { &[1] };
    for step in steps {
        let value = top / step;
        let y = area.bottom() - area.height * real(value) / real(top.max(1));
        line(page, "rule", (area.x, y), (area.right(), y));
        label(page, "tick end", (area.x - 6.0, y + 4.0), short(value));
    }
}

/// The dates below a picture.
pub(crate) fn axis_of_time(page: &mut Page, area: Area, times: &Times) {
    for (at, text) in times.ticks() {
        let x = area.x + area.width * times.place(at);
        line(page, "tick-mark", (x, area.bottom()), (x, area.bottom() + 5.0));
        let class = if x > area.right() - 40.0 { "tick end" } else { "tick start" };
        label(page, class, (x, area.bottom() + 18.0), text);
    }
}
