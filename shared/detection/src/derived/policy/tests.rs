use portcullis_settings::Settings;
use test_case::test_case;

use super::*;

/// Logged in 111122223333, which has no other account beside it.
fn reach_of(statement: &str) -> &'static str {
    let home = "111122223333".parse().unwrap();
    let settings = Settings::default();
    let accounts = Accounts { home: Some(&home), settings: &settings };
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    match reach(&policy, &accounts) {
        Reach { public: false, foreign: false } => "nobody",
        Reach { public: true, foreign: false } => "public",
        Reach { public: false, foreign: true } => "foreign",
        Reach { public: true, foreign: true } => "both",
    }
}

fn allow(rest: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"kms:*","Resource":"*",{rest}}}"#)
}

#[test_case(r#""Principal":"*""#, "public")]
#[test_case(r#""Principal":{"AWS":"*"}"#, "public")]
#[test_case(r#""Principal":{"AWS":["arn:aws:iam::111122223333:root","*"]}"#, "public" ; "everybody in a list")]
#[test_case(r#""NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"}"#, "public" ; "everybody but one")]
#[test_case(r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#, "nobody" ; "our own account")]
#[test_case(r#""Principal":{"AWS":"111122223333"}"#, "nobody" ; "our own account by number")]
#[test_case(r#""Principal":{"AWS":"arn:aws:iam::444455556666:role/team/app"}"#, "foreign")]
#[test_case(r#""Principal":{"AWS":["111122223333","444455556666"]}"#, "foreign" ; "a foreign account by number, in a list")]
#[test_case(r#""Principal":{"AWS":"arn:aws:sts::444455556666:assumed-role/app/s"}"#, "foreign" ; "a foreign session")]
#[test_case(r#""Principal":{"AWS":["*","444455556666"]}"#, "both")]
#[test_case(r#""Principal":{"Federated":"arn:aws:iam::444455556666:saml-provider/idp"}"#, "foreign" ; "a foreign identity provider")]
#[test_case(r#""Principal":{"Service":"logs.eu-west-1.amazonaws.com"}"#, "nobody" ; "a service")]
#[test_case(r#""Principal":{"AWS":"AROAEXAMPLEEXAMPLE11"}"#, "nobody" ; "a principal that is no more")]
#[test_case(r#""Principal":7"#, "nobody" ; "no principal at all")]
fn principals(rest: &str, expected: &str) {
    assert_eq!(reach_of(&allow(rest)), expected);
}

