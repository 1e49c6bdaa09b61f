//! The arithmetic.

use serde::Serialize;

use crate::verdict::Verdict;

/// How often the rules were right, on the records of which something is claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Told")]
pub struct Score {
    /// Records that are an attack by their label.
    pub positives: usize,
    /// Records that are harmless by their label.
    pub negatives: usize,
    /// Positives on which a rule fired.
    pub true_positives: usize,
    /// Negatives on which a rule fired.
    pub false_positives: usize,
}

/// A score as JSON tells it, with what follows from the counts.
#[derive(Serialize)]
struct Told {
    positives: usize,
    negatives: usize,
    true_positives: usize,
    false_positives: usize,
    misses: usize,
    recall: Option<f64>,
    precision: Option<f64>,
}

impl From<Score> for Told {
    fn from(score: Score) -> Self {
        let Score { positives, negatives, true_positives, false_positives } = score;
        let (misses, recall, precision) = (score.misses(), score.recall(), score.precision());
        Self { positives, negatives, true_positives, false_positives, misses, recall, precision }
    }
}

impl Score {
    /// Counts one record. A record of which nothing is claimed changes nothing.
    pub fn count(&mut self, verdict: &Verdict, fired: bool) {
        match verdict {
            Verdict::Positive => {
                self.positives += 1;
                self.true_positives += usize::from(fired);
            }
            Verdict::Negative => {
                self.negatives += 1;
                self.false_positives += usize::from(fired);
            }
            Verdict::Nothing(_) => {}
        }
    }

    /// Positives on which no rule fired.
    pub const fn misses(&self) -> usize {
        self.positives - self.true_positives
    }

    /// The share of the positives that were found; absent without positives.
    pub fn recall(&self) -> Option<f64> {
        share(self.true_positives, self.positives)
    }

    /// The share of what was found that is an attack; absent when nothing was found.
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            positives: self.positives + other.positives,
            negatives: self.negatives + other.negatives,
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
        }
    }
}

/// `part` of `whole`, as a number from 0 to 1.
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| number(part) / number(whole))
}

/// `count` for each thousand of `whole`.
pub fn per_thousand(count: usize, whole: usize) -> Option<f64> {
    share(count, whole).map(|share| share * 1000.0)
}

/// Counts of records fit into 32 bits.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn score(records: &[(Verdict, bool)]) -> Score {
        let mut score = Score::default();
        for (verdict, fired) in records {
            score.count(verdict, *fired);
        }
        score
    }

    // Positives, negatives, true positives, false positives; misses; recall, precision in per cent.
    #[test_case([0, 0, 0, 0], 0, None, None; "nothing at all")]
    #[test_case([4, 0, 4, 0], 0, Some(100), Some(100); "all found")]
    #[test_case([4, 2, 1, 0], 3, Some(25), Some(100); "misses leave precision alone")]
    #[test_case([4, 2, 4, 1], 0, Some(100), Some(80); "false positives leave recall alone")]
    #[test_case([4, 2, 0, 2], 4, Some(0), Some(0); "all wrong")]
    #[test_case([0, 3, 0, 0], 0, None, None; "no positives, nothing found")]
    #[test_case([0, 3, 0, 1], 0, None, Some(0); "no positives, something found")]
    #[test_case([3, 0, 0, 0], 3, Some(0), None; "nothing found")]
    fn arithmetic(counts: [usize; 4], misses: usize, recall: Option<u8>, precision: Option<u8>) {
        let [positives, negatives, true_positives, false_positives] = counts;
        let mut records = Vec::new();
        for number in 0..positives {
            records.push((Verdict::Positive, number < true_positives));
        }
        for number in 0..negatives {
            records.push((Verdict::Negative, number < false_positives));
        }
        records.push((Verdict::Nothing("a sample".to_owned()), true));
        let score = score(&records);
        assert_eq!(score, Score { positives, negatives, true_positives, false_positives });
        assert_eq!(score.misses(), misses);
        assert_eq!(score.recall().map(|share| format!("{:.0}", share * 100.0)), recall.map(|share| share.to_string()));
        assert_eq!(
            score.precision().map(|share| format!("{:.0}", share * 100.0)),
            precision.map(|share| share.to_string())
        );
    }

    #[test]
    fn sums_are_sums_of_counts_not_of_shares() {
        let one = Score { positives: 1, true_positives: 1, ..Score::default() };
        let other = Score { positives: 9, true_positives: 0, ..Score::default() };
        assert_eq!(one.plus(other).recall(), Some(0.1));
    }

    #[test_case(3, 1500, Some(2.0))]
    #[test_case(0, 10, Some(0.0))]
    #[test_case(0, 0, None)]
    fn thousandths(count: usize, whole: usize, expected: Option<f64>) {
        assert_eq!(per_thousand(count, whole), expected);
    }
}
