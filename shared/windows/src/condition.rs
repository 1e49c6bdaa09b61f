//! When a window holds enough.

/// A comparison of Sigma's correlation conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `lt`
    Lt,
    /// `lte`
    Lte,
    /// `gt`
    Gt,
    /// `gte`
    Gte,
    /// `eq`
    Eq,
    /// `neq`
    Neq,
}

impl Comparison {
    /// Sigma's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Eq => "eq",
            Self::Neq => "neq",
        }
    }

    const fn holds(self, count: u64, bound: u64) -> bool {
        match self {
            Self::Lt => count < bound,
            Self::Lte => count <= bound,
            Self::Gt => count > bound,
            Self::Gte => count >= bound,
            Self::Eq => count == bound,
            Self::Neq => count != bound,
        }
    }
}

/// One or more comparisons, all of which must hold: `{gte: 5}`, or a range `{gt: 5, lte: 20}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold(Vec<(Comparison, u64)>);

/// The largest number that a threshold may name: what a window keeps of a burst, and so the size of its item, follows
/// from it. DynamoDB's limit is 400 KB an item (Amazon DynamoDB Developer Guide, *Quotas*).
pub const LARGEST_THRESHOLD: u64 = 120;

/// Why a threshold is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// It holds nothing.
    #[error("the condition has no comparison: gte, gt, lte, lt, eq or neq with a number")]
    Empty,
    /// A number is too large.
    #[error("{0} is more than a window can count to: at most {LARGEST_THRESHOLD}")]
    TooLarge(u64),
    /// No number of events can fulfil it.
    #[error("no number of events fulfils the condition")]
    Impossible,
}

impl Threshold {
    /// Takes the comparisons, unless no count at all, or only a count of nothing, fulfils them: a window without an event
    /// is never looked at.
    pub fn new(comparisons: Vec<(Comparison, u64)>) -> Result<Self, ThresholdError> {
        let largest = comparisons.iter().map(|(_, bound)| *bound).max().ok_or(ThresholdError::Empty)?;
        if largest > LARGEST_THRESHOLD {
            return Err(ThresholdError::TooLarge(largest));
        }
        let threshold = Self(comparisons);
        if (1..=largest + 1).any(|count| threshold.holds(count)) {
            Ok(threshold)
        } else {
            Err(ThresholdError::Impossible)
        }
    }

    /// `gte: count`.
    ///
    /// # Errors
    ///
    /// As [`Threshold::new`].
    pub fn at_least(count: u64) -> Result<Self, ThresholdError> {
        Self::new(vec![(Comparison::Gte, count)])
    }

    /// Whether a window with `count` events, or values, fires.
    pub fn holds(&self, count: u64) -> bool {
        self.0.iter().all(|(comparison, bound)| comparison.holds(count, *bound))
    }

    /// Whether more events can never take back what has fired.
    pub fn is_monotone(&self) -> bool {
        self.0.iter().all(|(comparison, _)| matches!(comparison, Comparison::Gt | Comparison::Gte))
    }

    /// The largest number it names.
    pub fn largest(&self) -> u64 {
        self.0.iter().map(|(_, bound)| *bound).max().unwrap_or_default()
    }

    /// The same, with the lower bound (`gte` or `gt`, else the first comparison) at `bound`.
    ///
    /// # Errors
    ///
    /// As [`Threshold::new`].
    pub fn with_bound(&self, bound: u64) -> Result<Self, ThresholdError> {
        let lower = |(comparison, _): &(Comparison, u64)| matches!(comparison, Comparison::Gte | Comparison::Gt);
        let index = self.0.iter().position(lower).unwrap_or_default();
        let set =
            |(i, (comparison, old)): (usize, &(Comparison, u64))| (*comparison, if i == index { bound } else { *old });
        Self::new(self.0.iter().enumerate().map(set).collect())
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (comparison, bound)) in self.0.iter().enumerate() {
            write!(f, "{}{} {bound}", if index == 0 { "" } else { ", " }, comparison.as_str())?;
        }
        Ok(())
    }
}

/// Which of a temporal correlation's inputs must be seen. Only `and` and `or`: what a `not` asks for, later events take
/// back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// This input, by its place in the list.
    Input(usize),
    /// All of these.
    All(Vec<Seen>),
    /// Any of these.
    Any(Vec<Seen>),
    /// At least so many of all inputs.
    AtLeast(usize),
}

impl Seen {
    /// Whether the inputs for which `seen` answers yes are enough.
    pub fn holds(&self, inputs: usize, seen: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Input(input) => seen(*input),
            Self::All(parts) => parts.iter().all(|part| part.holds(inputs, seen)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(inputs, seen)),
            Self::AtLeast(count) => (0..inputs).filter(|input| seen(*input)).count() >= *count,
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(Comparison::Lt, [true, false, false])]
    #[test_case(Comparison::Lte, [true, true, false])]
    #[test_case(Comparison::Gt, [false, false, true])]
    #[test_case(Comparison::Gte, [false, true, true])]
    #[test_case(Comparison::Eq, [false, true, false])]
    #[test_case(Comparison::Neq, [true, false, true])]
    fn comparisons(comparison: Comparison, expected: [bool; 3]) {
        assert_eq!([4, 5, 6].map(|count| Threshold::new(vec![(comparison, 5)]).unwrap().holds(count)), expected);
    }

    #[test]
    fn ranges_and_bounds() {
        let range = Threshold::new(vec![(Comparison::Gt, 2), (Comparison::Lte, 4)]).unwrap();
        assert_eq!((1..=5).filter(|count| range.holds(*count)).collect::<Vec<_>>(), [3, 4]);
        assert!(!range.is_monotone());
        assert_eq!(range.with_bound(3).unwrap().to_string(), "gt 3, lte 4");
        assert_eq!(range.with_bound(4), Err(ThresholdError::Impossible));
    }

    #[test]
    fn useless_thresholds_are_refused() {
        assert_eq!(Threshold::new(Vec::new()), Err(ThresholdError::Empty));
        assert_eq!(Threshold::at_least(121), Err(ThresholdError::TooLarge(121)));
        assert_eq!(Threshold::new(vec![(Comparison::Lt, 1)]), Err(ThresholdError::Impossible));
    }
}
