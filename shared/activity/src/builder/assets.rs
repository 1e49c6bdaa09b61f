//! Keys, secrets and parameters as texts: first one that tells each from all others, then what people call them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use portcullis_domain::{AccountId, AliasArn, Asset, KeyArn, SecretRef};

use super::counted::Thing;

/// What parts a secret's name from its account and its Region. No name of anything in AWS has one.
const PARTING: char = '\t';

/// A text that tells it from all others: an ARN, or the name of a secret with its account and Region. `buffer` saves an
/// allocation.
pub(super) fn text<'a>(thing: Thing<'a>, buffer: &'a mut String) -> &'a str {
    match thing {
        Thing::Parameter(arn) => arn,
        Thing::Asset(Asset::Key(arn)) => arn.as_str(),
        Thing::Asset(Asset::KeyAlias(arn)) => arn.as_str(),
        Thing::Asset(Asset::Secret(secret)) if secret.written.starts_with("arn:") => &secret.written,
        Thing::Asset(Asset::Secret(SecretRef { written, account, region })) => {
            buffer.clear();
            let account = account.as_ref().map_or("", AccountId::as_str);
            // Writing to a text cannot fail.
            let _ = write!(buffer, "{written}{PARTING}{account}{PARTING}{}", region.as_deref().unwrap_or_default());
            buffer
        }
    }
}

/// What such a text means.
enum Named {
    Key(KeyArn),
    Alias(AliasArn),
    Secret(SecretRef),
    /// By the ARN.
    Parameter(String),
}

impl Named {
    fn read(text: &str) -> Self {
        let mut parts = text.rsplitn(3, PARTING);
        if let (Some(region), Some(account), Some(name)) = (parts.next(), parts.next(), parts.next()) {
            let region = (!region.is_empty()).then(|| region.to_owned());
            return Self::Secret(SecretRef::new(name, account.parse().ok(), region));
        }
        if let Ok(key) = text.parse() {
            return Self::Key(key);
        }
        if let Ok(alias) = text.parse() {
            return Self::Alias(alias);
        }
        if text.split(':').nth(2) == Some("ssm") {
            return Self::Parameter(text.to_owned());
        }
        Self::Secret(SecretRef::new(text, None, None))
    }

    /// `key 1234abcd-…`, `alias/backup`, `secret prod/db`, `parameter prod/db`.
    fn short(&self) -> String {
        match self {
            Self::Key(arn) => format!("key {}", arn.as_str().rsplit("key/").next().unwrap_or_default()),
            Self::Alias(arn) => arn.alias().to_owned(),
            Self::Secret(secret) => format!("secret {}", secret.short_name()),
            Self::Parameter(arn) => format!("parameter {}", arn.splitn(2, ":parameter/").last().unwrap_or(arn)),
        }
    }

    /// The ARN, or whatever says most.
    fn full(&self) -> String {
        match self {
            Self::Key(arn) => arn.to_string(),
            Self::Alias(arn) => arn.to_string(),
            Self::Parameter(arn) => arn.clone(),
            Self::Secret(SecretRef { written, .. }) if written.starts_with("arn:") => written.clone(),
            Self::Secret(SecretRef { written, account, region }) => {
                let place = [account.as_ref().map(AccountId::as_str), region.as_deref()];
                let place: Vec<&str> = place.into_iter().flatten().collect();
                let place = if place.is_empty() { "an unknown account".to_owned() } else { place.join(", ") };
                format!("secret {written} in {place}")
            }
        }
    }
}

