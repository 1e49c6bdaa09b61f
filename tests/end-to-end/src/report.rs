//! Lambda's REPORT line: what an invocation took.

use anyhow::{Context as _, Result};

/// What the REPORT line of a cold invocation says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColdStart {
    /// Duration of the initialisation, in milliseconds.
    pub init_ms: f64,
    /// Duration of the invocation after it, in milliseconds.
    pub duration_ms: f64,
    /// Peak memory, in megabytes.
    pub memory_mb: f64,
}

impl ColdStart {
    /// Reads the REPORT line in the log of an invocation.
    ///
    /// # Errors
    ///
    /// When there is none, and when the invocation was not a cold one.
    pub fn of_log(log: &str) -> Result<Self> {
        let line = log.lines().find(|line| line.starts_with("REPORT ")).context("the log has no REPORT")?;
        let value = |name: &str, unit: &str| {
            let field = line.split('\t').find_map(|field| field.trim().strip_prefix(name)?.trim().strip_suffix(unit));
            let number = field.with_context(|| format!("the REPORT has no `{name}`: {line}"))?;
            number.trim().parse::<f64>().with_context(|| format!("`{name}` is not a number: {line}"))
        };
        Ok(Self {
            init_ms: value("Init Duration:", "ms")?,
            duration_ms: value("Duration:", "ms")?,
            memory_mb: value("Max Memory Used:", "MB")?,
        })
    }
}

/// The least, the middle and the greatest of some figures; nothing when there are none.
pub fn spread(figures: impl IntoIterator<Item = f64>) -> Option<[f64; 3]> {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    Some([*sorted.first()?, *sorted.get(sorted.len() / 2)?, *sorted.last()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "REPORT RequestId: 1\tDuration: 8.10 ms\tBilled Duration: 30 ms\tMemory Size: 256 MB\t\
                        Max Memory Used: 14 MB\tInit Duration: 21.50 ms";

    #[test]
    fn a_cold_start_is_read() {
        let log = format!("START RequestId: 1\nhello\nEND RequestId: 1\n{LINE}");
        let expected = ColdStart { init_ms: 21.5, duration_ms: 8.1, memory_mb: 14.0 };
        assert_eq!(ColdStart::of_log(&log).unwrap(), expected);
    }

    #[test]
    fn a_warm_one_is_refused() {
        let warm = LINE.rsplit_once('\t').unwrap().0;
        assert!(ColdStart::of_log(warm).unwrap_err().to_string().contains("`Init Duration:`"));
    }

    #[test]
    fn the_middle_of_five() {
        assert_eq!(spread([5.0, 1.0, 4.0, 2.0, 3.0]), Some([1.0, 3.0, 5.0]));
        assert_eq!(spread([]), None);
    }
}