#[test_case(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#, "nobody")]
#[test_case(r#"{"StringEquals":{"AWS:principalorgid":["o-abc"]}}"#, "nobody" ; "keys know no case")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}"#, "nobody" ; "the organization of the resource")]
#[test_case(r#"{"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}}"#, "nobody" ; "the same turned round")]
#[test_case(r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, "public" ; "any organization")]
#[test_case(r#"{"StringLike":{"aws:PrincipalOrgID":["o-abc","o-*"]}}"#, "public" ; "one value of several is open")]
#[test_case(r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc/r-def/*"}}"#, "nobody")]
#[test_case(r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*/r-def/*"}}"#, "public" ; "paths of any organization")]
#[test_case(r#"{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc/r-def/*"}}"#, "public" ; "for all values of none")]
#[test_case(r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-abc"}}"#, "public" ; "if exists")]
#[test_case(r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-abc"}}"#, "public" ; "everybody else")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#, "nobody")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}"#, "nobody" ; "the account of the resource")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#, "foreign")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}}"#, "foreign" ; "one of two accounts")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#, "nobody" ; "both must hold")]
#[test_case(r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666","aws:PrincipalOrgID":"o-abc"}}"#, "foreign" ; "a foreign account of some organization")]
#[test_case(r#"{"ArnEquals":{"aws:SourceArn":["arn:aws:s3:::bucket","arn:aws:sns:eu-west-1:444455556666:t"]}}"#, "foreign" ; "a bucket or a foreign topic")]
#[test_case(r#"{"ArnEquals":{"aws:SourceArn":["arn:aws:sns:eu-west-1:111122223333:t","arn:aws:s3:::bucket"]}}"#, "nobody" ; "our topic or some bucket")]
#[test_case(r#"{"StringLike":{"aws:PrincipalAccount":"*"}}"#, "public" ; "any account")]
#[test_case(r#"{"StringEquals":{"kms:CallerAccount":"111122223333","kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#, "nobody" ; "as AWS managed keys have it")]
#[test_case(r#"{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#, "public" ; "through a service, but anybody")]
#[test_case(r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, "nobody")]
#[test_case(r#"{"StringEquals":{"aws:SourceOwner":"111122223333"}}"#, "nobody")]
#[test_case(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#, "nobody" ; "our roles")]
#[test_case(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"}}"#, "foreign" ; "foreign roles")]
#[test_case(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}}"#, "public" ; "a role of any account")]
#[test_case(r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#, "nobody" ; "a bucket")]
#[test_case(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, "public" ; "any bucket")]
#[test_case(r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#, "nobody")]
#[test_case(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, "public" ; "any VPC")]
#[test_case(r#"{"StringLike":{"aws:userid":"AROAEXAMPLEEXAMPLE11:*"}}"#, "nobody" ; "the sessions of a role")]
#[test_case(r#"{"StringLike":{"aws:userid":"*:s"}}"#, "public" ; "a session's name")]
#[test_case(r#"{"IpAddress":{"aws:SourceIp":["198.51.100.0/24","2001:db8::/32"]}}"#, "nobody" ; "two blocks")]
#[test_case(r#"{"IpAddress":{"aws:SourceIp":"198.51.100.7"}}"#, "nobody" ; "one address")]
#[test_case(r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/7"}}"#, "public" ; "a broad block")]
#[test_case(r#"{"IpAddress":{"aws:SourceIp":"2000::/31"}}"#, "public" ; "a broad IPv6 block")]
#[test_case(r#"{"IpAddress":{"aws:SourceIp":"everywhere"}}"#, "public" ; "no block")]
#[test_case(r#"{"Bool":{"aws:SecureTransport":"true"}}"#, "public" ; "over TLS, but anybody")]
#[test_case(r#"{"Null":{"aws:PrincipalOrgID":"false"}}"#, "public" ; "any organization at all")]
#[test_case(r#"{"StringEquals":"aws:PrincipalOrgID"}"#, "public" ; "malformed")]
#[test_case("{}", "public" ; "no condition")]
fn conditions(condition: &str, expected: &str) {
    assert_eq!(reach_of(&allow(&format!(r#""Principal":"*","Condition":{condition}"#))), expected);
}

#[test]
fn conditions_do_not_make_a_foreign_account_ours() {
    let rest =
        r#""Principal":{"AWS":["*","444455556666"]},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#;
    assert_eq!(reach_of(&allow(rest)), "foreign");
}

#[test]
fn statements() {
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*"}"#;
    assert_eq!(reach_of(deny), "nobody", "what is denied lets nobody in");
    let (public, foreign) = (allow(r#""Principal":"*""#), allow(r#""Principal":{"AWS":"444455556666"}"#));
    assert_eq!(reach_of(&format!("[{deny},{public}]")), "public");
    assert_eq!(reach_of(&format!("[{public},{foreign}]")), "both");
    assert_eq!(reach_of("[]"), "nobody");
    assert_eq!(reach_of("7"), "nobody");
}

#[test]
fn what_is_no_policy_lets_nobody_in() {
    let settings = Settings::default();
    let accounts = Accounts { home: None, settings: &settings };
    for text in ["", "null", "{", "{}", "[]"] {
        assert_eq!(reach(text, &accounts), Reach::default(), "{text}");
    }
}
