//! Which log files are of interest, as far as their names tell.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use portcullis_domain::AccountId;

use crate::name::Parts;

/// How much older than its file a record may be. CloudTrail delivers within some five minutes on average and promises nothing
/// (CloudTrail User Guide, *How CloudTrail works*): a day is generous, and what comes later is told of.
pub const LATEST: SignedDuration = SignedDuration::from_hours(24);

/// The time in a name is cut off to the minute.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What is of interest; nothing said is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Records from then on.
    pub since: Option<Timestamp>,
    /// Records until just before then.
    pub until: Option<Timestamp>,
    /// Only these accounts.
    pub accounts: Vec<AccountId>,
    /// Only these Regions.
    pub regions: Vec<String>,
}

impl Selection {
    /// Whether a file with this name may hold something of interest: only what its name rules out is not. A file holds records
    /// from before its delivery, up to [`LATEST`] before, and none from after it (CloudTrail User Guide, *CloudTrail log
    /// file name format*).
    pub fn wants(&self, path: &str) -> bool {
        let Some(Parts { account, region, time, .. }) = Parts::of(path) else { return true };
        self.wants_account(account) && self.wants_region(region) && self.wants_time(time)
    }

    /// Whether an account is of interest.
    pub fn wants_account(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|wanted| wanted.as_str() == account)
    }

    /// Whether a Region is of interest.
    pub fn wants_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|wanted| wanted == region)
    }

    fn wants_time(&self, delivered: Timestamp) -> bool {
        let after = |time: Timestamp, by: SignedDuration| time.saturating_add(by).unwrap_or(Timestamp::MAX);
        self.since.is_none_or(|since| since < after(delivered, MINUTE))
            && self.until.is_none_or(|until| delivered < after(until, LATEST))
    }

    /// The first and the last day (UTC) whose folder may hold a file of interest.
    pub fn days(&self) -> (Option<Date>, Option<Date>) {
        let day = |time: Timestamp| Offset::UTC.to_datetime(time).date();
        // A file delivered in the last minute of a day may hold a record of the next day's first second at most.
        let first = self.since.map(|since| day(since.saturating_sub(MINUTE).unwrap_or(Timestamp::MIN)));
        let last = self.until.map(|until| day(until.saturating_add(LATEST).unwrap_or(Timestamp::MAX)));
        (first, last)
    }

    /// Whether names are asked for more than their time: then records without one in their file's name are there in spite of it.
    pub fn narrows_place(&self) -> bool {
        !self.accounts.is_empty() || !self.regions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(account: &str, region: &str, delivered: Timestamp) -> String {
        let stamp = delivered.strftime("%Y%m%dT%H%MZ");
        format!("{account}_CloudTrail_{region}_{stamp}_Ab12Cd34Ef56Gh78.json.gz")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    proptest! {
        /// However late a file comes within a day, no record of interest is lost with it.
        #[test]
        fn no_record_of_interest_is_left_out(
            since in proptest::option::of(1_767_000_000_i64..1_768_000_000),
            length in proptest::option::of(1_i64..500_000),
            record in 1_767_000_000_i64..1_768_000_000,
            late in 0_i64..=86_400,
        ) {
            let until = length.map(|length| since.unwrap_or(1_767_000_000) + length);
            let selection = Selection { since: since.map(at), until: until.map(at), ..Selection::default() };
            let of_interest = since.is_none_or(|since| since <= record) && until.is_none_or(|until| record < until);
            let delivered = at(record + late);
            if of_interest {
                prop_assert!(selection.wants(&name("111122223333", "eu-west-1", delivered)));
                let day = Offset::UTC.to_datetime(delivered).date();
                let (first, last) = selection.days();
                prop_assert!(first.is_none_or(|first| first <= day) && last.is_none_or(|last| day <= last));
            }
        }

        /// A file of which every record lies outside is left out.
        #[test]
        fn what_cannot_be_of_interest_is_left_out(edge in 1_767_000_000_i64..1_768_000_000, by in 0_i64..1_000_000) {
            let before = Selection { since: Some(at(edge)), ..Selection::default() };
            prop_assert!(!before.wants(&name("111122223333", "eu-west-1", at(edge - by - 60))));
            let after = Selection { until: Some(at(edge)), ..Selection::default() };
            prop_assert!(!after.wants(&name("111122223333", "eu-west-1", at(edge + by + 86_460))));
        }
    }

    #[test]
    fn accounts_and_regions() {
        let selection = Selection {
            accounts: vec!["111122223333".parse().unwrap()],
            regions: vec!["eu-west-1".to_owned()],
            ..Selection::default()
        };
        assert!(selection.wants(&name("111122223333", "eu-west-1", at(0))));
        assert!(!selection.wants(&name("444455556666", "eu-west-1", at(0))));
        assert!(!selection.wants(&name("111122223333", "us-east-1", at(0))));
        assert!(selection.wants("export.jsonl"), "its name rules nothing out");
    }
}
