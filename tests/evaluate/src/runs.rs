//! Many ids in few words.

/// `a:1, a:2, a:3, a:7` as `a:1 to 3, 7`: ids that count up are not spelt out.
pub(crate) fn runs(ids: &[&str]) -> String {
    let mut text = String::new();
    let mut last: Option<(&str, u64)> = None;
    let mut open: Option<&str> = None;
    for id in ids {
        let split = id.rsplit_once(':').and_then(|(start, digits)| Some((start, digits, digits.parse().ok()?)));
        let Some((start, digits, number)) = split else {
            close(&mut text, open.take());
            separate(&mut text);
            text.push_str(id);
            last = None;
            continue;
        };
        match last {
            Some((before, count)) if before == start && count + 1 == number => open = Some(digits),
            Some((before, _)) if before == start => {
                close(&mut text, open.take());
                separate(&mut text);
                text.push_str(digits);
            }
            _ => {
                close(&mut text, open.take());
                separate(&mut text);
                text.push_str(id);
            }
        }
        last = Some((start, number));
    }
    close(&mut text, open);
    text
}

fn close(text: &mut String, open: Option<&str>) {
    if let Some(digits) = open {
        text.push_str(" to ");
        text.push_str(digits);
    }
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push_str(", ");
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(&["a:01"], "a:01")]
    #[test_case(&["a:01", "a:02", "a:03", "a:07"], "a:01 to 03, 07")]
    #[test_case(&["a:01", "a:02", "b:03"], "a:01 to 02, b:03" ; "another source begins anew")]
    #[test_case(&["a:01", "x", "a:02"], "a:01, x, a:02" ; "an id without a number")]
    fn ids_that_count_up(ids: &[&str], expected: &str) {
        assert_eq!(runs(ids), expected);
    }
}
