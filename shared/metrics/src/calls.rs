//! What a call is, as far as metrics are concerned: a use, a look, a step of a rotation.

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, AssetKind, Outcome};

/// What the names of calls begin with that look at a key or a secret and take or change nothing: the same as in the rule
/// `unauthorized-access-critical-asset`.
const METADATA: &[&str] = &[
    "Describe",
    "List",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetKeyLastUsage",
    "GetParametersForImport",
    "GetPublicKey",
    "GetResourcePolicy",
];

/// What the services write down of their own accord; nobody called (Secrets Manager User Guide, *CloudTrail entries*; KMS
/// Developer Guide, *Logging AWS KMS API calls with AWS CloudTrail*).
const SERVICE_EVENTS: &[&str] = &[
    "CancelSecretVersionDelete",
    "DeleteExpiredKeyMaterial",
    "DeleteKey",
    "EndSecretVersionDelete",
    "ReplicationFailed",
    "ReplicationStarted",
    "ReplicationSucceeded",
    "RotateKey",
    "RotationAbandoned",
    "RotationFailed",
    "RotationStarted",
    "RotationSucceeded",
    "SecretVersionDeletion",
    "StartSecretVersionDelete",
    "SynchronizeMultiRegionKey",
    "TestRotationFailed",
    "TestRotationStarted",
    "TestRotationSucceeded",
];

/// The kind of asset that a call uses or changes, whatever came of it. None of a call that only looks, that names no key or
/// secret, or that is another's business:
///
/// - what a service writes down of its own accord;
/// - a batch of secrets that was answered: each of its secrets has a record of its own (Secrets Manager User Guide,
///   *Retrieve a group of secrets in a batch*).
pub fn used(access: &Access) -> Option<AssetKind> {
    let name = access.action.name.as_str();
    let kind = match access.action.service.as_str() {
        "kms" => AssetKind::Key,
        "secretsmanager" => AssetKind::Secret,
        _ => return None,
    };
    let is_look = looks(access);
    let is_told_by_parts = name == "BatchGetSecretValue" && access.outcome == Outcome::Success;
    let is_call = !is_look && !is_told_by_parts && !SERVICE_EVENTS.contains(&name);
    let is_named = access.assets.iter().any(|asset| asset.kind() == kind);
    (is_call && is_named).then_some(kind)
}

/// Whether the call only looks at keys or secrets: it takes and changes nothing.
pub fn looks(access: &Access) -> bool {
    METADATA.iter().any(|start| access.action.name.starts_with(start))
}

/// The service whose denials are counted that denied the call.
pub(crate) fn denied(access: &Access) -> Option<&'static str> {
    let name = access.action.name.as_str();
    if access.outcome != Outcome::Denied {
        return None;
    }
    match access.action.service.as_str() {
        "kms" => Some("kms"),
        "secretsmanager" => Some("secretsmanager"),
        // Systems Manager does much else.
        "ssm" if name.contains("Parameter") || name.contains("ResourcePolicy") => Some("ssm"),
        _ => None,
    }
}

/// The service and the step of a rotation that the record tells of.
///
/// A rotation of a secret that somebody asked for has a record of `RotateSecret` and, like every other, `RotationStarted`:
/// only the latter counts. A key is rotated in one step, by itself or on demand.
pub(crate) fn rotation(access: &Access) -> Option<(&'static str, &'static str)> {
    match (access.action.service.as_str(), access.action.name.as_str(), access.outcome) {
        ("secretsmanager", "RotationStarted", _) => Some(("secretsmanager", "started")),
        ("secretsmanager", "RotationSucceeded", _) => Some(("secretsmanager", "succeeded")),
        ("secretsmanager", "RotationFailed" | "RotationAbandoned", _) => Some(("secretsmanager", "failed")),
        ("kms", "RotateKeyOnDemand", Outcome::Success) => Some(("kms", "started")),
        ("kms", "RotateKey", Outcome::Success) => Some(("kms", "succeeded")),
        ("kms", "RotateKey", _) => Some(("kms", "failed")),
        _ => None,
    }
}

