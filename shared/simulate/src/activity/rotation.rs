//! Rotation of secrets and keys.

use super::Turn;
use super::secrets::{data_key, decrypt, material};
use crate::ids;
use crate::organization::{Key, key_id};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

const SECRETS_MANAGER: &str = "secretsmanager.amazonaws.com";

/// Secrets Manager rotates a secret by its function, step by step (Secrets Manager User Guide, *Lambda rotation functions*).
pub(crate) fn of_secret(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let Some((app, secret)) = turn.checked_rem(account.rotators.len()).and_then(|turn| account.rotators.get(turn))
    else {
        return;
    };
    let version = ids::uuid(&mut stage.rng);
    let told = |name| {
        let itself = Identity::Itself { account: &account.id, name: SECRETS_MANAGER };
        Call::reading(itself, Origin::service(SECRETS_MANAGER), "secretsmanager", name)
            .event("")
            .additional(format!(r#""SecretId":"{}""#, secret.arn))
    };
    stage.say(&told("RotationStarted"));
    stage.wait(3);
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let key = secret.key.at(stage.at).to_owned();
    let named = format!(r#""secretId":"{}""#, secret.arn);
    let answer = format!(r#""arn":"{}","name":"{}""#, secret.arn, secret.name);
    let reading = |name| Call::reading(identity.clone(), origin.clone(), "secretsmanager", name);
    let writing = |name| Call::writing(identity.clone(), origin.clone(), "secretsmanager", name);
    stage.say(&reading("DescribeSecret").request(named.clone()));
    let current = reading("GetSecretValue").request(format!(r#"{named},"versionStage":"AWSCURRENT""#));
    let pending =
        reading("GetSecretValue").request(format!(r#"{named},"versionId":"{version}","versionStage":"AWSPENDING""#));
    // createSecret
    stage.say(&current);
    decrypt(stage, &identity, secret, &key);
    stage.wait(2);
    let missing = format!(
        "Secrets Manager can't find the specified secret value for VersionId: {version} and staging label: AWSPENDING"
    );
    stage.say(&pending.clone().failed("ResourceNotFoundException", missing));
    stage.say(&reading("GetRandomPassword").request(r#""excludeCharacters":"/@\"'\\""#));
    stage.wait(2);
    stage.say(
        &writing("PutSecretValue")
            .request(format!(r#""clientRequestToken":"{version}",{named},"versionStages":["AWSPENDING"]"#))
            .response(answer.clone()),
    );
    data_key(stage, &identity, secret, &key);
    // setSecret, testSecret
    for _ in 0..2 {
        stage.wait(6);
        stage.say(&pending);
        decrypt(stage, &identity, secret, &key);
    }
    // finishSecret
    stage.wait(4);
    stage.say(
        &writing("UpdateSecretVersionStage")
            .request(format!(
                r#"{named},"versionStage":"AWSCURRENT","moveToVersionId":"{version}","removeFromVersionId":"{}""#,
                secret.version
            ))
            .response(answer),
    );
    stage.wait(2);
    stage.say(&told("RotationSucceeded"));
}

/// KMS makes new material for a key by itself (KMS Developer Guide, *RotateKey*).
pub(crate) fn of_material(stage: &mut Stage<'_>, turn: Turn) {
    const INTERNAL: &str = "AWS Internal";
    let account = stage.account;
    let Some(key) = turn.checked_rem(account.keys.len()).and_then(|turn| account.keys.get(turn)) else { return };
    if key.region != stage.region || key.alias.starts_with("alias/aws/") {
        return;
    }
    let arn = key.at(stage.at);
    let itself = Identity::Itself { account: &account.id, name: INTERNAL };
    let call = Call::reading(itself, Origin::service(INTERNAL), "kms", "RotateKey")
        .event(format!(
            r#""keyId":"{}","rotationType":"AUTOMATIC","keyOrigin":"AWS_KMS","previousKeyMaterialId":"{}","currentKeyMaterialId":"{}""#,
            key_id(arn),
            material(arn),
            ids::hex(&mut stage.rng, 64)
        ))
        .touching(&account.id, "AWS::KMS::Key", arn);
    stage.say(&call);
}

/// A new key takes the place of an old one: it is made, tagged, set to rotate, and the alias pointed to it. Whatever lies under
/// the old key goes on needing it.
pub(crate) fn of_alias(stage: &mut Stage<'_>, key: &Key) {
    let account = stage.account;
    let role = &account.key_administrator;
    let identity = Identity::Role(role, Session::begun("rotate-keys", stage.at - 40));
    let origin = stage.network.origin(7, "kms", crate::organization::agent::TERRAFORM.to_owned());
    let (old, new) = (key.first(), key.second());
    let by = |name| Call::writing(identity.clone(), origin.clone(), "kms", name);
    let policy = format!(
        r#"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Sid\":\"Account\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{}:root\"}},\"Action\":\"kms:*\",\"Resource\":\"*\"}}]}}"#,
        account.id
    );
    let created = by("CreateKey")
        .request(format!(
            r#""policy":"{policy}","description":"{} of {}","keyUsage":"ENCRYPT_DECRYPT","customerMasterKeySpec":"SYMMETRIC_DEFAULT","keySpec":"SYMMETRIC_DEFAULT","origin":"AWS_KMS","bypassPolicyLockoutSafetyCheck":false,"tags":[{{"tagKey":"unit","tagValue":"{}"}}],"multiRegion":false"#,
            key.alias, account.unit, account.unit
        ))
        .response(format!(
            r#""keyMetadata":{{"aWSAccountId":"{}","keyId":"{}","arn":"{new}","creationDate":"{}","enabled":true,"description":"{} of {}","keyUsage":"ENCRYPT_DECRYPT","keyState":"Enabled","origin":"AWS_KMS","keyManager":"CUSTOMER","customerMasterKeySpec":"SYMMETRIC_DEFAULT","keySpec":"SYMMETRIC_DEFAULT","encryptionAlgorithms":["SYMMETRIC_DEFAULT"],"multiRegion":false}}"#,
            account.id,
            key_id(new),
            crate::clock::spoken(stage.at),
            key.alias,
            account.unit
        ))
        .touching(&account.id, "AWS::KMS::Key", new);
    stage.say(&created);
    stage.wait(5);
    let rotated = by("EnableKeyRotation")
        .request(format!(r#""keyId":"{new}","rotationPeriodInDays":365"#))
        .response(format!(r#""keyId":"{new}""#))
        .touching(&account.id, "AWS::KMS::Key", new);
    stage.say(&rotated);
    stage.wait(5);
    let updated = by("UpdateAlias")
        .request(format!(r#""aliasName":"{}","targetKeyId":"{}""#, key.alias, key_id(new)))
        .touching(&account.id, "AWS::KMS::Alias", &key.alias_arn())
        .touching(&account.id, "AWS::KMS::Key", old)
        .touching(&account.id, "AWS::KMS::Key", new);
    stage.say(&updated);
}

/// The first turn of an account: the alias of its own application is pointed to the key that was kept ready for it.
pub(crate) fn of_own_alias(stage: &mut Stage<'_>, _: Turn) {
    let account = stage.account;
    if let Some(key) = account.keys.first() {
        of_alias(stage, key);
    }
}
