//! Gaps and overlaps in words.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{Gap, Overlap};

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, region, from, to, usual } = self;
        let minute = |time: &Timestamp| time.strftime("%Y-%m-%dT%H:%MZ");
        let length = to.duration_since(*from);
        write!(f, "{account} {region}: no log file from {} to {} ({})", minute(from), minute(to), long(length))?;
        if *usual > SignedDuration::ZERO {
            write!(f, ", where one comes every {} as a rule", long(*usual))?;
        }
        Ok(())
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} holds the same as {}", self.again, self.first)
    }
}

/// `5 min`, `3 h 30 min`, `2 d 4 h`.
fn long(time: SignedDuration) -> String {
    let minutes = time.as_mins();
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = match (days, hours) {
        (0, 0) => vec![(minutes, "min")],
        (0, _) => vec![(hours, "h"), (minutes, "min")],
        _ => vec![(days, "d"), (hours, "h")],
    };
    let shown = parts.iter().enumerate().filter(|(at, (number, _))| *at == 0 || *number > 0);
    let parts: Vec<String> = shown.map(|(_, (number, unit))| format!("{number} {unit}")).collect();
    parts.join(" ")
}
