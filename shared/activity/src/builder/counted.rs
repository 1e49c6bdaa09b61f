//! What counts as an access, and of what.

use std::fmt::Write as _;

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, AssetKind, Outcome, Principal};
use portcullis_metrics::used;

/// What was accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing<'a> {
    /// A key or a secret.
    Asset(&'a Asset),
    /// A parameter, by its ARN.
    Parameter(&'a str),
}

/// What the names of calls begin with that work with a key, rather than change or look at it
/// (KMS Developer Guide, *Cryptographic operations*).
const WORK: [&str; 8] =
    ["Decrypt", "DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateMac", "ReEncrypt", "Sign", "Verify"];

/// Whether it counts: a call that uses or changes a key or a secret, whatever came of it, and any denied call of KMS or
/// Secrets Manager or about parameters. The same as [metrics](portcullis_metrics::measure) count.
///
/// Of parameters only secure ones have to do with keys. The call that reads one does not tell whether it is secure; that it is
/// told by the use of its key, which Parameter Store makes with the caller's rights and which is counted.
pub(super) fn counts(access: &Access) -> bool {
    let Access { action, outcome, .. } = access;
    let is_denied = *outcome == Outcome::Denied
        && match action.service.as_str() {
            "kms" | "secretsmanager" => true,
            "ssm" => action.name.contains("Parameter"),
            _ => false,
        };
    is_denied || used(access).is_some()
}

/// What a call to KMS or Secrets Manager accessed. Of a key the key and not the alias beside it. The secret for which a key is
/// used has a record of its own; the parameter has not.
pub(super) fn things(access: &Access) -> impl Iterator<Item = Thing<'_>> {
    let kind = match access.action.service.as_str() {
        "kms" => Some(AssetKind::Key),
        "secretsmanager" => Some(AssetKind::Secret),
        _ => None,
    };
    let is_key = |asset: &Asset| matches!(asset, Asset::Key(_));
    let has_key = access.assets.iter().any(is_key);
    let own =
        move |asset: &&Asset| Some(asset.kind()) == kind && (!has_key || kind != Some(AssetKind::Key) || is_key(asset));
    let parameter = access.parameter.as_deref().filter(|_| kind == Some(AssetKind::Key));
    access.assets.iter().filter(own).map(Thing::Asset).chain(parameter.map(Thing::Parameter))
}

/// Whether the call works with a key: encrypts, decrypts, signs and so on.
pub(super) fn is_work(access: &Access) -> bool {
    access.action.service == "kms" && WORK.iter().any(|start| access.action.name.starts_with(start))
}

/// A principal as people call it; `buffer` saves an allocation.
pub(super) fn actor<'a>(principal: &'a Principal, buffer: &'a mut String) -> &'a str {
    principal.arn().unwrap_or_else(|| {
        buffer.clear();
        // Writing to a text cannot fail.
        let _ = write!(buffer, "{principal}");
        buffer
    })
}

#[cfg(test)]
mod tests {
    use portcullis_cloudtrail::Record;
    use test_case::test_case;

    use super::*;

    fn access(service: &str, name: &str, rest: &str) -> Access {
        let json = format!(
            r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",
            "recipientAccountId":"111122223333",{rest}"eventID":"e-1"}}"#
        );
        Access::of(&Record::parse(&json).unwrap())
    }

    const KEY: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],"#;
    const ALIASED: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:alias/a"},{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],"#;
    const ALIAS: &str = r#""requestParameters":{"keyId":"alias/a"},"#;
    const TWO: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"},{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k2"}],"#;
    const SECRET: &str = r#""requestParameters":{"secretId":"prod/db"},"#;
    const DENIED: &str = r#""errorCode":"AccessDenied","#;
    const BEHIND_SECRET: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],
        "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a","invokedBy":"secretsmanager.amazonaws.com"},
        "requestParameters":{"encryptionContext":{"SecretARN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}},"#;
    const BEHIND_PARAMETER: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],
        "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a","invokedBy":"ssm.amazonaws.com"},
        "requestParameters":{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"}},"#;

    #[test_case("kms", "Decrypt", KEY, true ; "a use")]
    #[test_case("kms", "Decrypt", &format!("{KEY}{DENIED}"), true ; "a denied use")]
    #[test_case("kms", "Decrypt", &format!(r#"{KEY}"errorCode":"DisabledException","#), true ; "a failed use")]
    #[test_case("kms", "ScheduleKeyDeletion", KEY, true ; "a change")]
    #[test_case("kms", "DescribeKey", KEY, false ; "a look")]
    #[test_case("kms", "DescribeKey", &format!("{KEY}{DENIED}"), true ; "a denied look")]
    #[test_case("kms", "RotateKey", KEY, false ; "nobody called")]
    #[test_case("secretsmanager", "GetSecretValue", SECRET, true ; "a read")]
    #[test_case("secretsmanager", "ListSecrets", DENIED, true ; "a denied list")]
    #[test_case("ssm", "GetParameter", "", false ; "told by the use of its key")]
    #[test_case("ssm", "GetParameter", DENIED, true ; "a denied parameter")]
    #[test_case("ssm", "SendCommand", DENIED, false ; "no parameter")]
    #[test_case("cloudtrail", "StopLogging", DENIED, false ; "another service")]
    #[test_case("s3", "PutBucketPolicy", "", false ; "a write of another service")]
    fn what_counts(service: &str, name: &str, rest: &str, expected: bool) {
        assert_eq!(counts(&access(service, name, rest)), expected);
    }

    #[test_case("kms", KEY, &["arn:aws:kms:eu-west-1:111122223333:key/k1"])]
    #[test_case("kms", ALIASED, &["arn:aws:kms:eu-west-1:111122223333:key/k1"] ; "not the alias beside the key")]
    #[test_case("kms", ALIAS, &["arn:aws:kms:eu-west-1:111122223333:alias/a"] ; "an alias alone")]
    #[test_case("kms", TWO, &["arn:aws:kms:eu-west-1:111122223333:key/k1", "arn:aws:kms:eu-west-1:111122223333:key/k2"])]
    #[test_case("kms", BEHIND_SECRET, &["arn:aws:kms:eu-west-1:111122223333:key/k1"] ; "not the secret behind")]
    #[test_case("kms", BEHIND_PARAMETER, &["arn:aws:kms:eu-west-1:111122223333:key/k1", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"] ; "the parameter behind")]
    #[test_case("secretsmanager", SECRET, &["prod/db"])]
    #[test_case("ssm", "", &[])]
    fn what_of(service: &str, rest: &str, expected: &[&str]) {
        let access = access(service, "Decrypt", rest);
        let text = |thing| match thing {
            Thing::Asset(asset) => asset.to_string(),
            Thing::Parameter(arn) => arn.to_owned(),
        };
        assert_eq!(things(&access).map(text).collect::<Vec<_>>(), expected);
    }

    #[test_case("GenerateDataKeyWithoutPlaintext", true)]
    #[test_case("ReEncrypt", true)]
    #[test_case("VerifyMac", true)]
    #[test_case("DisableKey", false)]
    #[test_case("UpdateAlias", false)]
    fn work(name: &str, expected: bool) {
        assert_eq!(is_work(&access("kms", name, KEY)), expected);
        assert!(!is_work(&access("secretsmanager", name, SECRET)));
    }
}
