//! As much of a PDF as the tests need.

/// How many pages it has: Chromium writes each page's object in plain text (ISO 32000-1, 7.7.3.3, *Page objects*).
pub fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.split("/Type /Page").skip(1).filter(|rest| !rest.starts_with('s')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_pages_is_no_page() {
        assert_eq!(pages(b"<</Type /Pages\n/Count 2>> <</Type /Page\n>> <</Type /Page /Parent 1 0 R>>"), 2);
    }
}
