//! The answer in words.

use jiff::Timestamp;
use portcullis_domain::Tier;

use super::answer::{Answer, Part};
use super::row::Row;
use super::subject::{AssetReading, Subject};

/// `secret prod/db (critical) was used 142 times by 3 actors in 30 days; 2 calls denied; 1 actor is not authorized`.
pub(super) fn used_by(part: &Part, asked: &str, period: &str) -> String {
    let users: Vec<&Row> = part.rows.iter().filter(|row| row.totals.uses.success > 0).collect();
    let tier = common_tier(part).map_or_else(String::new, |tier| format!(" ({tier})"));
    let subject = format!("{}{tier}", subject(part, asked));
    let mut clauses = vec![match part.totals.uses.success {
        0 => format!("{subject} was not used {period}"),
        uses => format!("{subject} was used {} by {} {period}", times(uses), many(users.len(), "actor")),
    }];
    clauses.extend(outcomes(part));
    match unauthorized(&users) {
        0 => {}
        1 => clauses.push("1 actor is not authorized".to_owned()),
        more => clauses.push(format!("{more} actors are not authorized")),
    }
    clauses.join("; ")
}

/// `role reporting used 1 key and 2 secrets 5 times in 30 days; 2 calls denied; not authorized for 1 of them`.
pub(super) fn uses(part: &Part, asked: &str, period: &str) -> String {
    let used: Vec<&Row> = part.rows.iter().filter(|row| row.totals.uses.success > 0).collect();
    let subject = subject(part, asked);
    let kinds = |kinds: &[&str]| used.iter().filter(|row| kinds.contains(&row.kind)).count();
    let what = match (kinds(&["key", "alias"]), kinds(&["secret"])) {
        (keys, 0) => many(keys, "key"),
        (0, secrets) => many(secrets, "secret"),
        (keys, secrets) => format!("{} and {}", many(keys, "key"), many(secrets, "secret")),
    };
    let mut clauses = vec![match part.totals.uses.success {
        0 => format!("{subject} used no key and no secret {period}"),
        uses => format!("{subject} used {what} {} {period}", times(uses)),
    }];
    clauses.extend(outcomes(part));
    let unauthorized = unauthorized(&used);
    if unauthorized > 0 {
        clauses.push(format!("not authorized for {unauthorized} of them"));
    }
    clauses.join("; ")
}

fn subject(part: &Part, asked: &str) -> String {
    match part.read_as.as_slice() {
        [one] => one.label.clone(),
        _ => format!("`{asked}`"),
    }
}

/// The tier of whatever was used, where it is the same in all rows.
pub(super) fn common_tier(part: &Part) -> Option<Tier> {
    let first = part.rows.first()?.tier;
    first.filter(|_| part.rows.iter().all(|row| row.tier == first))
}

fn unauthorized(rows: &[&Row]) -> usize {
    rows.iter().filter(|row| row.authorized == Some(false)).count()
}

fn outcomes(part: &Part) -> Vec<String> {
    let (looks, totals) = (part.totals.looks.all(), part.totals);
    let mut clauses = Vec::new();
    if looks > 0 {
        clauses.push(format!("looked at {}", times(looks)));
    }
    for (count, word) in [(totals.denied(), "denied"), (totals.failed(), "failed")] {
        if count > 0 {
            clauses.push(format!("{} {word}", many(count, "call")));
        }
    }
    clauses
}

/// How long the records reach, as people say it.
pub(super) fn period(reach: Option<(Timestamp, Timestamp)>) -> String {
    let Some((first, last)) = reach else { return "at times not told".to_owned() };
    let seconds = last.duration_since(first).as_secs().max(0).unsigned_abs();
    let (length, unit) = match seconds {
        0..7_200 => (seconds.div_ceil(60).max(1), "minute"),
        7_200..172_800 => ((seconds + 1_800) / 3_600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    format!("in {}", many(length, unit))
}

/// What people should know about the answer.
pub(super) fn notes(answer: &Answer, subject: &Subject, learnt: &[String], rows: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let read_as: Vec<String> = answer
        .parts()
        .flat_map(|part| &part.read_as)
        .map(|read| format!("{} ({})", read.label, many(read.records, "record")))
        .collect();
    if read_as.len() > 1 {
        let one = answer.parts().flat_map(|part| &part.read_as).map(|read| read.kind).next().unwrap_or_default();
        notes.push(format!(
            "`{}` was found as {}; to ask for one alone, write its kind before it, such as `{one}:{}`",
            subject.word,
            read_as.join(", "),
            subject.word
        ));
    }
    if let Some(part) = answer.used_by.as_ref().filter(|part| part.assets.len() > 1) {
        notes.push(several_assets(part));
    }
    notes.extend(learnt.iter().cloned());
    let is_alias = |reading: &AssetReading| matches!(reading, AssetReading::Alias(_) | AssetReading::AliasName(_));
    if subject.assets.iter().any(is_alias) {
        notes.push(if learnt.is_empty() {
            "records name keys, hardly ever aliases, and none here tells what the alias points to: ask for the key's id too \
             (aws kms describe-key --key-id ALIAS)"
                .to_owned()
        } else {
            "from then on, uses of the key are taken for uses of the alias; for those before, ask for the key".to_owned()
        });
    }
    for part in answer.parts() {
        if part.beyond > 0 {
            notes.push(format!("{} are in no row: there are {rows} others", many(part.beyond, "record")));
        }
        if part.repeated > 0 {
            let is_are = if part.repeated == 1 { "is" } else { "are" };
            notes.push(format!(
                "{} {is_are} in several rows, for touching several keys or secrets",
                many(part.repeated, "record")
            ));
        }
        if part.untimed > 0 {
            notes.push(format!("of {} the time cannot be read", many(part.untimed, "record")));
        }
    }
    notes
}

fn several_assets(part: &Part) -> String {
    const SHOWN: usize = 5;
    let name = |asset: &super::part::Meant| {
        let place = [asset.account.as_deref(), asset.region.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        format!("{} in {} ({})", asset.label, place.join(" "), many(asset.records, "record"))
    };
    let names: Vec<String> = part.assets.iter().take(SHOWN).map(name).collect();
    let more = part.assets.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("this is about {} keys and secrets: {}{more}", part.assets.len(), names.join(", "))
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

pub(super) fn many(count: impl TryInto<u64>, word: &str) -> String {
    let count: u64 = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("2026-01-05T08:00:00Z", "in 1 minute" ; "no time at all")]
    #[test_case("2026-01-05T09:04:22Z", "in 65 minutes")]
    #[test_case("2026-01-06T08:00:00Z", "in 24 hours")]
    #[test_case("2026-02-04T07:59:58Z", "in 30 days")]
    fn periods(last: &str, expected: &str) {
        let first = "2026-01-05T08:00:00Z".parse().unwrap();
        assert_eq!(period(Some((first, last.parse().unwrap()))), expected);
    }
}
