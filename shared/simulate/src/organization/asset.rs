//! Keys and secrets.

use crate::ids;
use crate::rng::Rng;

/// A key, or several that had one alias after the other.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) alias: String,
    pub(crate) region: &'static str,
    account: String,
    first: String,
    second: String,
    /// When the alias was pointed from the first key to the second.
    repointed: Option<i64>,
}

impl Key {
    pub(crate) fn new(seed: u64, account: &str, region: &'static str, alias: &str) -> Self {
        let mut rng = Rng::named(seed, &format!("{account}{region}{alias}"));
        let mut arn = || format!("arn:aws:kms:{region}:{account}:key/{}", ids::uuid(&mut rng));
        let (first, second) = (arn(), arn());
        Self { alias: alias.to_owned(), region, account: account.to_owned(), first, second, repointed: None }
    }

    /// The same, with an alias that is pointed to another key at a time.
    pub(crate) fn repointed(mut self, at: i64) -> Self {
        self.repointed = Some(at);
        self
    }

    /// Its ARN; where the alias was repointed, that of the key it had at first.
    pub(crate) fn first(&self) -> &str {
        &self.first
    }

    /// The ARN of the key that the alias came to point to.
    pub(crate) fn second(&self) -> &str {
        &self.second
    }

    /// The ARN of the key that the alias points to at a time.
    pub(crate) fn at(&self, time: i64) -> &str {
        if self.repointed.is_some_and(|repointed| repointed <= time) { &self.second } else { &self.first }
    }

    pub(crate) fn alias_arn(&self) -> String {
        format!("arn:aws:kms:{}:{}:{}", self.region, self.account, self.alias)
    }

    /// Every key that there is or will be.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &str> {
        let second = self.repointed.is_some().then_some(self.second.as_str());
        std::iter::once(self.first.as_str()).chain(second)
    }
}

/// A key's id, by its ARN.
pub(crate) fn key_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// A secret.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// The version that is current until the first rotation.
    pub(crate) version: String,
    /// The key it lies under.
    pub(crate) key: std::sync::Arc<Key>,
}

impl Secret {
    pub(crate) fn new(seed: u64, account: &str, key: &std::sync::Arc<Key>, name: &str) -> Self {
        let region = key.region;
        let mut rng = Rng::named(seed, &format!("{account}{region}{name}"));
        let arn = format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-{}", ids::suffix(&mut rng, 6));
        Self { name: name.to_owned(), arn, version: ids::uuid(&mut rng), key: std::sync::Arc::clone(key) }
    }
}
