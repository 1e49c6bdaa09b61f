//! Numbers for people.

use super::view::Change;

/// `1,204`; `–` where nobody knows.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| grouped(&format!("{value:.0}")))
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1,204`; of little, a part too: `2.5`.
pub(crate) fn rate(value: f64) -> String {
    if value < 10.0 && value.fract() > 0.05 { format!("{value:.1}") } else { number(Some(value)) }
}

/// `+20 %`, `−5 %`, `×12`, `new`, `=`; `–` where nobody knows.
pub(crate) fn change(change: Change) -> String {
    match change {
        Change::Unknown => "–".to_owned(),
        Change::New => "new".to_owned(),
        Change::Same => "=".to_owned(),
        Change::By(part) if part >= 9.0 => format!("×{}", number(Some(part + 1.0))),
        Change::By(part) if part.abs() < 0.005 => "≈".to_owned(),
        Change::By(part) if part > 0.0 => format!("+{:.0} %", part * 100.0),
        Change::By(part) => format!("−{:.0} %", -part * 100.0),
    }
}

/// A time that passed: `34 s`, `12 min`, `5 h`.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(Some(0.0), "0" ; "none")]
    #[test_case(Some(999.0), "999" ; "three digits")]
    #[test_case(Some(1_204.0), "1,204" ; "four digits")]
    #[test_case(Some(1_234_567.0), "1,234,567" ; "seven digits")]
    #[test_case(None, "–" ; "nobody knows")]
    fn numbers(value: Option<f64>, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test_case(2.5, "2.5" ; "little")]
    #[test_case(2.0, "2" ; "little and whole")]
    #[test_case(1203.5, "1,204" ; "much")]
    fn rates(value: f64, expected: &str) {
        assert_eq!(rate(value), expected);
    }

    #[test_case(Change::By(0.2), "+20 %" ; "more")]
    #[test_case(Change::By(-0.05), "−5 %" ; "less")]
    #[test_case(Change::By(-1.0), "−100 %" ; "nothing any more")]
    #[test_case(Change::By(11.0), "×12" ; "much more")]
    #[test_case(Change::By(0.001), "≈" ; "about the same")]
    #[test_case(Change::New, "new" ; "new")]
    #[test_case(Change::Same, "=" ; "the same")]
    #[test_case(Change::Unknown, "–" ; "unknown")]
    fn changes(by: Change, expected: &str) {
        assert_eq!(change(by), expected);
    }

    #[test_case(34.4, "34 s" ; "seconds")]
    #[test_case(720.0, "12 min" ; "minutes")]
    #[test_case(18_000.0, "5 h" ; "hours")]
    fn times(value: f64, expected: &str) {
        assert_eq!(seconds(value), expected);
    }
}
