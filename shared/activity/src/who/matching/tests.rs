use portcullis_cloudtrail::Record;
use portcullis_settings::Settings;
use test_case::test_case;

use super::super::subject::Subject;
use super::*;

fn settings() -> Settings {
    portcullis_settings::parse(
        "assets:
  - {name: payroll secrets, secret: prod/payroll/*, tier: critical}
  - {name: everything, secret: '*', tier: standard}
",
    )
    .unwrap()
}

/// Whether the word means an asset or the actor of the record.
fn is_found(word: &str, json: &str) -> bool {
    let subject = Subject::parse(word, &settings()).unwrap();
    let access = Access::of(&Record::parse(json).unwrap());
    let touches = |reading: &AssetReading| {
        reading.means_parameter(&access) || access.assets.iter().any(|asset| reading.means(asset))
    };
    subject.assets.iter().any(touches) || subject.actors.iter().any(|reading| reading.is(&access))
}

/// `GetSecretValue` of a secret as it was written.
fn read(secret: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AWSService","invokedBy":"nobody.example"}},
        "eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-west-1",
        "requestParameters":{{"secretId":"{secret}"}},"recipientAccountId":"111122223333"}}"#
    )
}

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db";

#[test_case("prod/payroll/db", "prod/payroll/db", true ; "name by name")]
#[test_case("prod/payroll/db", ARN, true ; "name by partial ARN")]
#[test_case("prod/payroll/db", &format!("{ARN}-AbCdEf"), true ; "name by full ARN")]
#[test_case(ARN, "prod/payroll/db", true ; "partial ARN by name")]
#[test_case(ARN, &format!("{ARN}-AbCdEf"), true ; "partial ARN by full ARN")]
#[test_case(&format!("{ARN}-AbCdEf"), "prod/payroll/db", true ; "full ARN by name")]
#[test_case(&format!("{ARN}-AbCdEf"), ARN, true ; "full ARN by partial ARN")]
#[test_case(&format!("{ARN}-AbCdEf"), &format!("{ARN}-GhIjKl"), false ; "made again under the same name")]
#[test_case("prod/payroll/db-AbCdEf", "prod/payroll/db", true ; "name with a suffix by name")]
#[test_case("prod/payroll/db-AbCdEf", &format!("{ARN}-AbCdEf"), true ; "name with a suffix by full ARN")]
#[test_case("prod/payroll/db", "prod/payroll/db2", false ; "another name")]
#[test_case("prod/payroll", "prod/payroll/db", false ; "a folder")]
#[test_case("PROD/payroll/db", "prod/payroll/db", false ; "capitals")]
#[test_case(ARN, "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/payroll/db-AbCdEf", false ; "another Region")]
#[test_case("payroll secrets", "prod/payroll/db", true ; "by entry")]
#[test_case("payroll secrets", "prod/web", false ; "not in the entry")]
#[test_case("critical", "prod/payroll/db", true ; "by tier")]
#[test_case("critical", "prod/web", false ; "of a lower tier")]
#[test_case("tier:standard", "prod/payroll/db", false ; "a higher tier holds")]
fn secrets(word: &str, written: &str, expected: bool) {
    assert_eq!(is_found(word, &read(written)), expected);
}

/// A call of KMS, as its `resources` or `requestParameters` name the key.
fn kms(rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AWSService","invokedBy":"ssm.amazonaws.com"}},
        "eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"eu-west-1","recipientAccountId":"111122223333",{rest}}}"#
    )
}

const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY: &str =
    r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}]"#;
const ALIAS: &str = r#""requestParameters":{"keyId":"alias/payroll"}"#;
const PARAMETER: &str = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k1"}],
    "requestParameters":{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"}}"#;

#[test_case(ID, KEY, true ; "id")]
#[test_case("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", KEY, true ; "arn")]
#[test_case("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", KEY, false ; "another Region")]
#[test_case("key/34abcd-12ab-34cd-56ef-1234567890ab", KEY, false ; "the end of an id")]
#[test_case("alias/payroll", ALIAS, true ; "alias")]
#[test_case("arn:aws:kms:eu-west-1:111122223333:alias/payroll", ALIAS, true ; "alias ARN")]
#[test_case("arn:aws:kms:eu-west-1:444455556666:alias/payroll", ALIAS, false ; "alias of another account")]
#[test_case("alias/pay", ALIAS, false ; "another alias")]
#[test_case("/prod/db", PARAMETER, true ; "parameter")]
#[test_case("arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db", PARAMETER, true ; "parameter ARN")]
#[test_case("/db", PARAMETER, false ; "the end of a parameter")]
#[test_case("parameter:/prod/web", PARAMETER, false ; "another parameter")]
fn keys(word: &str, rest: &str, expected: bool) {
    assert_eq!(is_found(word, &kms(rest)), expected);
}

/// `ListSecrets` by an identity.
fn by(identity: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventSource":"secretsmanager.amazonaws.com",
        "eventName":"ListSecrets","awsRegion":"eu-west-1","recipientAccountId":"111122223333"}}"#
    )
}

const ROLE: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEREPORTING:laptop",
    "arn":"arn:aws:sts::111122223333:assumed-role/reporting/laptop","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEEXAMPLE01","invokedBy":"athena.amazonaws.com",
    "sessionContext":{"sourceIdentity":"alice","sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEREPORTING",
    "arn":"arn:aws:iam::111122223333:role/team/reporting","accountId":"111122223333","userName":"reporting"}},
    "inScopeOf":{"credentialsIssuedTo":"arn:aws:lambda:eu-west-1:111122223333:function:report"}}"#;
const BARE: &str = r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/reporting/laptop"}"#;
const USER: &str = r#"{"type":"IAMUser","principalId":"AIDAEXAMPLEEXAMPLE01","arn":"arn:aws:iam::111122223333:user/staff/alice",
    "accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"alice"}"#;
const FEDERATED: &str = r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/bob",
    "sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice"}}}"#;
const CENTER: &str = r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"94a2d4e8-0001-7000-8000-000000000001"}}"#;
const ROOT: &str = r#"{"type":"Root","accountId":"111122223333","arn":"arn:aws:iam::111122223333:root"}"#;
const SERVICE: &str = r#"{"type":"AWSService","invokedBy":"athena.amazonaws.com"}"#;
const FOREIGN: &str = r#"{"type":"AWSAccount","accountId":"444455556666","principalId":"AROAEXAMPLEFOREIGNER:laptop"}"#;
const SAML: &str = r#"{"type":"SAMLUser","userName":"alice@example.com"}"#;

#[test_case("arn:aws:iam::111122223333:role/team/reporting", ROLE, true ; "role ARN")]
#[test_case("arn:aws:iam::111122223333:role/reporting", ROLE, true ; "role ARN without its path")]
#[test_case("arn:aws:iam::111122223333:role/other/reporting", ROLE, false ; "role ARN with another path")]
#[test_case("arn:aws:iam::444455556666:role/reporting", ROLE, false ; "role of another account")]
#[test_case("reporting", ROLE, true ; "role name")]
#[test_case("team/reporting", ROLE, true ; "path and name")]
#[test_case("role/team/reporting", ROLE, true ; "role, path and name")]
#[test_case("am/reporting", ROLE, false ; "half a path")]
#[test_case("port", ROLE, false ; "part of a name")]
#[test_case("laptop", ROLE, true ; "session name")]
#[test_case("arn:aws:sts::111122223333:assumed-role/reporting/laptop", ROLE, true ; "session ARN")]
#[test_case("assumed-role/reporting/laptop", ROLE, true ; "the end of a session ARN")]
#[test_case("arn:aws:sts::111122223333:assumed-role/reporting/phone", ROLE, false ; "another session")]
#[test_case("arn:aws:sts::444455556666:assumed-role/reporting/laptop", ROLE, false ; "session of another account")]
#[test_case("alice", ROLE, true ; "source identity")]
#[test_case("user:alice", ROLE, false ; "a source identity is no user")]
#[test_case("ASIAEXAMPLEEXAMPLE01", ROLE, true ; "access key")]
#[test_case("ASIAEXAMPLEEXAMPLE02", ROLE, false ; "another access key")]
#[test_case("AROAEXAMPLEREPORTING", ROLE, true ; "unique id of a role")]
#[test_case("111122223333", ROLE, true ; "account")]
#[test_case("444455556666", ROLE, false ; "another account")]
#[test_case("athena.amazonaws.com", ROLE, true ; "a service with the role's rights")]
#[test_case("service:athena.amazonaws.com", ROLE, false ; "which is not the service itself")]
#[test_case("arn:aws:lambda:eu-west-1:111122223333:function:report", ROLE, true ; "function")]
#[test_case("root", ROLE, false ; "a role is not root")]
#[test_case("arn:aws:iam::111122223333:role/reporting", BARE, true ; "role ARN, of a session without its role")]
#[test_case("arn:aws:iam::444455556666:role/reporting", BARE, false ; "role of another account, of a session without its role")]
#[test_case("reporting", BARE, true ; "role name, of a session without its role")]
#[test_case("laptop", BARE, true ; "session name, of a session without its role")]
#[test_case("arn:aws:sts::111122223333:assumed-role/reporting/laptop", BARE, true ; "session ARN, of a session without its role")]
#[test_case("111122223333", BARE, true ; "account, of a session without its role")]
#[test_case("alice", USER, true ; "user name")]
#[test_case("staff/alice", USER, true ; "user path and name")]
#[test_case("arn:aws:iam::111122223333:user/staff/alice", USER, true ; "user ARN")]
#[test_case("arn:aws:iam::111122223333:user/alice", USER, true ; "user ARN without its path")]
#[test_case("arn:aws:iam::111122223333:role/alice", USER, false ; "a role of that name")]
#[test_case("AKIAIOSFODNN7EXAMPLE", USER, true ; "access key of a user")]
#[test_case("AIDAEXAMPLEEXAMPLE01", USER, true ; "unique id of a user")]
#[test_case("bob", FEDERATED, true ; "federated session")]
#[test_case("arn:aws:sts::111122223333:federated-user/bob", FEDERATED, true ; "federated session ARN")]
#[test_case("alice", FEDERATED, true ; "the user that issued it")]
#[test_case("94a2d4e8-0001-7000-8000-000000000001", CENTER, true ; "Identity Center user")]
#[test_case("root", ROOT, true ; "root")]
#[test_case("arn:aws:iam::111122223333:root", ROOT, true ; "root ARN")]
#[test_case("arn:aws:iam::444455556666:root", ROOT, false ; "root of another account")]
#[test_case("111122223333", ROOT, true ; "account of root")]
#[test_case("athena.amazonaws.com", SERVICE, true ; "service")]
#[test_case("via:athena.amazonaws.com", SERVICE, false ; "a service acts for nobody")]
#[test_case("444455556666", FOREIGN, true ; "foreign account")]
#[test_case("laptop", FOREIGN, true ; "foreign session")]
#[test_case("AROAEXAMPLEFOREIGNER", FOREIGN, true ; "foreign unique id")]
#[test_case("alice@example.com", SAML, true ; "saml")]
fn actors(word: &str, identity: &str, expected: bool) {
    assert_eq!(is_found(word, &by(identity)), expected);
}
