use test_case::test_case;

use super::*;

const SETTINGS: &str = "assets:
  - {name: payroll secrets, secret: prod/payroll/*, tier: critical}
  - {name: billing, secret: billing/*, tier: standard}
  - {name: 'all of web/*', secret: web/*, tier: standard}
";

fn parse(word: &str) -> Result<Subject, SubjectError> {
    Subject::parse(word, &portcullis_settings::parse(SETTINGS).unwrap())
}

/// All readings, as `kind:label`.
fn readings(word: &str) -> Vec<String> {
    let subject = parse(word).unwrap();
    let assets = subject.assets.iter().map(|reading| format!("{}:{}", reading.kind(), reading.label()));
    let actors = subject.actors.iter().map(|reading| format!("{}:{}", reading.kind(), reading.label()));
    assets.chain(actors).collect()
}

const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

#[test_case("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db", "secret:secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db" ; "partial ARN")]
#[test_case(
    "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "key:key 1234abcd-12ab-34cd-56ef-1234567890ab"
)]
#[test_case("key/1234abcd", "key:key 1234abcd")]
#[test_case("arn:aws:kms:eu-west-1:111122223333:alias/payroll", "alias:alias/payroll" ; "alias ARN")]
#[test_case("alias/payroll", "alias:alias/payroll")]
#[test_case("arn:aws:iam::111122223333:role/team/app", "role:role app")]
#[test_case("arn:aws:iam::111122223333:user/alice", "user:user alice")]
#[test_case("arn:aws:iam::111122223333:root", "root:root of 111122223333")]
#[test_case("root of 111122223333", "root:root of 111122223333" ; "root as tables print it")]
#[test_case("arn:aws:sts::111122223333:assumed-role/app/laptop", "session:session laptop of role app")]
#[test_case("assumed-role/app/laptop", "session:session laptop of role app" ; "the end of a session's ARN")]
#[test_case("arn:aws:sts::111122223333:federated-user/bob", "federated-user:federated session bob")]
#[test_case(
    "arn:aws:lambda:eu-west-1:111122223333:function:pay",
    "issued-to:whoever runs as arn:aws:lambda:eu-west-1:111122223333:function:pay"
)]
#[test_case(
    "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db",
    "parameter:parameter arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"
)]
#[test_case("111122223333", "account:account 111122223333")]
#[test_case("AKIAIOSFODNN7EXAMPLE", "access-key:access key AKIAIOSFODNN7EXAMPLE")]
#[test_case("AROAEXAMPLEREPORTING", "id:AROAEXAMPLEREPORTING")]
#[test_case("role:payroll", "role:role payroll" ; "one reading alone")]
#[test_case("entry:billing", "entry:entry “billing”" ; "an entry alone")]
fn one_reading(word: &str, expected: &str) {
    assert_eq!(readings(word), [expected]);
}

const PEOPLE: [&str; 5] = ["session", "source-identity", "federated-user", "identity-center-user", "external-identity"];

#[test_case("app", &["secret", "role", "user"], true)]
#[test_case(" app ", &["secret", "role", "user"], true ; "spaces around")]
#[test_case("billing", &["entry", "secret", "role", "user"], true ; "an entry")]
#[test_case("critical", &["tier", "secret", "role", "user"], true ; "a tier")]
#[test_case("root", &["secret", "root", "role", "user"], true)]
#[test_case("prod/payroll/db", &["secret", "role", "user"], false ; "a path")]
#[test_case("/prod/db", &["secret", "parameter", "role", "user"], false ; "a path from the root")]
#[test_case("role/team/app", &["secret", "role"], false ; "a role as tables print it")]
#[test_case("user/alice", &["secret", "user"], false ; "a user as tables print it")]
#[test_case("payroll secrets", &["entry", "secret", "role", "user"], true ; "an entry of two words")]
#[test_case("all of web/*", &["entry", "secret", "role", "user"], false ; "an entry with a star")]
#[test_case(ID, &["key"], true ; "a UUID, which sessions are called by too")]
#[test_case("mrk-1234abcd12ab34cd56ef1234567890ab", &["key"], true ; "a multi-Region key")]
#[test_case("s3.amazonaws.com", &["service", "via"], false)]
fn many_readings(word: &str, expected: &[&str], people: bool) {
    let people: &[&str] = if people { &PEOPLE } else { &[] };
    assert_eq!(parse(word).unwrap().kinds(), [expected, people].concat());
}

#[test_case("prod/db-AbCdEf", &["prod/db-AbCdEf", "prod/db"] ; "the end of an ARN")]
#[test_case("prod/db-backup", &["prod/db-backup"] ; "a name")]
#[test_case("web-prod01", &["web-prod01"] ; "a name with a number")]
#[test_case("-AbCdEf", &["-AbCdEf"] ; "nothing before it")]
fn suffixes(word: &str, expected: &[&str]) {
    let subject = parse(word).unwrap();
    let secrets = subject.assets.iter().filter_map(|reading| match reading {
        AssetReading::Secret(secret) => Some(secret.written.as_str()),
        _ => None,
    });
    assert_eq!(secrets.collect::<Vec<_>>(), expected);
}

#[test_case("", "nothing is named" ; "nothing")]
#[test_case("role:", "nothing is named" ; "a kind alone")]
#[test_case("arn:aws:s3:::bucket", "is the ARN of neither a key" ; "a bucket")]
#[test_case("arn:aws:iam::111122223333:role/", "is the ARN of neither a key" ; "no role")]
#[test_case("arn:aws:secretsmanager:eu-west-1:111122223333:secret:", "is the ARN of neither a key" ; "no secret")]
#[test_case("prod/*", "has a wildcard" ; "a wildcard")]
#[test_case("entry:nowhere", "cannot be read as entry; without `entry:` it is looked for as secret, role" ; "no such entry")]
fn refused(word: &str, expected: &str) {
    let error = parse(word).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

/// A kind that could not be asked for would be of no use in the note that proposes it.
#[test]
fn every_kind_can_be_asked_for() {
    let words = [
        "/app",
        "app",
        "root",
        "critical",
        "billing",
        "alias/x",
        "111122223333",
        "AKIAIOSFODNN7EXAMPLE",
        "AROAEXAMPLEREPORTING",
        "s3.amazonaws.com",
        ID,
        "arn:aws:lambda:eu-west-1:111122223333:function:pay",
    ];
    let mut kinds: Vec<&str> = words.iter().flat_map(|word| parse(word).unwrap().kinds()).collect();
    for word in words {
        for kind in parse(word).unwrap().kinds() {
            assert_eq!(parse(&format!("{kind}:{word}")).unwrap().kinds(), [kind]);
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    let mut known = KINDS;
    known.sort_unstable();
    assert_eq!(kinds, known);
}
