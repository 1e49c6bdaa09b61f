//! What aliases and tags stand for: KMS's aliases, and the tags of keys and secrets.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_iam::types::{EntityType, Tag};
use portcullis_domain::{AliasArn, KeyArn};
use portcullis_response::PortError;
use portcullis_settings::{Inventory, TaggedResource};

use crate::error::port_error;

/// Reads the aliases and the tagged keys and secrets of the account and Region.
///
/// # Errors
///
/// When KMS or the tagging API does not answer, or refuses.
pub async fn read_inventory(config: &SdkConfig) -> Result<Inventory, PortError> {
    let mut inventory = Inventory::default();
    let mut aliases = aws_sdk_kms::Client::new(config).list_aliases().into_paginator().items().send();
    while let Some(alias) = aliases.next().await {
        let alias = alias.map_err(|error| port_error("failed to list the aliases of KMS keys", error))?;
        let Some(arn) = alias.alias_arn.and_then(|arn| arn.parse::<AliasArn>().ok()) else { continue };
        // An alias that AWS reserves for a key not yet made has no target.
        let key = alias.target_key_id.and_then(|id| key_beside(&arn, &id));
        if let Some(key) = key {
            inventory.aliases.insert(arn.to_string(), key);
        }
    }
    let tagging = aws_sdk_resourcegroupstagging::Client::new(config);
    let call = tagging.get_resources().resource_type_filters("kms:key").resource_type_filters("secretsmanager:secret");
    let mut tagged = call.into_paginator().items().send();
    while let Some(resource) = tagged.next().await {
        let resource = resource.map_err(|error| port_error("failed to list the tags of keys and secrets", error))?;
        let Some(arn) = resource.resource_arn else { continue };
        let tags = resource.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
        inventory.tagged.push(TaggedResource { arn, tags });
    }
    Ok(inventory)
}

/// Reads the tags of the account's roles and users, by their ARNs.
///
/// One call answers for a thousand of them with everything IAM knows, of which only the tags are kept
/// (IAM API Reference, *GetAccountAuthorizationDetails*).
///
/// # Errors
///
/// When IAM does not answer, or refuses.
pub async fn read_principal_tags(config: &SdkConfig) -> Result<BTreeMap<String, BTreeMap<String, String>>, PortError> {
    let what = "failed to read the tags of roles and users (the settings name actors by tag; see ReadPrincipalTags)";
    let client = aws_sdk_iam::Client::new(config);
    let call = client.get_account_authorization_details().filter(EntityType::Role).filter(EntityType::User);
    let mut pages = call.into_paginator().page_size(1000).send();
    let mut tagged = BTreeMap::new();
    let tags_of = |tags: Option<Vec<Tag>>| tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| port_error(what, error))?;
        for role in page.role_detail_list.into_iter().flatten() {
            tagged.extend(role.arn.map(|arn| (arn, tags_of(role.tags))));
        }
        for user in page.user_detail_list.into_iter().flatten() {
            tagged.extend(user.arn.map(|arn| (arn, tags_of(user.tags))));
        }
    }
    Ok(tagged)
}

/// The ARN of the key `id`, which lives where its alias does.
fn key_beside(alias: &AliasArn, id: &str) -> Option<KeyArn> {
    let prefix = alias.as_str().strip_suffix(alias.alias())?;
    format!("{prefix}key/{id}").parse().ok()
}
