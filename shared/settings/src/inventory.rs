//! What AWS alone knows: which key an alias points to, and how resources and principals are tagged.

use std::collections::BTreeMap;

use portcullis_domain::{Asset, KeyArn, SecretRef};

/// The tag that makes a key or secret a decoy, whatever its value, `false` excepted.
const DECOY_TAG: &str = "portcullis:decoy";

/// What was found in the accounts and Regions looked at. Empty by default: entries by alias then match records that
/// name the alias, entries by tag match nothing, and nobody is authorised by a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The key that each alias points to, by the alias's ARN.
    pub aliases: BTreeMap<String, KeyArn>,
    /// The keys and secrets that have tags; other resources do no harm.
    pub tagged: Vec<TaggedResource>,
    /// The tags of roles and users, values by key, by the ARN of the role or user with its path.
    pub principals: BTreeMap<String, BTreeMap<String, String>>,
}

/// A resource and its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedResource {
    /// Its full ARN.
    pub arn: String,
    /// Its tags, values by key.
    pub tags: BTreeMap<String, String>,
}

impl Inventory {
    /// Whether the tag `portcullis:decoy` makes the asset a decoy.
    pub fn is_tagged_decoy(&self, asset: &Asset) -> bool {
        self.has_tag(asset, DECOY_TAG, |value| !value.eq_ignore_ascii_case("false"))
    }

    /// The key that a record means, where it means one that is known.
    pub(crate) fn key_of<'a>(&'a self, asset: &'a Asset) -> Option<&'a KeyArn> {
        match asset {
            Asset::Key(key) => Some(key),
            Asset::KeyAlias(alias) => self.aliases.get(alias.as_str()),
            Asset::Secret(_) => None,
        }
    }

    /// Whether the asset has, or may have, the tag with a value that fits.
    pub(crate) fn has_tag(&self, asset: &Asset, key: &str, fits: impl Fn(&str) -> bool) -> bool {
        let mut tagged = self.tagged_with(key, fits);
        match asset {
            Asset::Secret(secret) => tagged.any(|arn| is_secret(arn) && SecretRef::new(arn, None, None).may_be(secret)),
            Asset::Key(_) | Asset::KeyAlias(_) => {
                self.key_of(asset).is_some_and(|found| tagged.any(|arn| arn == found.as_str()))
            }
        }
    }

    /// The resources that have the tag with a value that fits.
    pub(crate) fn tagged_with(&self, key: &str, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.tagged
            .iter()
            .filter(move |resource| resource.tags.get(key).is_some_and(|value| fits(value)))
            .map(|resource| resource.arn.as_str())
    }
}

/// Whether an ARN, or a pattern of ARNs, is about secrets.
pub(crate) fn is_secret(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("secretsmanager")
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/bait";
    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/bait-AbCdEf";

    fn tagged(key: &str, value: &str) -> Inventory {
        let resource =
            |arn: &str| TaggedResource { arn: arn.to_owned(), tags: [(key.to_owned(), value.to_owned())].into() };
        Inventory {
            aliases: [(ALIAS.to_owned(), KEY.parse().unwrap())].into(),
            tagged: vec![resource(KEY), resource(SECRET)],
            ..Inventory::default()
        }
    }

    #[test_case("portcullis:decoy", "true", true ; "true")]
    #[test_case("portcullis:decoy", "", true ; "no value")]
    #[test_case("portcullis:decoy", "honey", true ; "any value")]
    #[test_case("portcullis:decoy", "false", false ; "false")]
    #[test_case("portcullis:decoy", "False", false ; "false with a capital")]
    #[test_case("decoy", "true", false ; "another tag")]
    fn decoys(key: &str, value: &str, expected: bool) {
        let inventory = tagged(key, value);
        for asset in [
            Asset::Key(KEY.parse().unwrap()),
            Asset::KeyAlias(ALIAS.parse().unwrap()),
            Asset::Secret(SecretRef::new(SECRET, None, None)),
            Asset::Secret(SecretRef::new("prod/bait", None, None)),
        ] {
            assert_eq!(inventory.is_tagged_decoy(&asset), expected, "{asset}");
        }
        let other = Asset::Secret(SecretRef::new("prod/web", None, None));
        assert!(!inventory.is_tagged_decoy(&other));
    }
}
