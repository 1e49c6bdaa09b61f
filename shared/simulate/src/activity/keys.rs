//! Use of keys: by applications themselves, behind S3 and EBS, by services, and across accounts.

use super::Turn;
use super::secrets::material;
use crate::ids;
use crate::organization::{Key, Role};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

const KEY: &str = "AWS::KMS::Key";
const INTERNAL: &str = "AWS Internal";

/// The tokeniser turns card numbers into tokens and back.
pub(crate) fn tokens(stage: &mut Stage<'_>, _: Turn) {
    let account = stage.account;
    let Some(app) = account.app("tokeniser") else { return };
    let Some(key) = app.key_at(stage.at) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "kms", &mut stage.rng);
    let context = format!(r#""encryptionContext":{{"merchant":"m-{:05}","purpose":"pan"}}"#, stage.rng.below(400));
    let call = match stage.rng.below(10) {
        0..=5 => Call::reading(identity, origin, "kms", "Decrypt")
            .request(format!(r#"{context},"encryptionAlgorithm":"SYMMETRIC_DEFAULT""#)),
        6..=8 => Call::reading(identity, origin, "kms", "Encrypt")
            .request(format!(r#"{context},"keyId":"{key}","encryptionAlgorithm":"SYMMETRIC_DEFAULT""#)),
        _ => Call::reading(identity, origin, "kms", "GenerateDataKey").request(format!(
            r#"{context},"keyId":"{}","keySpec":"AES_256""#,
            app.key.as_ref().map_or("", |key| &key.alias)
        )),
    };
    stage.say(&call.additional(material_of(key)).touching(&account.id, KEY, key));
}

fn material_of(key: &str) -> String {
    format!(r#""keyMaterialId":"{}""#, material(key))
}

/// An application that keeps data under its own key encrypts or decrypts a piece of it.
pub(crate) fn own_data(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let name = if turn.is_multiple_of(2) { "worker" } else { "reports" };
    let Some((app, key)) = account.app(name).and_then(|app| Some((app, app.key_at(stage.at)?))) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let object = ids::hex(&mut stage.rng, 12);
    let bucket = format!("{}-{}-{}", account.unit, app.name, account.id);
    let context = format!(r#""encryptionContext":{{"aws:s3:arn":"arn:aws:s3:::{bucket}/out/{object}.parquet"}}"#);
    // S3 calls with the rights of whoever asks for the object (KMS Developer Guide, *How Amazon S3 uses AWS KMS*).
    let (name, rest) = if stage.rng.per_mille(600) {
        ("Decrypt", r#""encryptionAlgorithm":"SYMMETRIC_DEFAULT""#.to_owned())
    } else {
        ("GenerateDataKey", format!(r#""keyId":"{key}","keySpec":"AES_256""#))
    };
    let call = Call::reading(identity.via(INTERNAL), Origin::service(INTERNAL), "kms", name)
        .request(format!("{context},{rest}"))
        .additional(material_of(key))
        .touching(&account.id, KEY, key);
    stage.say(&call);
}

/// CloudTrail encrypts a log file, or the log service a stream.
pub(crate) fn by_services(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let Some(key) = account.storage(stage.region) else { return };
    let key = key.first().to_owned();
    let region = stage.region;
    let call = match turn % 3 {
        0 => Call::reading(Identity::Service("cloudtrail.amazonaws.com"), Origin::service("cloudtrail.amazonaws.com"), "kms", "GenerateDataKey").request(format!(
            r#""keySpec":"AES_256","encryptionContext":{{"aws:cloudtrail:arn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/organization","aws:s3:arn":"arn:aws:s3:::org-trail-logs/AWSLogs/{}/CloudTrail/{region}/{}.json.gz"}},"keyId":"{key}""#,
            account.id,
            ids::hex(&mut stage.rng, 16)
        )),
        1 => Call::reading(Identity::Service("logs.amazonaws.com"), Origin::service("logs.amazonaws.com"), "kms", "GenerateDataKey").request(format!(
            r#""keySpec":"AES_256","encryptionContext":{{"aws:logs:arn":"arn:aws:logs:{region}:{}:log-group:/app/{}"}},"keyId":"{key}""#,
            account.id, account.unit
        )),
        _ => Call::reading(Identity::Service("dynamodb.amazonaws.com"), Origin::service("dynamodb.amazonaws.com"), "kms", "Decrypt").request(format!(
            r#""encryptionContext":{{"aws:dynamodb:tableName":"{}-sessions","aws:dynamodb:subscriberId":"{}"}},"encryptionAlgorithm":"SYMMETRIC_DEFAULT""#,
            account.unit, account.id
        )),
    };
    let shared = ids::uuid(&mut stage.rng);
    stage.say(&call.shared(&shared).additional(material_of(&key)).touching(&account.id, KEY, &key));
}

/// An instance comes up, and EC2 is granted the use of its volume's key.
pub(crate) fn volumes(stage: &mut Stage<'_>, _: Turn) {
    let account = stage.account;
    let Some(key) = account.storage(stage.region) else { return };
    let key = key.first();
    let role = account.service_role("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling");
    let begun = stage.at - stage.rng.seconds(3000);
    let identity = Identity::Role(&role, Session::begun("AutoScaling", begun));
    let volume = ids::resource(&mut stage.rng, "vol");
    let grant = ids::hex(&mut stage.rng, 64);
    let by = |name| Call::writing(identity.via("ec2.amazonaws.com"), Origin::service("ec2.amazonaws.com"), "kms", name);
    let instance = ids::resource(&mut stage.rng, "i");
    let granted = by("CreateGrant")
        .request(format!(
            r#""keyId":"{key}","granteePrincipal":"arn:aws:sts::{}:assumed-role/aws:ec2-infrastructure/{instance}","operations":["Decrypt","Encrypt","GenerateDataKey","GenerateDataKeyWithoutPlaintext","ReEncryptFrom","ReEncryptTo","CreateGrant","DescribeKey"],"constraints":{{"encryptionContextSubset":{{"aws:ebs:id":"{volume}"}}}},"retiringPrincipal":"ec2.{}.amazonaws.com""#,
            account.id, stage.region
        ))
        .response(format!(r#""grantId":"{grant}","keyId":"{key}""#))
        .touching(&account.id, KEY, key);
    stage.say(&granted);
    stage.wait(3);
    let mut generated = by("GenerateDataKeyWithoutPlaintext")
        .request(format!(r#""keySpec":"AES_256","encryptionContext":{{"aws:ebs:id":"{volume}"}},"keyId":"{key}""#))
        .touching(&account.id, KEY, key);
    generated.read_only = true;
    stage.say(&generated);
}

/// The backup copies what lies under the backup key.
pub(crate) fn backups(stage: &mut Stage<'_>, _: Turn) {
    let account = stage.account;
    let Some(key) = account.key("backup") else { return };
    let key = key.first();
    let identity = Identity::Role(&account.backup, Session::going_on("AWSBackup-backup", stage.at));
    let vault = ids::uuid(&mut stage.rng);
    let call = Call::reading(identity.via("backup.amazonaws.com"), Origin::service("backup.amazonaws.com"), "kms", "GenerateDataKey")
        .request(format!(
            r#""keySpec":"AES_256","encryptionContext":{{"aws:backup:backup-vault":"arn:aws:backup:{}:{}:backup-vault:nightly","recoveryPoint":"{vault}"}},"keyId":"{key}""#,
            stage.region, account.id
        ))
        .additional(material_of(key))
        .touching(&account.id, KEY, key);
    stage.say(&call);
}

/// Reports of another account decrypt what this one shares with them: the call stands in the logs of both accounts.
pub(crate) fn across_accounts(stage: &mut Stage<'_>, turn: Turn) {
    let organization = stage.organization;
    let others: Vec<_> = organization.accounts.iter().filter(|other| other.id != stage.account.id).collect();
    let Some(other) = turn.checked_rem(others.len()).and_then(|turn| others.get(turn)) else { return };
    let (Some(key), Some(app)) = (stage.account.key("reports"), other.app("reports")) else { return };
    let (shared, key) = (ids::uuid(&mut stage.rng), key.first());
    let identity = app.identity(&mut stage.rng, stage.at);
    let Some(network) = other.network(stage.region) else { return };
    let origin = app.origin(network, "kms", &mut stage.rng);
    let call = |identity| {
        Call::reading(identity, origin.clone(), "kms", "Decrypt")
            .request(format!(
                r#""encryptionContext":{{"dataset":"{}"}},"keyId":"{key}","encryptionAlgorithm":"SYMMETRIC_DEFAULT""#,
                stage.account.unit
            ))
            .additional(material_of(key))
            .touching(&stage.account.id, KEY, key)
            .shared(&shared)
    };
    let theirs = call(identity.clone());
    let principal = format!("{}:{}", app.role.id, app.name);
    // The owner is told the account and the caller's id (CloudTrail User Guide, *CloudTrail userIdentity element*).
    let ours = call(Identity::Account { account: &other.id, principal });
    stage.say_in(&other.id, stage.region, &theirs);
    stage.say(&ours);
}

/// A look at a key that changes nothing, as tools that keep an inventory take it.
pub(crate) fn looked_at<'w>(
    identity: Identity<'w>,
    origin: Origin,
    account: &str,
    key: &Key,
    name: &'static str,
) -> Call<'w> {
    let arn = key.first();
    Call::reading(identity, origin, "kms", name).request(format!(r#""keyId":"{arn}""#)).touching(account, KEY, arn)
}

/// AWS Config keeps its inventory of the keys in use.
pub(crate) fn inventory(stage: &mut Stage<'_>, turn: Turn) {
    const CONFIG: &str = "config.amazonaws.com";
    let account = stage.account;
    let keys: Vec<_> = account.keys.iter().filter(|key| key.region == stage.region).collect();
    let Some(key) = turn.checked_rem(keys.len()).and_then(|turn| keys.get(turn)) else { return };
    let role: Role = account.service_role(CONFIG, "AWSServiceRoleForConfig");
    let identity = Identity::Role(&role, Session::going_on("KeyDescribeHandlerSession", stage.at)).via(CONFIG);
    for name in ["DescribeKey", "GetKeyRotationStatus", "GetKeyPolicy", "ListResourceTags"] {
        let call = looked_at(identity.clone(), Origin::service(CONFIG), &account.id, key, name);
        stage.say(&call);
    }
}
