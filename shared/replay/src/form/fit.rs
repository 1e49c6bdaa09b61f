//! What fits on a screen: widths, cuts, wrapped text, and who gets how many lines.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text, without its end where it is wider than `columns`.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = front(text, columns.saturating_sub(1));
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text, without its middle where it is wider than `columns`: of a name, both ends tell something.
pub(crate) fn squeeze(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let mut squeezed = front(text, room / 2);
    if columns > 0 {
        squeezed.push('…');
    }
    let back: String = text.chars().rev().collect();
    squeezed.extend(front(&back, room - room / 2).chars().rev());
    squeezed
}

fn front(text: &str, columns: usize) -> String {
    let mut left = columns;
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).collect()
}

/// The text in lines of at most `columns`, broken at blanks where there are some.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        while let Some(line) = lines.last_mut() {
            let gap = usize::from(!line.is_empty());
            if width(line) + gap + width(&word) <= columns {
                if gap > 0 {
                    line.push(' ');
                }
                line.push_str(&word);
                break;
            }
            if line.is_empty() {
                let head = front(&word, columns);
                let taken = if head.is_empty() { word.chars().take(1).collect() } else { head };
                word = word.chars().skip(taken.chars().count()).collect();
                line.push_str(&taken);
                if word.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// How many lines each of several parts gets, when there are `lines` for all of them: first its least, then one after the
/// other in turn until all have what they want or nothing is left. Each part is `(least, wanted)`.
pub(crate) fn share(lines: usize, parts: &[(usize, usize)]) -> Vec<usize> {
    let mut left = lines;
    let mut given: Vec<usize> = Vec::with_capacity(parts.len());
    for (least, wanted) in parts {
        let first = (*least).min(*wanted).min(left);
        left -= first;
        given.push(first);
    }
    loop {
        let before = left;
        for (given, (_, wanted)) in given.iter_mut().zip(parts) {
            if left > 0 && *given < *wanted {
                *given += 1;
                left -= 1;
            }
        }
        if left == before || left == 0 {
            return given;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case("abcdef", 6, "abcdef", "abcdef")]
    #[test_case("abcdef", 5, "abcd…", "ab…ef")]
    #[test_case("abcdef", 0, "", "")]
    #[test_case("日本語", 5, "日本…", "日…語" ; "wide letters")]
    fn cuts(text: &str, columns: usize, end: &str, middle: &str) {
        assert_eq!((cut(text, columns).as_str(), squeeze(text, columns).as_str()), (end, middle));
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a longerthanaline b", 6), ["a", "longer", "thanal", "ine b"]);
        assert_eq!(wrap("", 6), [""]);
    }

    #[test]
    fn everybody_gets_the_least_first() {
        assert_eq!(share(10, &[(1, 20), (3, 3), (2, 20)]), [3, 3, 4]);
        assert_eq!(share(3, &[(2, 2), (2, 2)]), [2, 1]);
        assert_eq!(share(9, &[(1, 2), (0, 0)]), [2, 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in any::<String>(), columns in 0_usize..40) {
            let text = crate::form::escape::clean(&text);
            prop_assert!(width(&cut(&text, columns)) <= columns);
            prop_assert!(width(&squeeze(&text, columns)) <= columns);
            // A letter of two columns does not fit into one.
            prop_assert!(wrap(&text, columns.max(2)).iter().all(|line| width(line) <= columns.max(2)));
        }

        #[test]
        fn no_more_is_given_than_there_is(lines in 0_usize..60, parts in prop::collection::vec((0_usize..9, 0_usize..99), 0..9)) {
            let given = share(lines, &parts);
            prop_assert!(given.iter().sum::<usize>() <= lines);
            prop_assert!(given.iter().zip(&parts).all(|(given, (_, wanted))| given <= wanted));
        }
    }
}
