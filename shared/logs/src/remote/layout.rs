//! How CloudTrail lays log files out in a bucket:
//! `[prefix/]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE` (CloudTrail User Guide, *Finding your CloudTrail log
//! files*).

use jiff::civil::Date;

/// What stands at a prefix that ends in `/`, or is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anything.
    Elsewhere,
    /// Organisations or accounts.
    Accounts,
    /// The services that deliver logs of one account.
    Services,
    /// The Regions of one account's trail.
    Regions,
    /// Log files of one account and Region, in the order of their times; the prefix of the Region is so long.
    Files(usize),
}

/// The kinds of files that hold records.
const KINDS: [&str; 3] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];

/// Whether a service's folder holds records.
pub(super) fn is_kind(folder: &str) -> bool {
    KINDS.contains(&folder)
}

/// What stands at `prefix`.
pub(super) fn place(prefix: &str) -> Place {
    const ROOT: &str = "AWSLogs/";
    let root = if prefix.starts_with(ROOT) { Some(0) } else { prefix.rfind("/AWSLogs/").map(|at| at + 1) };
    let Some(root) = root.map(|root| root + ROOT.len()) else { return Place::Elsewhere };
    let mut at = root;
    let mut folders = Vec::new();
    for folder in prefix.get(root..).unwrap_or_default().split_inclusive('/') {
        at += folder.len();
        folders.push((folder.trim_end_matches('/'), at));
    }
    if folders.first().is_some_and(|(name, _)| is_organization(name)) {
        folders.remove(0);
    }
    match folders.as_slice() {
        [] => Place::Accounts,
        [(account, _), ..] if !is_account(account) => Place::Elsewhere,
        [_] => Place::Services,
        [_, (kind, _), ..] if !is_kind(kind) => Place::Elsewhere,
        [_, _] => Place::Regions,
        [_, _, (_, region), ..] => Place::Files(*region),
    }
}

/// Whether a folder is an organisation's.
pub(super) fn is_organization(folder: &str) -> bool {
    folder.starts_with("o-")
}

/// Whether a folder is an account's.
pub(super) fn is_account(folder: &str) -> bool {
    folder.len() == 12 && folder.bytes().all(|byte| byte.is_ascii_digit())
}

/// The last folder of a prefix.
pub(super) fn last(prefix: &str) -> &str {
    prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The folder of a day, without its `/`: it sorts before all that is in it and behind the days before.
pub(super) fn day(date: Date) -> String {
    date.strftime("%Y/%m/%d").to_string()
}

/// The day of a key, `2026/01/05`, behind a Region's prefix of this length.
pub(super) fn day_of(key: &str, region: usize) -> &str {
    let day = key.get(region..).and_then(|rest| rest.get(..10)).unwrap_or_default();
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if day.len() == 10 && day.bytes().zip("0000/00/00".bytes()).all(fits) { day } else { "" }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("", Place::Elsewhere)]
    #[test_case("exports/", Place::Elsewhere)]
    #[test_case("AWSLogs/", Place::Accounts)]
    #[test_case("logs/of/all/AWSLogs/o-exampleorgid/", Place::Accounts)]
    #[test_case("AWSLogs/111122223333/", Place::Services)]
    #[test_case("AWSLogs/o-exampleorgid/111122223333/CloudTrail/", Place::Regions)]
    #[test_case("AWSLogs/111122223333/Config/", Place::Elsewhere)]
    #[test_case("AWSLogs/111122223333/CloudTrail-Digest/", Place::Elsewhere)]
    #[test_case("AWSLogs/111122223333/CloudTrail/eu-west-1/", Place::Files(42))]
    #[test_case("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/", Place::Files(42))]
    #[test_case("MyAWSLogs/111122223333/", Place::Elsewhere ; "another word")]
    fn places(prefix: &str, expected: Place) {
        assert_eq!(place(prefix), expected);
    }

    #[test]
    fn days() {
        let region = "AWSLogs/111122223333/CloudTrail/eu-west-1/".len();
        assert_eq!(day_of("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/x.json.gz", region), "2026/01/05");
        assert_eq!(day_of("AWSLogs/111122223333/CloudTrail/eu-west-1/x.json.gz", region), "");
        assert_eq!(day(jiff::civil::date(2026, 1, 5)), "2026/01/05");
    }
}
