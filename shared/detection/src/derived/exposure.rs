//! Whom a call lets in, or hands data to, that was out before.

use portcullis_cloudtrail::{Json, Record, Text};
use portcullis_domain::AccountId;
use portcullis_settings::Settings;

use super::named::one_or_many;
use super::policy::{Reach, reach};

/// Which accounts are ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts<'s> {
    /// The one that logged the record, where known.
    pub(crate) home: Option<&'s AccountId>,
    /// The others.
    pub(crate) settings: &'s Settings,
}

impl Accounts<'_> {
    /// Whether the account is none of ours. Where no account is known to be ours, none can be called foreign.
    pub(crate) fn is_foreign(&self, account: &str) -> bool {
        let any_is_known = self.home.is_some() || self.settings.own_accounts().next().is_some();
        let account = account.parse::<AccountId>();
        any_is_known && account.is_ok_and(|account| !self.settings.is_own_account(&account, self.home))
    }
}

/// The account that an ARN belongs to, or that stands there by its number. AWS's own (`arn:aws:iam::aws:…`), services
/// (`s3.amazonaws.com`, `AWS Internal`) and unique ids name none.
pub(crate) fn account_of(name: &str) -> Option<&str> {
    let account = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(account)
}

/// Whom the call exposes something to: `public`, `foreign-account`, both or nobody. Looked at are the policies of keys and
/// secrets, grants, the key that a re-encryption ends under, and the key that an object, a snapshot, an image, an export
/// or a secret is put under: what lies under the key of another account, that account can withhold or read.
pub(crate) fn exposes_to(record: &Record<'_>, accounts: &Accounts<'_>) -> Vec<&'static str> {
    let Some(parameters) = record.request_parameters.as_ref() else { return Vec::new() };
    let name = record.event_name.as_ref().map_or("", Text::as_str);
    let to = |name: Option<&str>| name.and_then(account_of).is_some_and(|account| accounts.is_foreign(account));
    let foreign = |foreign| Reach { public: false, foreign };
    let by_policy = |member| parameters.text(member).map_or(Reach::default(), |policy| reach(policy, accounts));
    let reach = match (record.service(), name) {
        ("kms", "PutKeyPolicy" | "CreateKey" | "ReplicateKey") => by_policy("policy"),
        ("kms", "CreateGrant") => {
            foreign(to(parameters.text("granteePrincipal")) || to(parameters.text("retiringPrincipal")))
        }
        ("kms", "ReEncrypt") => foreign(to(destination(record, parameters))),
        ("secretsmanager", _) => {
            let Reach { public, foreign } = by_policy("resourcePolicy");
            Reach { public, foreign: foreign || to(parameters.text("kmsKeyId")) || replicas(parameters).any(to) }
        }
        ("s3", "PutBucketEncryption") => foreign(default_keys(parameters).any(to)),
        ("s3", _) => foreign(to(parameters.text(S3_KEY)) || to(record.response_elements.as_ref().and_then(s3_key))),
        ("rds" | "ec2", name) if name.starts_with("Copy") || name == "StartExportTask" => {
            foreign(to(parameters.text("kmsKeyId")))
        }
        _ => Reach::default(),
    };
    let words = [("public", reach.public), ("foreign-account", reach.foreign)];
    words.into_iter().filter(|(_, exposed)| *exposed).map(|(word, _)| word).collect()
}

/// The header that names the key of an object, in requests and answers (Amazon S3 API Reference, *CopyObject*,
/// *PutObject*, *CreateMultipartUpload*).
const S3_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";

fn s3_key<'r>(answer: &'r Json<'_>) -> Option<&'r str> {
    answer.text(S3_KEY)
}

/// A key of another account can only be named by its ARN, or its alias's; otherwise `resources` has the source first, then
/// the destination (KMS Developer Guide, *ReEncrypt* log entries).
fn destination<'r>(record: &'r Record<'_>, parameters: &'r Json<'_>) -> Option<&'r str> {
    let named = parameters.text("destinationKeyId").filter(|id| id.starts_with("arn:"));
    named.or_else(|| Some(record.resources.as_ref()?.get(1)?.arn.as_ref()?.as_str()))
}

/// The keys of a secret's replicas (Secrets Manager API Reference, *ReplicaRegionType*).
fn replicas<'r>(parameters: &'r Json<'_>) -> impl Iterator<Item = Option<&'r str>> {
    let added = parameters.get("addReplicaRegions").map(Json::elements).unwrap_or_default();
    added.iter().map(|replica| replica.text("kmsKeyId"))
}

