//! Reads of secrets and parameters, and the use of a key behind each.

use super::Turn;
use crate::organization::{App, HOME, Secret};
use crate::record::{Call, Identity, Origin};
use crate::stage::Stage;

const SECRETS_MANAGER: &str = "secretsmanager.amazonaws.com";
const PARAMETER_STORE: &str = "ssm.amazonaws.com";

/// An application reads one of its secrets.
pub(crate) fn by_application(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let pairs = account.apps.iter().flat_map(|app| app.secrets.iter().map(move |secret| (app, secret)));
    let pairs: Vec<_> = pairs.collect();
    let Some((app, secret)) = turn.checked_rem(pairs.len()).and_then(|turn| pairs.get(turn)) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let key = key_of(app, secret, stage.at);
    read(stage, &identity, &origin, secret, &key);
}

/// The critical application is started anew every night, and reads its first secret.
pub(crate) fn at_restart(stage: &mut Stage<'_>, _: Turn) {
    let account = stage.account;
    let Some(app) = account.app("worker") else { return };
    let Some(secret) = app.secrets.first() else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let key = key_of(app, secret, stage.at);
    read(stage, &identity, &origin, secret, &key);
}

/// The key that an application meets behind a secret: whoever keeps to old versions keeps to the old key.
fn key_of(app: &App, secret: &Secret, at: i64) -> String {
    if app.keeps_first_key { secret.key.first() } else { secret.key.at(at) }.to_owned()
}

/// Somebody reads a secret, and Secrets Manager decrypts it with that one's rights. `GetSecretValue` names what was asked for
/// as it was asked for.
pub(crate) fn read(stage: &mut Stage<'_>, identity: &Identity<'_>, origin: &Origin, secret: &Secret, key: &str) {
    let asked = if stage.rng.per_mille(300) { &secret.arn } else { &secret.name };
    let asked = format!(r#""secretId":"{asked}""#);
    let call = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "GetSecretValue");
    stage.say(&call.request(asked));
    decrypt(stage, identity, secret, key);
}

/// What Secrets Manager does with the key for somebody (Secrets Manager User Guide, *Secret encryption and decryption*).
pub(crate) fn decrypt(stage: &mut Stage<'_>, identity: &Identity<'_>, secret: &Secret, key: &str) {
    let account = stage.account;
    let context = context(secret);
    let call = Call::reading(identity.via(SECRETS_MANAGER), Origin::service(SECRETS_MANAGER), "kms", "Decrypt")
        .request(format!(r#"{context},"encryptionAlgorithm":"SYMMETRIC_DEFAULT""#))
        .additional(format!(r#""keyMaterialId":"{}""#, material(key)))
        .touching(&account.id, "AWS::KMS::Key", key);
    stage.say(&call);
}

/// Somebody writes a secret's value; Secrets Manager asks for a data key with that one's rights.
pub(crate) fn data_key(stage: &mut Stage<'_>, identity: &Identity<'_>, secret: &Secret, key: &str) {
    let account = stage.account;
    let context = context(secret);
    let call = Call::reading(identity.via(SECRETS_MANAGER), Origin::service(SECRETS_MANAGER), "kms", "GenerateDataKey")
        .request(format!(r#"{context},"keyId":"{key}","keySpec":"AES_256""#))
        .additional(format!(r#""keyMaterialId":"{}""#, material(key)))
        .touching(&account.id, "AWS::KMS::Key", key);
    stage.say(&call);
}

fn context(secret: &Secret) -> String {
    format!(r#""encryptionContext":{{"SecretARN":"{}","SecretVersionId":"{}"}}"#, secret.arn, secret.version)
}

/// The id of the key material, 64 hexadecimal digits: of the same key the same.
pub(crate) fn material(key: &str) -> String {
    crate::ids::hex(&mut crate::rng::Rng::named(0, key), 64)
}

/// What is kept in Parameter Store for an application.
const PARAMETERS: [&str; 6] =
    ["database-url", "api-token", "feature-flags", "smtp-password", "session-key", "log-level"];

/// The web servers read their parameters.
pub(crate) fn parameters(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let (Some(app), HOME) = (account.app("web"), stage.region) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "ssm", &mut stage.rng);
    let name = turn.checked_rem(PARAMETERS.len()).and_then(|turn| PARAMETERS.get(turn)).copied().unwrap_or_default();
    let call = Call::reading(identity.clone(), origin, "ssm", "GetParameter")
        .request(format!(r#""name":"/web/prod/{name}","withDecryption":true"#));
    stage.say(&call);
    if let Some(key) = app.key_at(stage.at) {
        let arn = format!("arn:aws:ssm:{}:{}:parameter/web/prod/{name}", stage.region, account.id);
        let call = Call::reading(identity.via(PARAMETER_STORE), Origin::service(PARAMETER_STORE), "kms", "Decrypt")
            .request(format!(
                r#""encryptionContext":{{"PARAMETER_ARN":"{arn}"}},"encryptionAlgorithm":"SYMMETRIC_DEFAULT""#
            ))
            .additional(format!(r#""keyMaterialId":"{}""#, material(key)))
            .touching(&account.id, "AWS::KMS::Key", key);
        stage.say(&call);
    }
}
