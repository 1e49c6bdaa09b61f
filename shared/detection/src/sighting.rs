//! What the access ledger keeps of a record.

use portcullis_cloudtrail::{Access, Record};
use portcullis_domain::{Asset, Outcome, sha256_hex};
use portcullis_knowledge::Sighting;
use portcullis_settings::{Inventory, Judgement};

use crate::derived::{actor_name, origin_id};
use crate::pipeline::Pipeline;

/// The calls whose rate matters: each hands out a secret, a plaintext, a signature or a key to encrypt with.
const COUNTED: &[&str] = &[
    "BatchGetSecretValue",
    "Decrypt",
    "DeriveSharedSecret",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetSecretValue",
    "ReEncrypt",
    "Sign",
];

/// The calls that make an asset, or what it holds. Other changes do not make it known: whoever tags a secret has not read it.
const MAKING: &[&str] = &["CreateKey", "CreateSecret", "PutSecretValue"];

/// The services whose calls say who is used to what.
pub(crate) const SERVICES: &[&str] = &["kms", "secretsmanager", "ssm"];

/// The sightings in a record: one for each asset that was used, or one without an asset. None where the record does not
/// say who or when, and none of calls to other services than those of keys, secrets and parameters.
pub(crate) fn sightings(
    record: &Record<'_>,
    access: &Access,
    judgement: &Judgement,
    pipeline: &Pipeline,
) -> Vec<Sighting> {
    let (Some(time), Some(actor)) = (access.time, actor_name(&access.actor.principal)) else { return Vec::new() };
    if !SERVICES.contains(&access.action.service.as_str()) {
        return Vec::new();
    }
    let place = origin_id(&access.origin, judgement.network.as_deref(), pipeline.context.geo.as_ref());
    // What a service does behind a call that is counted itself is the same use seen from below.
    let is_shadow = access.via.is_some() && access.assets.iter().any(|asset| matches!(asset, Asset::Secret(_)));
    let used = uses(access);
    let one = |asset: &Option<Asset>| Sighting {
        account: access.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        actor: actor.clone(),
        asset: asset.as_ref().map(|asset| asset_id(asset, &pipeline.inventory)),
        time,
        event_id: access.event_id.clone().unwrap_or_else(|| sha256_hex(record.raw)),
        outcome: access.outcome,
        place: place.clone(),
        // The service's use of the key is not yet the actor's use of the secret: that has a record of its own.
        uses: used && !(is_shadow && matches!(asset, Some(Asset::Secret(_)))),
        counted: access.outcome == Outcome::Success && !is_shadow && COUNTED.contains(&access.action.name.as_str()),
    };
    if access.assets.is_empty() {
        return vec![one(&None)];
    }
    access.assets.iter().map(|asset| one(&Some(asset.clone()))).collect()
}

/// Whether it is a use, or the making of the asset, that succeeded. A batch of secrets is not: each of its secrets has a record of its
/// own as well (Secrets Manager User Guide, *Retrieve a group of secrets in a batch*).
fn uses(access: &Access) -> bool {
    let name = access.action.name.as_str();
    let is_use = COUNTED.contains(&name) && name != "BatchGetSecretValue";
    access.outcome == Outcome::Success && (is_use || MAKING.contains(&name))
}

/// One word for an asset, however the caller spelled it: of a key its ARN, also when an alias was named and it is known
/// which key that is; of a secret account, Region and name.
fn asset_id(asset: &Asset, inventory: &Inventory) -> String {
    match asset {
        Asset::Key(arn) => arn.to_string(),
        Asset::KeyAlias(alias) => {
            inventory.aliases.get(alias.as_str()).map_or_else(|| alias.to_string(), ToString::to_string)
        }
        Asset::Secret(secret) => {
            let account = secret.account.as_ref().map(ToString::to_string).unwrap_or_default();
            let region = secret.region.as_deref().unwrap_or_default();
            format!("secret:{region}:{account}:{}", secret.short_name())
        }
    }
}
