//! Which credentials act in which account, and which Region IAM's requests are signed for.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_iam::Client;
use aws_sdk_iam::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_iam::config::{ConfigBag, Intercept, Region, RuntimeComponents};
use aws_smithy_mocks::{RuleMode, mock_client};
use portcullis_aws::{Accounts, IamReader, MemberRole};
use portcullis_response::{Identity, PortError, PortErrorKind, ReadIdentity as _, Target};
use test_case::test_case;

use crate::principal::{Answer, Kind};
use crate::recorded::Recorded;
use crate::server::{Asked, OWN_KEY, Reply, Server};
use crate::wire::xml_error;

const HOME: &str = "111122223333";
const SESSION_KEY: &str = "ASIAEXAMPLEEXAMPLE77";

fn role(arn: &str) -> Target {
    Target::Role { arn: arn.parse().unwrap(), id: None }
}

fn member(external_id: Option<&str>) -> MemberRole {
    MemberRole { role: "portcullis/portcullis-contain".to_owned(), external_id: external_id.map(str::to_owned) }
}

/// STS and IAM: the member role may be assumed, and every role is there.
fn answer(asked: &Asked) -> Reply {
    let result = |action: &str, body: &str| {
        Reply(200, format!("<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"))
    };
    match asked.parameter("Action").as_deref() {
        Some("AssumeRole") => result(
            "AssumeRole",
            &format!(
                "<Credentials><AccessKeyId>{SESSION_KEY}</AccessKeyId><SecretAccessKey>example</SecretAccessKey>\
                 <SessionToken>the-session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            ),
        ),
        Some("GetRole") => result(
            "GetRole",
            "<Role><Path>/</Path><RoleName>app</RoleName><RoleId>AROAEXAMPLEEXAMPLE01</RoleId>\
             <Arn>arn:aws:iam::111122223333:role/app</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>",
        ),
        _ => result("ListAttachedRolePolicies", "<AttachedPolicies/><IsTruncated>false</IsTruncated>"),
    }
}

/// The accounts of an installation, and the server that stands for AWS.
async fn accounts(home: Option<&str>, member: Option<MemberRole>) -> (IamReader, Server) {
    let server = Server::answering(|asked| Some(answer(asked)));
    let accounts = Accounts::new(&server.config().await, home.map(|home| home.parse().unwrap()), member);
    (IamReader::new(Arc::new(accounts)), server)
}

async fn read(reader: &IamReader, arn: &str) -> Result<Option<Identity>, PortError> {
    reader.read(&role(arn)).await
}

fn actions(server: &Server) -> Vec<String> {
    server.asked().iter().map(|asked| asked.parameter("Action").unwrap()).collect()
}

/// At home the function acts as itself, whether or not it could act elsewhere.
#[test_case(Some(HOME), None ; "one account")]
#[test_case(Some(HOME), Some(member(None)) ; "one of several accounts")]
#[test_case(None, Some(member(None)) ; "an account that is not known, as in tests")]
#[tokio::test]
async fn at_home(home: Option<&str>, member: Option<MemberRole>) {
    let (reader, server) = accounts(home, member).await;
    assert!(read(&reader, "arn:aws:iam::111122223333:role/app").await.unwrap().is_some());
    assert_eq!(actions(&server), ["GetRole", "ListAttachedRolePolicies"]);
    assert!(server.asked().iter().all(|asked| asked.signed_by() == OWN_KEY));
}

#[test_case("aws" ; "the commercial Regions")]
#[test_case("aws-cn" ; "China")]
#[test_case("aws-us-gov" ; "GovCloud")]
#[tokio::test]
async fn in_a_member_account(partition: &str) {
    let (reader, server) = accounts(Some(HOME), Some(member(Some("an-external-id")))).await;
    assert!(read(&reader, &format!("arn:{partition}:iam::444455556666:role/app")).await.unwrap().is_some());
    assert_eq!(actions(&server), ["AssumeRole", "GetRole", "ListAttachedRolePolicies"]);
    let asked = server.asked();
    let arn = format!("arn:{partition}:iam::444455556666:role/portcullis/portcullis-contain");
    assert_eq!(asked[0].parameter("RoleArn"), Some(arn));
    assert_eq!(asked[0].parameter("ExternalId").as_deref(), Some("an-external-id"));
    assert_eq!(asked[0].parameter("RoleSessionName").as_deref(), Some("portcullis"));
    assert_eq!(asked[0].signed_by(), OWN_KEY);
    for asked in &asked[1..] {
        assert_eq!((asked.signed_by(), asked.header("x-amz-security-token")), (SESSION_KEY, Some("the-session")));
    }
}

#[tokio::test]
async fn without_an_external_id() {
    let (reader, server) = accounts(Some(HOME), Some(member(None))).await;
    read(&reader, "arn:aws:iam::444455556666:role/app").await.unwrap();
    assert_eq!(server.asked()[0].parameter("ExternalId"), None);
}

/// A role is assumed once for an account, and nobody at home is acted on with its session.
#[tokio::test]
async fn a_session_serves_its_account_alone() {
    let (reader, server) = accounts(Some(HOME), Some(member(None))).await;
    for account in ["444455556666", HOME, "444455556666", HOME] {
        read(&reader, &format!("arn:aws:iam::{account}:role/app")).await.unwrap();
    }
    let once = |action: &str, by: &str| format!("{action} by {by}");
    let there = ["GetRole", "ListAttachedRolePolicies"].map(|action| once(action, SESSION_KEY));
    let at_home = ["GetRole", "ListAttachedRolePolicies"].map(|action| once(action, OWN_KEY));
    let expected = [&[once("AssumeRole", OWN_KEY)][..], &there[..], &at_home[..], &there[..], &at_home[..]].concat();
    let asked = server.asked();
    let found: Vec<String> =
        asked.iter().map(|asked| once(&asked.parameter("Action").unwrap(), asked.signed_by())).collect();
    assert_eq!(found, expected);
}

/// Nothing is asked of anybody, least of all of the account at home.
#[tokio::test]
async fn no_role_there() {
    let (reader, server) = accounts(Some(HOME), None).await;
    let error = read(&reader, "arn:aws:iam::444455556666:role/app").await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Refused);
    let why = "this installation has no role there; deploy infra/member.yaml in it";
    assert_eq!(error.chain(), format!("failed to act in account 444455556666: {why}"));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_member_role_does_not_trust_us() {
    let server = Server::answering(|_| Some(Reply(403, xml_error("AccessDenied", "not authorized to assume it"))));
    let accounts = Accounts::new(&server.config().await, Some(HOME.parse().unwrap()), Some(member(None)));
    let reader = IamReader::new(Arc::new(accounts));
    let error = read(&reader, "arn:aws:iam::444455556666:role/app").await.unwrap_err();
    assert!(error.chain().starts_with("failed to read role `app`: "), "{}", error.chain());
    assert!(error.chain().contains("AccessDenied"), "{}", error.chain());
    assert_eq!(actions(&server), ["AssumeRole"], "nothing is done there as anybody else");
}

/// Where a request goes and what it is signed for.
#[derive(Clone, Debug, Default)]
struct Scope(Recorded<(String, String)>);

impl Intercept for Scope {
    fn name(&self) -> &'static str {
        "Scope"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let signed = context.request().headers().get("authorization").unwrap();
        // Credential=KEY/DATE/REGION/SERVICE/aws4_request (IAM User Guide, *Elements of an AWS API request signature*).
        let scope: Vec<&str> = signed.split_once("Credential=").unwrap().1.split('/').collect();
        self.0.keep(&(context.request().uri().to_owned(), format!("{}/{}", scope[2], scope[3])));
        Ok(())
    }
}

