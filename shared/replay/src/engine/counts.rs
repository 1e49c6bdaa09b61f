//! What every record counts for, whether it is parsed or not.

/// Counting what every record counts for.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) records: usize,
    pub(super) outside: usize,
    pub(super) hourless: usize,
    /// Records in each hour, in seconds since the epoch.
    pub(super) hours: Vec<(i64, u64)>,
    /// The first and the last time, in milliseconds.
    pub(super) reach: Option<(i64, i64)>,
}

impl Counts {
    /// A record of that time, in milliseconds since the epoch.
    pub(super) fn at(&mut self, time: i64) {
        self.records += 1;
        let (first, last) = self.reach.unwrap_or((time, time));
        self.reach = Some((first.min(time), last.max(time)));
        let hour = time.div_euclid(3_600_000) * 3_600;
        // Records of one file are of one hour, or of two.
        match self.hours.iter_mut().rev().find(|(known, _)| *known == hour) {
            Some((_, count)) => *count += 1,
            None => self.hours.push((hour, 1)),
        }
    }
}
