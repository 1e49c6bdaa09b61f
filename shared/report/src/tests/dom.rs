//! A page as a browser takes it apart (WHATWG HTML).

use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element: how deep, its name, its attributes.
pub(super) type Element = (usize, String, Vec<(String, String)>);

/// A page, taken apart.
pub(super) struct Dom {
    /// Every element, in order.
    pub(super) elements: Vec<Element>,
    /// What the parser had to put right.
    pub(super) errors: Vec<String>,
    /// Comments, which the page has none of.
    pub(super) comments: usize,
    /// All text outside the style sheet.
    pub(super) text: String,
}

pub(super) fn parse(html: &str) -> Dom {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
    let mut parsed = Dom { elements: Vec::new(), errors, comments: 0, text: String::new() };
    walk(&dom.document, 0, &mut parsed);
    parsed
}

fn walk(node: &Handle, depth: usize, parsed: &mut Dom) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let attributes = attrs.borrow();
            let attributes =
                attributes.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
            parsed.elements.push((depth, name.local.to_string(), attributes.collect()));
            if &*name.local == "style" {
                return;
            }
        }
        NodeData::Text { contents } => {
            parsed.text.push_str(&contents.borrow());
            parsed.text.push('\n');
        }
        NodeData::Comment { .. } => parsed.comments += 1,
        NodeData::Document | NodeData::Doctype { .. } | NodeData::ProcessingInstruction { .. } => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, depth + 1, parsed);
    }
}
