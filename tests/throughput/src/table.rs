//! Figures in columns.

use crate::figures::{Times, rate, thousands};

/// One contestant.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// How many records it went through in each round.
    pub records: u64,
    /// How long that took, by the clock on the wall.
    pub times: Times,
    /// How much of it, of all processors together, the program and the system worked for it.
    pub work: Times,
    /// The most memory it ever had, in bytes.
    pub peak: u64,
}

/// A table with the ratio of each row's best time to `floor`, in seconds.
pub fn table(rows: &[Row], floor: Option<f64>) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{:width$}  {:>8}  {:>8}  {:>8}  {:>11}  {:>7}  {:>9}",
        "", "best s", "median s", "cpu s", "records/s", "× floor", "memory MB"
    )];
    for Row { name, records, times, work, peak } in rows {
        let seconds = |seconds: Option<f64>| seconds.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.3}"));
        let best = times.best();
        let speed = best.and_then(|best| rate(*records, best)).map_or_else(|| "–".to_owned(), thousands);
        let ratio = best.zip(floor).filter(|(_, floor)| *floor > 0.0);
        let ratio = ratio.map_or_else(|| "–".to_owned(), |(best, floor)| format!("{:.2}", best / floor));
        let (best, median, work) = (seconds(best), seconds(times.median()), seconds(work.best()));
        let peak = format!("{:.1}", crate::approximate(*peak) / 1e6);
        lines.push(format!("{name:width$}  {best:>8}  {median:>8}  {work:>8}  {speed:>11}  {ratio:>7}  {peak:>9}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn figures_stand_in_columns() {
        let row = |name: &str, times: &[f64], peak| Row {
            name: name.to_owned(),
            records: 500_000,
            times: times.iter().copied().collect(),
            work: times.iter().map(|seconds| seconds * 0.9).collect(),
            peak,
        };
        let rows = [
            row("floor", &[0.5, 0.52, 0.6], 4_000_000),
            row("a replay × 1 thread", &[0.9, 0.8, 0.85], 33_000_000),
            row("none", &[], 0),
        ];
        assert_snapshot!(table(&rows, Some(0.5)), @r"
                               best s  median s     cpu s    records/s  × floor  memory MB
        floor                   0.500     0.520     0.450    1,000,000     1.00        4.0
        a replay × 1 thread     0.800     0.850     0.720      625,000     1.60       33.0
        none                        –         –         –            –        –        0.0
        ");
    }
}
