//! When keys and secrets are to be rotated next.

use std::collections::BTreeSet;
use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::types::KeyState;
use aws_sdk_secretsmanager::types::SecretListEntry;
use jiff::Timestamp;
use portcullis_domain::{Asset, KeyArn, SecretRef};
use portcullis_monitoring::rotation::{Rotation, SecretRotation};
use portcullis_response::{PortError, PortErrorKind};

use crate::error::{code, port_error};
use crate::times::timestamp;

/// Reads rotations of this account and Region.
#[derive(Clone, Debug)]
pub struct RotationReader {
    kms: aws_sdk_kms::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl RotationReader {
    /// With clients of its own.
    pub fn new(config: &SdkConfig) -> Self {
        Self::with(aws_sdk_kms::Client::new(config), aws_sdk_secretsmanager::Client::new(config))
    }

    /// With clients at hand.
    pub const fn with(kms: aws_sdk_kms::Client, secrets: aws_sdk_secretsmanager::Client) -> Self {
        Self { kms, secrets }
    }

    /// Every secret, with its rotation; those that are being deleted are left out (Secrets Manager API Reference,
    /// *ListSecrets*).
    ///
    /// # Errors
    ///
    /// When Secrets Manager does not answer, or refuses.
    pub async fn secrets(&self) -> Result<Vec<(Asset, Rotation)>, PortError> {
        let mut pages = self.secrets.list_secrets().max_results(100).into_paginator().send();
        let mut secrets = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| port_error("failed to list the secrets, for when they are rotated", error))?;
            secrets.extend(page.secret_list.iter().flatten().filter_map(rotation_of_secret));
        }
        Ok(secrets)
    }

    /// Every key.
    ///
    /// # Errors
    ///
    /// When KMS does not answer, or refuses.
    pub async fn keys(&self) -> Result<BTreeSet<KeyArn>, PortError> {
        let mut found = self.kms.list_keys().limit(1000).into_paginator().items().send();
        let mut keys = BTreeSet::new();
        while let Some(key) = found.next().await {
            let key = key.map_err(|error| port_error("failed to list the keys, for when they are rotated", error))?;
            keys.extend(key.key_arn.and_then(|arn| arn.parse::<KeyArn>().ok()));
        }
        Ok(keys)
    }

    /// The rotation of each key that is there. What is denied, as a key's own policy may have it, or refused otherwise, is
    /// said of that key.
    ///
    /// # Errors
    ///
    /// When KMS does not answer.
    pub async fn of_keys(&self, keys: &BTreeSet<KeyArn>, now: Timestamp) -> Result<Vec<(Asset, Rotation)>, PortError> {
        let mut rotations = Vec::new();
        for key in keys {
            match self.of_key(key, now).await {
                Ok(rotation) => rotations.extend(rotation.map(|rotation| (Asset::Key(key.clone()), rotation))),
                Err(error) if error.kind == PortErrorKind::Retryable => return Err(error),
                Err(error) => rotations.push((Asset::Key(key.clone()), Rotation::Unreadable(error.chain()))),
            }
        }
        Ok(rotations)
    }

    /// Nothing of a key that is not there.
    async fn of_key(&self, key: &KeyArn, now: Timestamp) -> Result<Option<Rotation>, PortError> {
        let what = || format!("failed to read when key `{}` is rotated", key.as_str());
        let status = match self.kms.get_key_rotation_status().key_id(key.as_str()).send().await {
            Ok(status) => status,
            Err(error) => {
                return match code(&error) {
                    Some("NotFoundException") => Ok(None),
                    // Of asymmetric keys, of keys in a store of one's own or about to be deleted (KMS API Reference,
                    // *GetKeyRotationStatus*, Errors).
                    Some("UnsupportedOperationException" | "KMSInvalidStateException") => Ok(Some(Rotation::Never)),
                    _ => denied(what(), error),
                };
            }
        };
        let next = status.next_rotation_date.as_ref().and_then(timestamp);
        let Some(next) = next.filter(|_| status.key_rotation_enabled) else { return Ok(Some(Rotation::Never)) };
        if next > now {
            return Ok(Some(Rotation::Next(next)));
        }
        // A key that is disabled is not rotated until it is enabled again (KMS Developer Guide, *Rotate AWS KMS keys*).
        let answer = self.kms.describe_key().key_id(key.as_str()).send().await;
        let metadata = match answer {
            Ok(answer) => answer.key_metadata,
            Err(error) => return denied(what(), error),
        };
        let in_use = metadata.and_then(|metadata| metadata.key_state) == Some(KeyState::Enabled);
        Ok(Some(if in_use { Rotation::Next(next) } else { Rotation::Never }))
    }
}

/// A key that may not be looked at is one that nothing is known of; anything else is a failure (KMS API Reference, *Common
/// Errors*).
fn denied<E>(what: String, error: SdkError<E, HttpResponse>) -> Result<Option<Rotation>, PortError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let denied = matches!(code(&error), Some("AccessDeniedException" | "AccessDenied"));
    let error = port_error(what, error);
    if denied { Ok(Some(Rotation::Denied(error.chain()))) } else { Err(error) }
}

fn rotation_of_secret(secret: &SecretListEntry) -> Option<(Asset, Rotation)> {
    let arn = secret.arn().filter(|_| secret.deleted_date.is_none())?;
    let rotation = SecretRotation {
        enabled: secret.rotation_enabled == Some(true),
        next: secret.next_rotation_date.as_ref().and_then(timestamp),
        last: secret.last_rotated_date.as_ref().and_then(timestamp),
        made: secret.created_date.as_ref().and_then(timestamp),
        every_days: secret.rotation_rules.as_ref().and_then(|rules| rules.automatically_after_days),
    };
    Some((Asset::Secret(SecretRef::new(arn, None, None)), rotation.rotation()))
}
