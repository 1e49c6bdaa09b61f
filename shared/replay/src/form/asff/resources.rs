//! Who and what is concerned, as ASFF has resources.

use portcullis_domain::{AccountId, Asset, Finding, Principal};
use serde_json::{Value, json};

use super::limited;

/// So many fit.
const MOST: usize = 32;

/// The actor, then the assets; the account where a finding has neither that could be named.
pub(super) fn resources(finding: &Finding, account: &AccountId, region: &str, partition: &str) -> Vec<Value> {
    let resource = |kind: &str, id: &str, role: &str| {
        json!({
            "Type": kind,
            "Id": limited(id, 512),
            "Partition": partition,
            "Region": limited(region, 16),
            "ResourceRole": role,
        })
    };
    let actor = match &finding.actor.principal {
        Principal::Role { arn, .. } => Some(resource("AwsIamRole", arn.as_str(), "Actor")),
        Principal::User { arn, .. } => Some(resource("AwsIamUser", arn.as_str(), "Actor")),
        _ => None,
    };
    let assets = finding.assets.iter().map(|asset| {
        let (kind, id) = match asset {
            Asset::Key(key) => ("AwsKmsKey", key.to_string()),
            Asset::KeyAlias(alias) => ("Other", alias.to_string()),
            Asset::Secret(secret) => ("AwsSecretsManagerSecret", secret.written.clone()),
        };
        resource(kind, &id, "Target")
    });
    let mut resources: Vec<Value> = actor.into_iter().chain(assets).take(MOST).collect();
    if resources.is_empty() {
        resources.push(resource("AwsAccount", &format!("AWS::::Account:{account}"), "Target"));
    }
    resources
}
