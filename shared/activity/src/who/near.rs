//! What was probably meant, when nothing is found.

use std::collections::{BTreeMap, HashSet};

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, Principal};

use super::names::cut;
use super::row::session;

/// How many names are kept to choose from.
const NAMES: usize = 10_000;

/// How many are proposed.
const PROPOSED: usize = 5;

/// Names that were seen, by what they name.
#[derive(Debug, Default)]
pub(super) struct Near {
    names: BTreeMap<&'static str, HashSet<String>>,
    held: usize,
}

impl Near {
    pub(super) fn see(&mut self, access: &Access) {
        for asset in &access.assets {
            match asset {
                Asset::Secret(secret) => self.keep("secret", secret.short_name()),
                Asset::Key(key) => self.keep("key", key.as_str().rsplit(":key/").next().unwrap_or_default()),
                Asset::KeyAlias(alias) => self.keep("alias", alias.alias()),
            }
        }
        match &access.actor.principal {
            Principal::Role { arn, .. } => self.keep("role", arn.name()),
            Principal::User { arn, .. } => self.keep("user", arn.name()),
            Principal::Service { name } => self.keep("service", name),
            Principal::IdentityCenterUser { user_id } => self.keep("identity-center-user", user_id),
            Principal::ExternalIdentity { name } => self.keep("external-identity", name),
            _ => {}
        }
        if let Some(name) = session(access) {
            self.keep("session", name);
        }
        if let Some(name) = &access.actor.session.source_identity {
            self.keep("source-identity", name);
        }
    }

    pub(super) fn keep(&mut self, kind: &'static str, name: &str) {
        let name = cut(name);
        let known = self.names.entry(kind).or_default();
        if self.held < NAMES && !name.is_empty() && !known.contains(&*name) {
            known.insert(name.into_owned());
            self.held += 1;
        }
    }

    /// The nearest names as `kind:name`, as they can be asked for; the nearest first.
    pub(super) fn nearest(&self, word: &str) -> Vec<String> {
        let word = word.to_lowercase();
        let mut words = vec![word.as_str()];
        if word.starts_with("arn:") {
            words.extend(word.rsplit(':').next());
            words.extend(word.rsplit('/').next());
        }
        let of_kind = self.names.iter().flat_map(|(kind, names)| names.iter().map(move |name| (*kind, name)));
        let mut near: Vec<(usize, String)> = of_kind
            .filter_map(|(kind, name)| {
                let distance = words.iter().filter_map(|word| distance(word, &name.to_lowercase())).min()?;
                Some((distance, format!("{kind}:{name}")))
            })
            .collect();
        near.sort();
        near.truncate(PROPOSED);
        near.into_iter().map(|(_, name)| name).collect()
    }
}

/// How far a name is from a word; absent when it is too far to have been meant. One within the other is as near as a slip
/// of a few letters.
fn distance(word: &str, name: &str) -> Option<usize> {
    let distance = strsim::damerau_levenshtein(word, name);
    let is_near = distance <= name.len().div_ceil(3).min(5);
    let is_within = word.len().min(name.len()) >= 3 && (name.contains(word) || word.contains(name));
    match (is_near, is_within) {
        (true, _) => Some(distance),
        (false, true) => Some(6),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("prod/payrol/db", &["secret:prod/payroll/db"] ; "a slip")]
    #[test_case("Payroll-API", &["role:payroll-api"] ; "capitals")]
    #[test_case("payroll", &["role:payroll-api", "secret:prod/payroll/db"] ; "a part")]
    #[test_case("arn:aws:iam::111122223333:role/team/payrol-api", &["role:payroll-api"] ; "the end of an ARN")]
    #[test_case("something-else", &[] ; "nothing near")]
    fn nearest(word: &str, expected: &[&str]) {
        let mut near = Near::default();
        for (kind, name) in [("secret", "prod/payroll/db"), ("role", "payroll-api"), ("session", "i-0abcd1234example")]
        {
            near.keep(kind, name);
        }
        assert_eq!(near.nearest(word), expected);
    }

    #[test]
    fn bounded() {
        let mut near = Near::default();
        for n in 0..NAMES + 5 {
            near.keep("session", &format!("s-{n}"));
            near.keep("session", "again");
        }
        assert_eq!(near.names.values().map(HashSet::len).sum::<usize>(), NAMES);
    }
}