/// IAM has one endpoint in each partition, and takes requests that are signed for its Region alone (AWS General Reference,
/// *AWS Identity and Access Management endpoints and quotas*).
#[test_case("eu-west-1", "https://iam.amazonaws.com/", "us-east-1/iam" ; "Europe")]
#[test_case("us-east-1", "https://iam.amazonaws.com/", "us-east-1/iam" ; "where it is")]
#[test_case("cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1/iam" ; "China")]
#[test_case("us-gov-east-1", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1/iam" ; "GovCloud")]
#[tokio::test]
async fn requests_to_iam_are_signed_for_its_own_region(region: &'static str, endpoint: &str, signed_for: &str) {
    let scope = Scope::default();
    let seen = scope.clone();
    let rules = [Kind::Role.get(Answer::Ok), Kind::Role.list(&[])];
    let client: Client = mock_client!(aws_sdk_iam, RuleMode::MatchAny, &rules, |config| {
        config.region(Region::new(region)).interceptor(scope.clone())
    });
    let reader = IamReader::new(Arc::new(Accounts::with(client)));
    reader.read(&Kind::Role.target()).await.unwrap().unwrap();
    let expected = (endpoint.to_owned(), signed_for.to_owned());
    assert_eq!(seen.0.all(), [expected.clone(), expected]);
}