/// Whether it is Secrets Manager's use of a key for somebody who uses a secret, which has a record of its own.
pub(crate) fn is_behind_a_secret(access: &Access) -> bool {
    access.action.service == "kms" && access.assets.iter().any(|asset| matches!(asset, Asset::Secret(_)))
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
    const SECRET: &str = r#""requestParameters":{"secretId":"prod/db"},"#;
    const LIST: &str = r#""requestParameters":{"secretIdList":["prod/db"]},"#;
    const DENIED: &str = r#""errorCode":"AccessDenied","#;
    const EVENT: &str = r#""additionalEventData":{"SecretId":"prod/db"},"#;

    #[test_case("kms", "Decrypt", KEY, Some(AssetKind::Key))]
    #[test_case("kms", "ScheduleKeyDeletion", KEY, Some(AssetKind::Key) ; "a change")]
    #[test_case("kms", "DescribeKey", KEY, None ; "a look at a key")]
    #[test_case("kms", "GetKeyRotationStatus", KEY, None ; "another")]
    #[test_case("kms", "RotateKey", KEY, None ; "KMS of its own accord")]
    #[test_case("kms", "GenerateRandom", "", None ; "no key")]
    #[test_case("secretsmanager", "GetSecretValue", SECRET, Some(AssetKind::Secret))]
    #[test_case("secretsmanager", "RotateSecret", SECRET, Some(AssetKind::Secret) ; "a rotation asked for")]
    #[test_case("secretsmanager", "DescribeSecret", SECRET, None ; "a look at a secret")]
    #[test_case("secretsmanager", "ListSecrets", "", None ; "a list")]
    #[test_case("secretsmanager", "RotationFailed", EVENT, None ; "Secrets Manager of its own accord")]
    #[test_case("secretsmanager", "BatchGetSecretValue", LIST, None ; "a batch, told by its parts")]
    #[test_case("secretsmanager", "BatchGetSecretValue", &format!("{LIST}{DENIED}"), Some(AssetKind::Secret) ; "a batch that has none")]
    #[test_case("s3", "GetObject", KEY, None ; "another service")]
    fn uses(service: &str, name: &str, rest: &str, expected: Option<AssetKind>) {
        assert_eq!(used(&access(service, name, rest)), expected);
    }

    #[test_case("kms", "DescribeKey", DENIED, Some("kms") ; "a look that was denied")]
    #[test_case("secretsmanager", "ListSecrets", DENIED, Some("secretsmanager"))]
    #[test_case("ssm", "GetParametersByPath", DENIED, Some("ssm"))]
    #[test_case("ssm", "SendCommand", DENIED, None ; "no parameter")]
    #[test_case("cloudtrail", "StopLogging", DENIED, None ; "another service")]
    #[test_case("kms", "Decrypt", KEY, None ; "not denied")]
    fn denials(service: &str, name: &str, rest: &str, expected: Option<&str>) {
        assert_eq!(denied(&access(service, name, rest)), expected);
    }

    #[test_case("secretsmanager", "RotationStarted", "", Some("started"))]
    #[test_case("secretsmanager", "RotationSucceeded", "", Some("succeeded"))]
    #[test_case("secretsmanager", "RotationFailed", r#""errorMessage":"Error when executing lambda","#, Some("failed"))]
    #[test_case("secretsmanager", "RotationAbandoned", "", Some("failed"))]
    #[test_case("secretsmanager", "RotateSecret", "", None ; "told by RotationStarted")]
    #[test_case("secretsmanager", "TestRotationSucceeded", "", None ; "a test")]
    #[test_case("kms", "RotateKeyOnDemand", "", Some("started"))]
    #[test_case("kms", "RotateKeyOnDemand", DENIED, None ; "never began")]
    #[test_case("kms", "RotateKey", "", Some("succeeded"))]
    #[test_case("kms", "RotateKey", r#""errorCode":"KMSInvalidStateException","#, Some("failed") ; "a key that could not be rotated")]
    fn rotations(service: &str, name: &str, rest: &str, expected: Option<&str>) {
        assert_eq!(rotation(&access(service, name, rest)), expected.map(|step| (service, step)));
    }

    /// Who looks at a critical key sets off no rule, and is no use of it either.
    #[test]
    fn metadata_is_what_the_rules_take_for_it() {
        let rule = include_str!("../../detection/rules/secrets-manager/unauthorized-access-critical-asset.yml");
        let list = rule.split("  metadata:\n    eventName|startswith:\n").nth(1).unwrap();
        let names: Vec<&str> = list.lines().map_while(|line| line.strip_prefix("      - ")).collect();
        assert_eq!(names, METADATA);
    }
}
