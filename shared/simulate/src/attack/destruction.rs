//! Attacks that take away or spoil.

use super::{Outcome, outside};
use crate::activity::secrets::{data_key, material};
use crate::clock::spoken;
use crate::organization::{FOREIGN, HOME, agent, key_id};
use crate::record::{Call, Identity, Session};
use crate::stage::Stage;

const KEY: &str = "AWS::KMS::Key";

pub(super) fn keys_scheduled_for_deletion(stage: &mut Stage<'_>) -> Outcome {
    let account = stage.account;
    let role = account.permission_set("PlatformOperator");
    let identity = Identity::Role(&role, Session::begun("imani@example.com", stage.at - 400));
    let mut assets = Vec::new();
    for key in account.retired.iter().take(3) {
        let arn = key.first();
        let call = Call::writing(identity.clone(), outside(160), "kms", "ScheduleKeyDeletion")
            .request(format!(r#""keyId":"{}","pendingWindowInDays":7"#, key_id(arn)))
            .response(format!(
                r#""keyId":"{arn}","deletionDate":"{}","keyState":"PendingDeletion","pendingWindowInDays":7"#,
                spoken(stage.at + 7 * 86_400)
            ))
            .touching(&account.id, KEY, arn);
        stage.say(&call);
        assets.push(arn.to_owned());
        stage.wait(40);
    }
    Outcome {
        actor: role.arn.clone(),
        assets,
        rules: vec!["key-scheduled-for-deletion-at-shortest-notice", "keys-disabled-or-scheduled-for-deletion-in-bulk"],
        ..Outcome::default()
    }
}

pub(super) fn key_disabled(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = account.permission_set("DeveloperAccess");
    let identity = Identity::Role(&role, Session::begun("hector@example.com", stage.at - 200));
    let key = account.retired.get(3)?;
    let arn = key.first();
    let disabled = Call::writing(identity, outside(180), "kms", "DisableKey")
        .request(format!(r#""keyId":"{}""#, key_id(arn)))
        .response(format!(r#""keyId":"{arn}""#))
        .touching(&account.id, KEY, arn);
    stage.say(&disabled);
    // Somebody needs it after all.
    let app = account.app("reports")?;
    for _ in 0..5 {
        stage.wait(200);
        let needy = app.identity(&mut stage.rng, stage.at);
        let origin = app.origin(stage.network, "kms", &mut stage.rng);
        let call = Call::reading(needy, origin, "kms", "Decrypt")
            .request(r#""encryptionAlgorithm":"SYMMETRIC_DEFAULT""#)
            .failed("DisabledException", format!("{arn} is disabled."))
            .touching(&account.id, KEY, arn);
        stage.say(&call);
    }
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![arn.to_owned()],
        rules: vec!["key-disabled-or-scheduled-for-deletion", "unusable-key-still-needed"],
        ..Outcome::default()
    })
}

pub(super) fn foreign_reencryption(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = &account.backup;
    let identity = Identity::Role(role, Session::begun("restore-test", stage.at - 100));
    let source = account.key("backup")?.first();
    let destination = format!("arn:aws:kms:{HOME}:{FOREIGN}:key/0f5d5bd0-1a2b-4c3d-8e9f-aabbccddeeff");
    for _ in 0..14 {
        let call = Call::reading(identity.clone(), outside(200), "kms", "ReEncrypt")
            .request(format!(
                r#""sourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT","sourceKeyId":"{source}","destinationKeyId":"{destination}","destinationEncryptionAlgorithm":"SYMMETRIC_DEFAULT""#
            ))
            .additional(format!(r#""sourceKeyMaterialId":"{}""#, material(source)))
            .touching(&account.id, KEY, source)
            .touching(FOREIGN, KEY, &destination);
        stage.say(&call);
        stage.wait(20);
    }
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![source.to_owned(), destination],
        rules: vec!["data-moved-under-foreign-keys-in-bulk", "data-reencrypted-to-foreign-key"],
        ..Outcome::default()
    })
}

pub(super) fn secret_overwritten(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = account.permission_set("DeveloperAccess");
    let identity = Identity::Role(&role, Session::begun("lakshmi@example.com", stage.at - 900));
    let secret = account.app("reports")?.secrets.get(1)?;
    let mut origin = outside(220);
    agent::CLOUDSHELL.clone_into(&mut origin.agent);
    let version = crate::ids::uuid(&mut stage.rng);
    let call = Call::writing(identity.clone(), origin, "secretsmanager", "PutSecretValue")
        .request(format!(r#""clientRequestToken":"{version}","secretId":"{}""#, secret.name))
        .response(format!(r#""arn":"{}","name":"{}""#, secret.arn, secret.name));
    stage.say(&call);
    let key = secret.key.at(stage.at).to_owned();
    data_key(stage, &identity, secret, &key);
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![secret.arn.clone()],
        rules: vec!["classified-secret-changed-outside-rotation"],
        ..Outcome::default()
    })
}
