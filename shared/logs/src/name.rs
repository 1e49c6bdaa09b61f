//! What the name of a log file tells.

use jiff::Timestamp;
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
        let file = path.rsplit(['/', '\\']).next()?;
        let stem = file.strip_suffix(".json.gz").or_else(|| file.strip_suffix(".json"))?;
        let mut parts = stem.split('_');
        let (account, word, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (time, unique) = (parts.next()?, parts.next()?);
        if word != "CloudTrail" || parts.next().is_some() || region.is_empty() || unique.is_empty() {
            return None;
        }
        Some(Self {
            account: account.parse().ok()?,
            region: region.to_owned(),
            time: minute(time)?,
            unique: unique.to_owned(),
        })
    }
}

/// `20260105T0810Z`.
fn minute(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    jiff::civil::DateTime::strptime("%Y%m%dT%H%M", digits)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
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

    #[test_case("export.jsonl" ; "an export")]
    #[test_case("111122223333_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20260105T0810Z.json.gz" ; "a digest")]
    #[test_case("111122223333_CloudTrail_eu-west-1_20261305T0810Z_Ab12Cd34Ef56Gh78.json.gz" ; "no such month")]
    #[test_case("1111_CloudTrail_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz" ; "no account")]
    fn other_names(path: &str) {
        assert_eq!(LogFileName::parse(path), None);
    }
}
