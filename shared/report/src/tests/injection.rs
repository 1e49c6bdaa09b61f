//! Whatever stands in a log, the page has the elements and attributes that it has with harmless texts, and no others.

use std::collections::BTreeSet;

use portcullis_settings::Mode;
use test_case::test_case;

use super::dom::{Dom, parse};
use crate::example::Example;
use crate::{render, style};

/// What elements the page is made of; nothing here loads or runs anything.
const ELEMENTS: [&str; 46] = [
    "a", "article", "body", "br", "caption", "circle", "dd", "desc", "details", "div", "dl", "dt", "em", "footer",
    "h1", "h2", "h3", "h4", "head", "header", "html", "li", "line", "main", "meta", "nav", "ol", "p", "polygon",
    "rect", "section", "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead",
    "time", "title", "tr", "ul",
];

fn page(before: &str, after: &str, mode: Mode) -> (String, Dom) {
    let html = render(&Example::worded(&|text| format!("{before}{text}{after}"), mode).unwrap().shown());
    let dom = parse(&html);
    (html, dom)
}

/// Nothing on the page loads anything, leads outside or runs, and its policy knows its one style sheet.
pub(super) fn is_inert(html: &str, dom: &Dom) {
    assert_eq!(dom.errors, Vec::<String>::new(), "a browser would have to put it right");
    assert_eq!(dom.comments, 0);
    for (_, name, attributes) in &dom.elements {
        assert!(ELEMENTS.contains(&name.as_str()), "<{name}>");
        for (attribute, value) in attributes {
            let loads = [
                "src",
                "srcset",
                "style",
                "action",
                "formaction",
                "data",
                "poster",
                "background",
                "ping",
                "xlink:href",
            ];
            assert!(
                !loads.contains(&attribute.as_str()) && !attribute.starts_with("on"),
                "<{name} {attribute}={value:?}>"
            );
            assert!(attribute != "href" || (value.starts_with('#') && name == "a"), "<{name} href={value:?}>");
            assert!(!value.contains("://") && !value.contains("javascript:"), "<{name} {attribute}={value:?}>");
        }
    }
    let policies: Vec<&str> = dom
        .elements
        .iter()
        .filter(|(_, name, _)| name == "meta")
        .filter_map(|(_, _, attributes)| {
            let equiv =
                attributes.iter().any(|(name, value)| name == "http-equiv" && value == "Content-Security-Policy");
            attributes.iter().find(|(name, _)| equiv && name == "content").map(|(_, value)| value.as_str())
        })
        .collect();
    let sheets: Vec<&str> = html.split("<style>").skip(1).filter_map(|rest| rest.split("</style>").next()).collect();
    assert_eq!((policies.len(), sheets.len()), (1, 1));
    let hash = style::Hash::of(sheets[0]);
    assert_eq!(
        policies[0],
        format!(
            "default-src 'none'; script-src 'none'; style-src '{hash}'; img-src 'none'; base-uri 'none'; form-action 'none'"
        )
    );
    assert!(!sheets[0].contains("url(") && !sheets[0].contains("@import"), "the style sheet loads something");
}

#[test_case("<script>alert(1)</script>", "" ; "a script")]
#[test_case("\"><img src=x onerror=alert(1)>", "" ; "out of an attribute")]
#[test_case("' onmouseover='alert(1)", "\" autofocus onfocus=\"alert(1)" ; "more attributes")]
#[test_case("</title></desc></svg></style></textarea><svg onload=alert(1)>", "</svg>" ; "out of a picture")]
#[test_case("<svg><foreignObject><iframe src=javascript:alert(1)>", "" ; "a picture with a page in it")]
#[test_case("</td></tr></table></article></main>", "<main>" ; "out of the table")]
#[test_case("<!--", "-->" ; "a comment")]
#[test_case("<![CDATA[", "]]>" ; "character data")]
#[test_case("&lt;script&gt;&#60;script&#x3e;", "&amp" ; "escaped before")]
#[test_case("}body{display:none}<style>*{color:red}</style>", "{" ; "a style")]
#[test_case("<meta http-equiv=refresh content=0;url=//evil.example>", "<base href=//evil.example>" ; "away from here")]
#[test_case("javascript:alert(1)//", "%0a" ; "a link")]
#[test_case("\u{202e}\u{2066}\u{200b}\u{feff}", "\u{0}\u{8}\u{1b}[2J\r\n\u{85}\u{2028}" ; "what deceives the eye")]
#[test_case("<plaintext>", "<!DOCTYPE x>" ; "the end of markup")]
#[test_case("𝕏\u{301}\u{fe0f}", "\u{10ffff}" ; "rare characters")]
fn is_only_text(before: &str, after: &str) {
    for mode in Mode::ALL {
        let (_, harmless) = page("", "", *mode);
        let (html, hostile) = page(before, after, *mode);
        is_inert(&html, &hostile);
        assert_eq!(harmless.elements.len(), hostile.elements.len());
        for (harmless, hostile) in harmless.elements.iter().zip(&hostile.elements) {
            assert_eq!(harmless, hostile);
        }
        let unsafe_left: BTreeSet<char> =
            hostile.text.chars().filter(|c| crate::text::is_unsafe(*c) && *c != '\n').collect();
        assert_eq!(unsafe_left, BTreeSet::new());
    }
}

#[test]
fn what_a_log_says_is_shown_as_it_is() {
    let (_, dom) = page("<b>&amp;\"'", "", Mode::Enforce);
    for text in [
        "<b>&amp;\"'aws-cli/2.31.0",
        "<b>&amp;\"'reporting-session",
        "<b>&amp;\"'prod/payroll/db",
        "<b>&amp;\"'the gzip stream",
    ] {
        assert!(dom.text.contains(text), "{text}");
    }
}

#[test]
fn the_page_is_made_of_these_elements() {
    let (html, dom) = page("", "", Mode::Enforce);
    is_inert(&html, &dom);
    let used: BTreeSet<&str> = dom.elements.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(used, BTreeSet::from(ELEMENTS), "the list above holds what is used, and no more");
    let mut ids = BTreeSet::new();
    let attributes = || dom.elements.iter().flat_map(|(_, _, attributes)| attributes);
    for (_, id) in attributes().filter(|(name, _)| name == "id") {
        assert!(ids.insert(id.as_str()), "two elements are called {id}");
    }
    for (name, value) in
        attributes().filter(|(name, _)| ["href", "aria-labelledby", "aria-describedby"].contains(&name.as_str()))
    {
        for id in value.trim_start_matches('#').split(' ') {
            assert!(ids.contains(id), "{name}={value} leads nowhere");
        }
    }
}
