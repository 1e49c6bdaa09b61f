//! What is asked of a replay, and whether it was met.

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// Something that is asked of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Of what.
    pub what: String,
    /// How much.
    pub limit: Limit,
    /// The unit, as written behind a number: ` MB`, ` × the floor's time`.
    pub unit: &'static str,
    /// What was measured, or why nothing was.
    pub measured: Result<f64, &'static str>,
}

impl Bar {
    /// Whether it was met. Absent when nothing was measured.
    pub fn met(&self) -> Option<bool> {
        let measured = *self.measured.as_ref().ok()?;
        Some(match self.limit {
            Limit::AtMost(limit) => measured <= limit,
            Limit::AtLeast(limit) => measured >= limit,
        })
    }

    /// A line: the word first.
    pub fn line(&self) -> String {
        let word = match self.met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "unknown",
        };
        let (bound, limit) = match self.limit {
            Limit::AtMost(limit) => ("at most", limit),
            Limit::AtLeast(limit) => ("at least", limit),
        };
        let unit = self.unit;
        let measured = match self.measured {
            Ok(measured) => format!("{}{unit}", number(measured)),
            Err(why) => format!("not measured: {why}"),
        };
        format!("{word:<8}{}: {measured} ({bound} {}{unit})", self.what, number(limit))
    }
}

/// As many decimals as matter.
fn number(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.2}"),
        middle if middle < 1_000.0 => format!("{value:.1}"),
        _ => crate::thousands(value),
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn bar(limit: Limit, measured: Result<f64, &'static str>) -> Bar {
        Bar { what: "one thread".to_owned(), limit, unit: " × the floor's time", measured }
    }

    #[test_case(Limit::AtMost(2.0), 1.99, true)]
    #[test_case(Limit::AtMost(2.0), 2.0, true)]
    #[test_case(Limit::AtMost(2.0), 2.01, false)]
    #[test_case(Limit::AtLeast(8.0), 8.0, true)]
    #[test_case(Limit::AtLeast(8.0), 7.99, false)]
    fn met(limit: Limit, measured: f64, expected: bool) {
        assert_eq!(bar(limit, Ok(measured)).met(), Some(expected));
    }

    #[test]
    fn what_was_not_measured_is_neither() {
        assert_eq!(bar(Limit::AtLeast(15.0), Err("one core")).met(), None);
    }

    #[test_case(Limit::AtMost(2.0), Ok(1.5) => "met     one thread: 1.50 × the floor's time (at most 2.00 × the floor's time)")]
    #[test_case(Limit::AtLeast(100_000.0), Ok(99_999.0) => "MISSED  one thread: 99,999 × the floor's time (at least 100,000 × the floor's time)")]
    #[test_case(Limit::AtMost(128.0), Err("one core") => "unknown one thread: not measured: one core (at most 128.0 × the floor's time)")]
    fn lines(limit: Limit, measured: Result<f64, &'static str>) -> String {
        bar(limit, measured).line()
    }
}