/// Which texts mean the same secret, written more or less fully: the number of each such text, and the number to take for it.
///
/// They do where account, Region and the name without its random suffix agree and no more than one suffix occurs: with two,
/// the name without one may be either.
pub(super) fn spellings<'t>(texts: impl Iterator<Item = (u32, &'t str)>) -> HashMap<u32, u32> {
    let mut groups: BTreeMap<_, Vec<(String, u32)>> = BTreeMap::new();
    for (number, text) in texts {
        if let Named::Secret(secret) = Named::read(text) {
            let literal = secret.names().next().unwrap_or_default().to_owned();
            let short = secret.short_name().to_owned();
            groups.entry((secret.account, secret.region, short)).or_default().push((literal, number));
        }
    }
    let mut same = HashMap::new();
    for ((_, _, short), mut group) in groups {
        // The name with a suffix says most. An order that is always the same.
        group.sort_by(|(a, m), (b, n)| (*a == short, a, m).cmp(&(*b == short, b, n)));
        let suffixed: BTreeSet<&String> = group.iter().map(|(name, _)| name).filter(|name| **name != short).collect();
        if let Some((_, first)) = group.first().filter(|_| suffixed.len() < 2) {
            same.extend(group.iter().map(|(_, number)| (*number, *first)));
        }
    }
    same
}

/// What people call each: short, and in full where two short names would be the same.
pub(super) fn called<'t>(texts: impl Iterator<Item = (u32, &'t str)>) -> HashMap<u32, String> {
    let named: BTreeMap<u32, Named> = texts.map(|(number, text)| (number, Named::read(text))).collect();
    let mut of_short: HashMap<String, usize> = HashMap::new();
    for thing in named.values() {
        *of_short.entry(thing.short()).or_default() += 1;
    }
    let name = |thing: &Named| {
        let short = thing.short();
        if of_short.get(&short).is_some_and(|same| *same > 1) { thing.full() } else { short }
    };
    named.iter().map(|(number, thing)| (*number, name(thing))).collect()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k1";
    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:";

    fn numbered<'t>(texts: &[&'t str]) -> Vec<(u32, &'t str)> {
        (0..).zip(texts.iter().copied()).collect()
    }

    fn bare(name: &str, account: &str) -> String {
        let secret = SecretRef::new(name, account.parse().ok(), Some("eu-west-1".to_owned()));
        text(Thing::Asset(&Asset::Secret(secret)), &mut String::new()).to_owned()
    }

    #[test_case(KEY, "key k1", KEY)]
    #[test_case(
        "arn:aws:kms:eu-west-1:111122223333:alias/backup",
        "alias/backup",
        "arn:aws:kms:eu-west-1:111122223333:alias/backup"
    )]
    #[test_case(&format!("{SECRET}prod/db-AbCdEf"), "secret prod/db", &format!("{SECRET}prod/db-AbCdEf"))]
    #[test_case(
        "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db",
        "parameter prod/db",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"
    )]
    #[test_case(&bare("prod/db", "111122223333"), "secret prod/db", "secret prod/db in 111122223333, eu-west-1")]
    #[test_case("prod/db\t\t", "secret prod/db", "secret prod/db in an unknown account")]
    fn names(text: &str, short: &str, full: &str) {
        let named = Named::read(text);
        assert_eq!((named.short().as_str(), named.full().as_str()), (short, full));
    }

    #[test]
    fn two_of_the_same_short_name_are_called_in_full() {
        let (ours, theirs) = (bare("prod/db", "111122223333"), bare("prod/db", "444455556666"));
        let called = called(numbered(&[&ours, KEY, &theirs]).into_iter());
        let names: Vec<&str> = (0..3).map(|number| called[&number].as_str()).collect();
        let full = ["secret prod/db in 111122223333, eu-west-1", "key k1", "secret prod/db in 444455556666, eu-west-1"];
        assert_eq!(names, full);
    }

    #[test]
    fn a_secret_by_name_and_by_arn_is_one() {
        let [full, partial] = ["prod/db-AbCdEf", "prod/db"].map(|name| format!("{SECRET}{name}"));
        let (name, elsewhere) = (bare("prod/db", "111122223333"), bare("prod/db", "444455556666"));
        let same = spellings(numbered(&[&name, &full, &partial, &elsewhere, KEY]).into_iter());
        assert_eq!(same, HashMap::from([(0, 1), (1, 1), (2, 1), (3, 3)]));
    }

    #[test]
    fn a_name_that_may_be_either_of_two_is_neither() {
        let [public, secret] = ["api-public", "api-secret"].map(|name| format!("{SECRET}{name}"));
        let same = spellings(numbered(&[&public, &bare("api", "111122223333"), &secret]).into_iter());
        assert_eq!(same, HashMap::new());
    }
}