/// The keys of a bucket's default encryption (Amazon S3 API Reference, *PutBucketEncryption*).
fn default_keys<'r>(parameters: &'r Json<'_>) -> impl Iterator<Item = Option<&'r str>> {
    let rules = parameters.get("ServerSideEncryptionConfiguration").and_then(|configuration| configuration.get("Rule"));
    let rules = rules.map(one_or_many).unwrap_or_default();
    rules.iter().map(|rule| rule.get("ApplyServerSideEncryptionByDefault")?.text("KMSMasterKeyID"))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn exposed(service: &str, name: &str, rest: &str) -> Vec<&'static str> {
        let json = format!(r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{name}",{rest}}}"#);
        let home = "111122223333".parse().unwrap();
        let settings = Settings::default();
        exposes_to(&Record::parse(&json).unwrap(), &Accounts { home: Some(&home), settings: &settings })
    }

    const FOREIGN: &str = "arn:aws:kms:eu-west-1:444455556666:key/k2";
    const OWN: &str = "arn:aws:kms:eu-west-1:111122223333:key/k1";
    const PUBLIC: &str =
        r#"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}"#;

    #[test_case("kms", "PutKeyPolicy", "policy")]
    #[test_case("kms", "CreateKey", "policy")]
    #[test_case("kms", "ReplicateKey", "policy")]
    #[test_case("secretsmanager", "PutResourcePolicy", "resourcePolicy")]
    fn policies(service: &str, name: &str, member: &str) {
        assert_eq!(exposed(service, name, &format!(r#""requestParameters":{{"{member}":"{PUBLIC}"}}"#)), ["public"]);
        assert_eq!(exposed(service, name, r#""requestParameters":null"#), [""; 0]);
        assert_eq!(exposed(service, name, r#""requestParameters":{}"#), [""; 0], "the default policy exposes nothing");
    }

    #[test_case(r#""granteePrincipal":"arn:aws:iam::444455556666:role/x""#, true ; "the grantee")]
    #[test_case(r#""granteePrincipal":"arn:aws:iam::111122223333:role/x","retiringPrincipal":"arn:aws:iam::444455556666:root""#, true ; "who may retire it")]
    #[test_case(r#""granteePrincipal":"arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-1""#, false ; "our own")]
    #[test_case(r#""granteePrincipal":"dynamodb.eu-west-1.amazonaws.com","retiringPrincipal":"AWS Internal""#, false ; "services")]
    fn grants(parameters: &str, expected: bool) {
        let found = exposed("kms", "CreateGrant", &format!(r#""requestParameters":{{{parameters}}}"#));
        assert_eq!(found == ["foreign-account"], expected, "{found:?}");
    }

    #[test_case(&format!(r#""requestParameters":{{"destinationKeyId":"{FOREIGN}"}}"#), true ; "by name")]
    #[test_case(&format!(r#""requestParameters":{{"destinationKeyId":"alias/x"}},"resources":[{{"ARN":"{OWN}"}},{{"ARN":"{FOREIGN}"}}]"#), true ; "by resources")]
    #[test_case(&format!(r#""requestParameters":{{"destinationKeyId":"{OWN}"}},"resources":[{{"ARN":"{FOREIGN}"}},{{"ARN":"{OWN}"}}]"#), false ; "to our own key")]
    #[test_case(r#""requestParameters":{"destinationKeyId":"alias/x"}"#, false ; "not told")]
    fn re_encryption(rest: &str, expected: bool) {
        assert_eq!(exposed("kms", "ReEncrypt", rest) == ["foreign-account"], expected);
    }

    #[test_case("s3", "CopyObject", r#""x-amz-server-side-encryption-aws-kms-key-id":"KEY""#)]
    #[test_case("s3", "PutObject", r#""x-amz-server-side-encryption-aws-kms-key-id":"KEY""#)]
    #[test_case("s3", "PutBucketEncryption", r#""ServerSideEncryptionConfiguration":{"Rule":{"ApplyServerSideEncryptionByDefault":{"KMSMasterKeyID":"KEY"}}}"#)]
    #[test_case("rds", "CopyDBSnapshot", r#""kmsKeyId":"KEY""#)]
    #[test_case("rds", "StartExportTask", r#""kmsKeyId":"KEY""#)]
    #[test_case("ec2", "CopySnapshot", r#""kmsKeyId":"KEY""#)]
    #[test_case("secretsmanager", "UpdateSecret", r#""kmsKeyId":"KEY""#)]
    #[test_case(
        "secretsmanager",
        "ReplicateSecretToRegions",
        r#""addReplicaRegions":[{"region":"us-east-1"},{"kmsKeyId":"KEY"}]"#
    )]
    fn copies(service: &str, name: &str, parameters: &str) {
        let under = |key: &str| {
            exposed(service, name, &format!(r#""requestParameters":{{{}}}"#, parameters.replace("KEY", key)))
        };
        assert_eq!(under(FOREIGN), ["foreign-account"]);
        assert_eq!(under(OWN), [""; 0]);
        assert_eq!(under("alias/backup"), [""; 0], "a bare name is of the caller's account");
    }

    #[test]
    fn an_object_under_the_buckets_own_key_is_told_by_the_answer() {
        let rest = format!(r#""requestParameters":{{"bucketName":"b"}},"responseElements":{{"{S3_KEY}":"{FOREIGN}"}}"#);
        assert_eq!(exposed("s3", "PutObject", &rest), ["foreign-account"]);
    }

    #[test_case("rds", "CreateDBInstance" ; "not a copy")]
    #[test_case("kms", "DescribeKey" ; "not a grant of access")]
    fn other_calls(service: &str, name: &str) {
        let rest = format!(r#""requestParameters":{{"kmsKeyId":"{FOREIGN}","policy":"{PUBLIC}"}}"#);
        assert_eq!(exposed(service, name, &rest), [""; 0]);
    }

    #[test]
    fn ours_are_the_accounts_of_the_settings_too() {
        let settings = Settings { accounts: vec!["444455556666".parse().unwrap()], ..Settings::default() };
        assert!(!Accounts { home: None, settings: &settings }.is_foreign("444455556666"));
        assert!(Accounts { home: None, settings: &settings }.is_foreign("111122223333"));
        let nothing = Settings::default();
        assert!(!Accounts { home: None, settings: &nothing }.is_foreign("444455556666"), "nobody knows");
    }
}
