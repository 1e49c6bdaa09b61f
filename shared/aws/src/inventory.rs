//! What aliases and tags stand for: KMS's aliases, and the tags of keys and secrets.

use aws_config::SdkConfig;
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

/// The ARN of the key `id`, which lives where its alias does.
fn key_beside(alias: &AliasArn, id: &str) -> Option<KeyArn> {
    let prefix = alias.as_str().strip_suffix(alias.alias())?;
    format!("{prefix}key/{id}").parse().ok()
}
