//! What was touched: from resources, parameters, answers and error texts to keys and secrets.

use portcullis_domain::{AccountId, AliasArn, Asset, KeyArn, SecretRef};

use crate::denial::{denied_resource, mentioned_arn};
use crate::json::{Json, Text};
use crate::record::Record;

/// The keys or secrets that a record names, each once, the most telling name of each. A call to KMS that Secrets Manager
/// makes is about the key and the secret. Empty for other services and for calls that name none, such as `ListSecrets`.
pub(crate) fn resolve(record: &Record<'_>) -> Vec<Asset> {
    match record.service() {
        "kms" => keys(record),
        "secretsmanager" => secrets(record),
        _ => Vec::new(),
    }
}

/// Keys are named by `resources[].ARN` wherever KMS fills it in; `keyId` may be an id, an alias or missing
/// (KMS Developer Guide, *Logging AWS KMS API calls with AWS CloudTrail*).
fn keys(record: &Record<'_>) -> Vec<Asset> {
    let home = Home::of(record);
    let mut assets = Vec::new();
    for arn in record.resources.iter().flatten().filter_map(|resource| resource.arn.as_ref()) {
        add(&mut assets, home.key(arn.as_str()));
    }
    if assets.is_empty() {
        let parameters = record.request_parameters.as_ref();
        for name in ["keyId", "targetKeyId", "sourceKeyId", "destinationKeyId", "aliasName"] {
            add(&mut assets, parameters.and_then(|p| p.text(name)).and_then(|id| home.key(id)));
        }
    }
    if assets.is_empty() {
        // Operations that manage a key answer with its ARN; service events name it in their details.
        let answers = [
            record.response_elements.as_ref().and_then(|r| r.text("keyId")),
            record.response_elements.as_ref().and_then(|r| r.get("keyMetadata")).and_then(|m| m.text("arn")),
            record.service_event_details.as_ref().and_then(|d| d.text("keyId")),
        ];
        for id in answers.into_iter().flatten() {
            add(&mut assets, home.key(id));
        }
    }
    if assets.is_empty()
        && let Some(message) = record.error_message.as_ref().map(Text::as_str)
    {
        let named = denied_resource(message).or_else(|| mentioned_arn(message, "kms"));
        add(&mut assets, named.and_then(|id| home.key(id)));
    }
    // A key says more than the alias it was called by.
    assets.sort_by_key(|asset| !matches!(asset, Asset::Key(_)));
    add(&mut assets, secret_behind(record).and_then(|arn| home.secret(arn)));
    assets
}

/// The alias that a call of KMS names its key by; `resources` then has the key
/// (KMS Developer Guide, *Find aliases in AWS CloudTrail logs*).
pub(crate) fn alias(record: &Record<'_>) -> Option<AliasArn> {
    let id = record.request_parameters.as_ref().filter(|_| record.service() == "kms")?.text("keyId")?;
    if !id.contains("alias/") {
        return None;
    }
    match Home::of(record).key(id)? {
        Asset::KeyAlias(alias) => Some(alias),
        _ => None,
    }
}

/// The secret that Secrets Manager uses the key for. Only its own calls are believed: an encryption context is the
/// caller's choice. The check made when a key is given to a secret uses no secret
/// (Secrets Manager User Guide, *Secret encryption and decryption*: `SecretARN`, `SecretVersionId`).
fn secret_behind<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let context = context_of_service(record, "secretsmanager.")?;
    let is_check = context.text("SecretVersionId") == Some("RequestToValidateKeyAccess");
    context.text("SecretARN").filter(|_| !is_check)
}

/// The parameter that Parameter Store uses the key for, by its ARN.
pub(crate) fn parameter(record: &Record<'_>) -> Option<String> {
    context_of_service(record, "ssm.")?.text("PARAMETER_ARN").map(str::to_owned)
}

/// The encryption context of a KMS call that the service, a DNS name beginning with `prefix`, made with the caller's
/// rights or its own.
fn context_of_service<'r, 'a>(record: &'r Record<'a>, prefix: &str) -> Option<&'r Json<'a>> {
    let invoked_by = record.user_identity.as_ref()?.invoked_by.as_ref()?.as_str();
    let is_its_own = record.service() == "kms" && invoked_by.starts_with(prefix);
    record.request_parameters.as_ref().filter(|_| is_its_own)?.get("encryptionContext")
}

