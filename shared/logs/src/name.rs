//! What the name of a log file tells.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use portcullis_domain::AccountId;

/// What the name of a log file tells: `111122223333_CloudTrail_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz`
/// (CloudTrail User Guide, *CloudTrail log file name format*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFileName {
    /// The account that the records are of.
    pub account: AccountId,
    /// The Region that they are of.
    pub region: String,
    /// When the file was made, to the minute: about five minutes after the newest record in it.
    pub time: Timestamp,
    /// What makes it one: 16 letters and digits.
    pub unique: String,
}

impl LogFileName {
    /// Reads the last part of a path or key. Absent when it is no name that CloudTrail gives.
    pub fn parse(path: &str) -> Option<Self> {
        let parts = Parts::of(path).filter(|parts| parts.kind == "CloudTrail")?;
        Some(Self {
            account: parts.account.parse().ok()?,
            region: parts.region.to_owned(),
            time: parts.time,
            unique: parts.unique.to_owned(),
        })
    }
}

/// The parts of a name that CloudTrail gives, of whatever kind: the names of Insights and network activity events are made
/// alike, with another second word (CloudTrail User Guide, *Finding your CloudTrail log files*).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'n> {
    pub(crate) account: &'n str,
    pub(crate) kind: &'n str,
    pub(crate) region: &'n str,
    pub(crate) time: Timestamp,
    pub(crate) unique: &'n str,
}

impl<'n> Parts<'n> {
    /// Reads the last part of a path or key.
    pub(crate) fn of(path: &'n str) -> Option<Self> {
        let file = path.rsplit(['/', '\\']).next()?;
        let stem = file.strip_suffix(".json.gz").or_else(|| file.strip_suffix(".json"))?;
        let mut parts = stem.split('_');
        let (account, kind, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (time, unique) = (parts.next()?, parts.next()?);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_kind = kind == "CloudTrail" || kind.starts_with("CloudTrail-");
        if !is_account || !is_kind || parts.next().is_some() || region.is_empty() || unique.is_empty() {
            return None;
        }
        Some(Self { account, kind, region, time: minute(time)?, unique })
    }
}

/// When a log file was delivered, to the minute, where its name tells.
pub fn delivered(path: &str) -> Option<Timestamp> {
    Parts::of(path).map(|parts| parts.time)
}

/// `20260105T0810Z`. By hand: a folder holds hundreds of thousands of names.
fn minute(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    if date.len() != 8 || time.len() != 4 {
        return None;
    }
    let number = |text: &str, from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<i16>().ok()
    };
    let small = |text: &str, from: usize, to: usize| i8::try_from(number(text, from, to)?).ok();
    let day = Date::new(number(date, 0, 4)?, small(date, 4, 6)?, small(date, 6, 8)?).ok()?;
    let time = day.to_datetime(Time::new(small(time, 0, 2)?, small(time, 2, 4)?, 0, 0).ok()?);
    Offset::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test]
    fn a_name_in_full() {
        let key = "AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/2026/01/05/111122223333_CloudTrail_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz";
        let name = LogFileName::parse(key).unwrap();
        assert_eq!(name.account.as_str(), "111122223333");
        assert_eq!((name.region.as_str(), name.unique.as_str()), ("eu-west-1", "Ab12Cd34Ef56Gh78"));
        assert_eq!(name.time, "2026-01-05T08:10:00Z".parse().unwrap());
    }

    /// Insights are no records of calls, but they have their time.
    #[test]
    fn other_kinds_tell_their_time() {
        let insight = "111122223333_CloudTrail-Insight_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz";
        assert_eq!(LogFileName::parse(insight), None);
        assert_eq!(delivered(insight), Some("2026-01-05T08:10:00Z".parse().unwrap()));
        assert_eq!(delivered("2026-01-05T0810Z.json.gz"), None);
    }

    #[test_case("export.jsonl" ; "an export")]
    #[test_case("111122223333_CloudTrail_eu-west-1_2026+105T0810Z_Ab12Cd34Ef56Gh78.json.gz" ; "a sign among digits")]
    #[test_case("111122223333_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20260105T0810Z.json.gz" ; "a digest")]
    #[test_case("111122223333_CloudTrail_eu-west-1_20261305T0810Z_Ab12Cd34Ef56Gh78.json.gz" ; "no such month")]
    #[test_case("1111_CloudTrail_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz" ; "no account")]
    fn other_names(path: &str) {
        assert_eq!(LogFileName::parse(path), None);
    }
}
