//! What a record is of those asked for, and counts of it.

use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, AssetKind, Outcome};
use portcullis_metrics::{looks, used};
use serde::Serialize;

/// What a record is of those asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Uses or changes them, whatever came of it.
    Use,
    /// Takes and changes nothing.
    Look,
    /// Tells of them and is no call to them: what a service writes down of its own accord, or what Secrets Manager does with
    /// a key for a use that has a record of its own.
    Beside,
}

/// Counts by what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Answered.
    pub success: u64,
    /// Refused for want of permission.
    pub denied: u64,
    /// Failed for another reason.
    pub failed: u64,
}

impl Counts {
    const NONE: Self = Self { success: 0, denied: 0, failed: 0 };

    /// All of them.
    pub const fn all(&self) -> u64 {
        self.success + self.denied + self.failed
    }
}

/// Counts by what was done and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Calls that use or change, whatever came of them: what the metrics count as uses.
    pub uses: Counts,
    /// Calls that only look, such as `DescribeSecret`.
    pub looks: Counts,
    /// Records that tell of them and are no call to them, such as `RotationStarted`.
    pub beside: Counts,
}

impl Totals {
    pub(super) const NONE: Self = Self { uses: Counts::NONE, looks: Counts::NONE, beside: Counts::NONE };

    /// All of them.
    pub const fn all(&self) -> u64 {
        self.uses.all() + self.looks.all() + self.beside.all()
    }

    /// Refused ones of all kinds.
    pub const fn denied(&self) -> u64 {
        self.uses.denied + self.looks.denied + self.beside.denied
    }

    /// Those of all kinds that failed for another reason.
    pub const fn failed(&self) -> u64 {
        self.uses.failed + self.looks.failed + self.beside.failed
    }

    pub(super) fn add(&mut self, class: Class, outcome: Outcome) {
        let counts = match class {
            Class::Use => &mut self.uses,
            Class::Look => &mut self.looks,
            Class::Beside => &mut self.beside,
        };
        *match outcome {
            Outcome::Success => &mut counts.success,
            Outcome::Denied => &mut counts.denied,
            Outcome::Failed => &mut counts.failed,
        } += 1;
    }

    pub(super) fn join(&mut self, other: Self) {
        let add = |mine: &mut Counts, other: Counts| {
            mine.success += other.success;
            mine.denied += other.denied;
            mine.failed += other.failed;
        };
        add(&mut self.uses, other.uses);
        add(&mut self.looks, other.looks);
        add(&mut self.beside, other.beside);
    }
}

/// What the record is of an asset.
pub(super) fn class(access: &Access, asset: &Asset) -> Class {
    match used(access) {
        Some(kind) if kind == asset.kind() => Class::Use,
        _ if looks(access) && is_its_service(access, asset.kind()) => Class::Look,
        _ => Class::Beside,
    }
}

/// What a record that names no asset is: without one there is no use.
pub(super) fn class_of_none(access: &Access) -> Class {
    if looks(access) { Class::Look } else { Class::Beside }
}

fn is_its_service(access: &Access, kind: AssetKind) -> bool {
    let service = match kind {
        AssetKind::Key => "kms",
        AssetKind::Secret => "secretsmanager",
    };
    access.action.service == service
}

#[cfg(test)]
mod tests {
    use portcullis_cloudtrail::Record;
    use test_case::test_case;

    use super::*;

    const KEY: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}]"#;
    const SECRET: &str = r#""requestParameters":{"secretId":"db"}"#;
    const EVENT: &str = r#""additionalEventData":{"SecretId":"db"}"#;
    const BEHIND: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],
        "userIdentity":{"invokedBy":"secretsmanager.amazonaws.com"},"requestParameters":{"encryptionContext":
        {"SecretARN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf","SecretVersionId":"v1"}}"#;

    #[test_case("secretsmanager", "GetSecretValue", SECRET, &[Class::Use])]
    #[test_case("secretsmanager", "DescribeSecret", SECRET, &[Class::Look])]
    #[test_case("secretsmanager", "RotationStarted", EVENT, &[Class::Beside])]
    #[test_case("kms", "Decrypt", KEY, &[Class::Use])]
    #[test_case("kms", "DescribeKey", KEY, &[Class::Look])]
    #[test_case("kms", "RotateKey", KEY, &[Class::Beside])]
    #[test_case("kms", "Decrypt", BEHIND, &[Class::Use, Class::Beside] ; "the key and the secret behind it")]
    #[test_case("kms", "DescribeKey", BEHIND, &[Class::Look, Class::Beside] ; "a look at the key is none at the secret")]
    fn classes(service: &str, name: &str, rest: &str, expected: &[Class]) {
        let json = format!(
            r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",
            "recipientAccountId":"111122223333",{rest}}}"#
        );
        let access = Access::of(&Record::parse(&json).unwrap());
        let classes: Vec<Class> = access.assets.iter().map(|asset| class(&access, asset)).collect();
        assert_eq!(classes, expected);
    }
}