/// `GetSecretValue` has no `resources`: the target is `secretId` as the caller typed it. Answers spell the ARN `arn` or
/// `aRN`; service events name it in `additionalEventData`
/// (Secrets Manager User Guide, *Log AWS Secrets Manager events with AWS CloudTrail*).
fn secrets(record: &Record<'_>) -> Vec<Asset> {
    let home = Home::of(record);
    let mut assets = Vec::new();
    for arn in record.resources.iter().flatten().filter_map(|resource| resource.arn.as_ref()) {
        if arn.as_str().contains(":secret:") {
            add(&mut assets, home.secret(arn.as_str()));
        }
    }
    if let Some(answer) = &record.response_elements {
        for name in ["arn", "aRN", "ARN"] {
            add(&mut assets, answer.text(name).and_then(|arn| home.secret(arn)));
        }
    }
    if let Some(parameters) = &record.request_parameters {
        add(&mut assets, parameters.text("secretId").and_then(|id| home.secret(id)));
        if record.event_name.as_ref().is_some_and(|name| name.as_str() == "CreateSecret") {
            add(&mut assets, parameters.text("name").and_then(|name| home.secret(name)));
        }
        for id in parameters.get("secretIdList").map(Json::elements).unwrap_or_default() {
            add(&mut assets, id.as_str().and_then(|id| home.secret(id)));
        }
    }
    if let Some(data) = record.additional_event_data.as_ref().or(record.service_event_details.as_ref()) {
        for name in ["SecretId", "secretId", "ARN", "Name"] {
            add(&mut assets, data.text(name).and_then(|id| home.secret(id)));
        }
    }
    if assets.is_empty()
        && let Some(message) = record.error_message.as_ref().map(Text::as_str)
    {
        let named = denied_resource(message).or_else(|| mentioned_arn(message, "secretsmanager"));
        add(&mut assets, named.and_then(|id| home.secret(id)));
    }
    assets
}

/// Keeps one name per asset: a later, vaguer name of a secret already there adds nothing.
fn add(assets: &mut Vec<Asset>, asset: Option<Asset>) {
    let Some(asset) = asset else { return };
    let known = assets.iter().any(|other| match (other, &asset) {
        (Asset::Secret(a), Asset::Secret(b)) => a.is(b),
        (a, b) => a == b,
    });
    if !known {
        assets.push(asset);
    }
}

/// Where a bare id or name belongs: the caller's account, the Region of the call.
struct Home {
    account: Option<AccountId>,
    region: Option<String>,
}

impl Home {
    fn of(record: &Record<'_>) -> Self {
        let caller = record.user_identity.as_ref().and_then(|identity| identity.account_id.as_ref());
        let recipient = record.recipient_account_id.as_ref();
        let account = [caller, recipient].into_iter().flatten().find_map(|id| id.as_str().parse().ok());
        let region = record.aws_region.as_ref().map(|region| region.as_str().to_owned());
        Self { account, region: region.filter(|region| !region.is_empty()) }
    }

    fn secret(&self, written: &str) -> Option<Asset> {
        // An ARN of something else is not a secret's name, and neither is a redaction.
        let plausible = !written.is_empty() && (!written.starts_with("arn:") || written.contains(":secret:"));
        plausible.then(|| Asset::Secret(SecretRef::new(written, self.account.clone(), self.region.clone())))
    }

    /// A key by ARN, by alias, or by id.
    fn key(&self, written: &str) -> Option<Asset> {
        if written.starts_with("arn:") {
            let key = written.parse::<KeyArn>().ok().map(Asset::Key);
            return key.or_else(|| written.parse::<AliasArn>().ok().map(Asset::KeyAlias));
        }
        let (account, region) = (self.account.as_ref()?, self.region.as_deref()?);
        let prefix = format!("arn:{}:kms:{region}:{account}", partition_of(region));
        if written.starts_with("alias/") {
            return format!("{prefix}:{written}").parse().ok().map(Asset::KeyAlias);
        }
        let is_id = written.len() >= 32 && written.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_id { format!("{prefix}:key/{written}").parse().ok().map(Asset::Key) } else { None }
    }
}

