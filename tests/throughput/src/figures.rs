//! The bench's own arithmetic.

/// The seconds that something took, round by round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    sorted: Vec<f64>,
}

impl Times {
    /// Takes a further round.
    pub fn push(&mut self, seconds: f64) {
        let at = self.sorted.partition_point(|known| *known < seconds);
        self.sorted.insert(at, seconds);
    }

    /// The shortest: what else ran on the machine can only have made it longer. Absent before the first round.
    pub fn best(&self) -> Option<f64> {
        self.sorted.first().copied()
    }

    /// The middle one, of an even number the mean of the two in the middle. Absent before the first round.
    pub fn median(&self) -> Option<f64> {
        let half = self.sorted.len() / 2;
        let upper = self.sorted.get(half)?;
        let lower = if self.sorted.len() % 2 == 1 { upper } else { self.sorted.get(half.checked_sub(1)?)? };
        Some(f64::midpoint(*lower, *upper))
    }
}

impl FromIterator<f64> for Times {
    fn from_iter<I: IntoIterator<Item = f64>>(all: I) -> Self {
        let mut times = Self::default();
        all.into_iter().for_each(|seconds| times.push(seconds));
        times
    }
}

/// How many in a second. Absent when no time has passed.
pub fn rate(count: u64, seconds: f64) -> Option<f64> {
    (seconds > 0.0).then(|| approximate(count) / seconds)
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted beyond 2^52")]
pub const fn approximate(count: u64) -> f64 {
    count as f64
}

/// A number without its fraction, digits in threes: `1,234,567`.
pub fn thousands(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = if number <= -0.5 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in millions: `102.4 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", approximate(bytes) / 1e6)
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn times(seconds: &[f64]) -> Times {
        seconds.iter().copied().collect()
    }

    #[test_case(&[], None, None ; "no round")]
    #[test_case(&[2.0], Some(2.0), Some(2.0) ; "one")]
    #[test_case(&[3.0, 1.0], Some(1.0), Some(2.0) ; "an even number")]
    #[test_case(&[9.0, 1.0, 2.0], Some(1.0), Some(2.0) ; "an odd number")]
    #[test_case(&[4.0, 4.0, 1.0, 3.0], Some(1.0), Some(3.5) ; "in any order")]
    fn best_and_median(seconds: &[f64], best: Option<f64>, median: Option<f64>) {
        assert_eq!((times(seconds).best(), times(seconds).median()), (best, median));
    }

    #[test]
    fn a_rate() {
        assert_eq!(rate(500_000, 0.5), Some(1_000_000.0));
        assert_eq!(rate(1, 0.0), None, "not infinite");
    }

    #[test_case(0.0, "0")]
    #[test_case(999.4, "999")]
    #[test_case(999.5, "1,000")]
    #[test_case(1_234_567.0, "1,234,567")]
    #[test_case(-1_234.0, "-1,234")]
    #[test_case(-0.2, "0")]
    fn in_threes(number: f64, expected: &str) {
        assert_eq!(thousands(number), expected);
    }

    #[test]
    fn in_millions() {
        assert_eq!(megabytes(102_449_999), "102.4 MB");
    }
}
