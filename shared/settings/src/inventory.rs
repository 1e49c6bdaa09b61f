//! What AWS alone knows: which key an alias points to, and how resources are tagged.

use std::collections::BTreeMap;

use portcullis_domain::KeyArn;

use crate::Glob;

/// What was found in the accounts and Regions looked at. Empty by default: entries by alias then match records that
/// name the alias, and entries by tag match nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The key that each alias points to, by the alias's ARN.
    pub aliases: BTreeMap<String, KeyArn>,
    /// The keys and secrets that have tags; other resources do no harm.
    pub tagged: Vec<TaggedResource>,
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
    /// The resources that have the tag; `value` is absent for any value.
    pub(crate) fn tagged_with<'a>(
        &'a self,
        key: &'a str,
        value: Option<&'a Glob>,
    ) -> impl Iterator<Item = &'a str> + 'a {
        self.tagged
            .iter()
            .filter(move |resource| {
                resource.tags.get(key).is_some_and(|found| value.is_none_or(|value| value.matches(found)))
            })
            .map(|resource| resource.arn.as_str())
    }
}