/// The partition that a Region belongs to (AWS General Reference, *AWS service endpoints*).
fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("us-iso-") => "aws-iso",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn names(service: &str, rest: &str) -> Vec<String> {
        let json = format!(
            r#"{{"eventSource":"{service}.amazonaws.com","awsRegion":"eu-west-1","recipientAccountId":"111122223333",{rest}}}"#
        );
        resolve(&Record::parse(&json).unwrap()).iter().map(ToString::to_string).collect()
    }

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

    #[test_case(r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:444455556666:key/k1"}],"requestParameters":{"keyId":"alias/x"}"#,
        &["arn:aws:kms:eu-west-1:444455556666:key/k1"] ; "resources come first")]
    #[test_case(r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"},{"ARN":"arn:aws:kms:eu-west-1:444455556666:key/k2"}]"#,
        &["arn:aws:kms:eu-west-1:111122223333:key/k1", "arn:aws:kms:eu-west-1:444455556666:key/k2"] ; "re-encrypt has two")]
    #[test_case(r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:alias/x"},{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}]"#,
        &["arn:aws:kms:eu-west-1:111122223333:key/k1", "arn:aws:kms:eu-west-1:111122223333:alias/x"] ; "key before alias")]
    #[test_case(r#""requestParameters":{"keyId":"alias/x"}"#, &["arn:aws:kms:eu-west-1:111122223333:alias/x"] ; "alias name")]
    fn keys_of(rest: &str, expected: &[&str]) {
        assert_eq!(names("kms", rest), expected);
    }

    #[test]
    fn key_by_id_belongs_to_the_caller() {
        let rest = format!(r#""userIdentity":{{"accountId":"444455556666"}},"requestParameters":{{"keyId":"{ID}"}}"#);
        assert_eq!(names("kms", &rest), [format!("arn:aws:kms:eu-west-1:444455556666:key/{ID}")]);
    }

    #[test]
    fn denied_key_from_the_text() {
        let rest = r#""requestParameters":null,"errorCode":"AccessDenied","errorMessage":"User: u is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/k1 because no identity-based policy allows the kms:Decrypt action""#;
        assert_eq!(names("kms", rest), ["arn:aws:kms:eu-west-1:111122223333:key/k1"]);
    }

    #[test_case(r#""requestParameters":{"secretId":"prod/db"}"#, &["prod/db"] ; "as typed")]
    #[test_case(r#""requestParameters":{"secretIdList":["a","b","a"]}"#, &["a", "b"] ; "batch by list")]
    #[test_case(r#""eventName":"CreateSecret","requestParameters":{"name":"prod/db"},"responseElements":{"aRN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"}"#,
        &["arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"] ; "the answer's ARN says more")]
    #[test_case(r#""additionalEventData":{"SecretId":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}"#,
        &["arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"] ; "service event")]
    #[test_case(r#""requestParameters":null,"errorMessage":"User: u is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db because no""#,
        &["prod/db"] ; "denied, from the text")]
    #[test_case(r#""requestParameters":"null""#, &[] ; "a string where an object belongs")]
    fn secrets_of(rest: &str, expected: &[&str]) {
        assert_eq!(names("secretsmanager", rest), expected);
    }

    const BEHIND: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],"requestParameters":{"encryptionContext":
        {"SecretARN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf","SecretVersionId":"v1"}}"#;

    #[test_case("secretsmanager.amazonaws.com", "v1", true)]
    #[test_case("secretsmanager.amazonaws.com", "RequestToValidateKeyAccess", false ; "a check uses no secret")]
    #[test_case("lambda.amazonaws.com", "v1", false ; "anybody can write a context")]
    #[test_case("", "v1", false ; "a direct call")]
    fn the_secret_behind_a_decryption(invoked_by: &str, version: &str, expected: bool) {
        let rest = format!(r#""userIdentity":{{"invokedBy":"{invoked_by}"}},{}"#, BEHIND.replace("v1", version));
        let both = [
            "arn:aws:kms:eu-west-1:111122223333:key/k1",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
        ];
        assert_eq!(names("kms", &rest), if expected { &both[..] } else { &both[..1] });
    }

    #[test_case("kms", "ssm.amazonaws.com", Some("arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"))]
    #[test_case("kms", "lambda.amazonaws.com", None ; "anybody can write a context")]
    #[test_case("s3", "ssm.amazonaws.com", None ; "another service")]
    fn the_parameter_behind_a_decryption(service: &str, invoked_by: &str, expected: Option<&str>) {
        let json = format!(
            r#"{{"eventSource":"{service}.amazonaws.com","userIdentity":{{"invokedBy":"{invoked_by}"}},"requestParameters":
            {{"encryptionContext":{{"PARAMETER_ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"}}}}}}"#
        );
        assert_eq!(parameter(&Record::parse(&json).unwrap()).as_deref(), expected);
    }

    #[test]
    fn other_services_have_none() {
        assert!(names("s3", r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}]"#).is_empty());
    }
}
