//! What the event history is asked, and what a page is told of the answers. Whatever cannot be found out is told as such,
//! and nothing is waited for.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_smithy_mocks::Rule;
use insta::assert_snapshot;
use portcullis_aws::{EventHistory, IamReader};
use portcullis_domain::Finding;
use portcullis_response::{LookAround as _, Surroundings, Target};
use portcullis_testkit::finding;
use serde_json::{Value, json};
use test_case::test_case;
use tokio::time::{Instant, timeout};

use crate::principal::{Answer, Kind, accounts};
use crate::samples::now;
use crate::server::{Asked, Reply, Server};
use crate::wire::json_error;

/// What no look at one Region can tell.
const ELSEWHERE: &str = "sessions and roles in other Regions: the event history is of one Region";

/// Of a function in account 111122223333, with the settings it has there: its other clients try three times.
async fn history(server: &Server, reads: &[Rule]) -> EventHistory {
    let config = server.config().await.to_builder().retry_config(RetryConfig::standard()).build();
    EventHistory::new(&config, IamReader::new(accounts(reads)), "111122223333".parse().ok())
}

async fn look(server: &Server, kind: Kind, finding: &Finding) -> Surroundings {
    history(server, &kind.reads(&[])).await.look_around(finding, &kind.target(), now()).await
}

/// A session of the role that somebody began, or was not let begin.
fn assumption(session: &str, role: &str, error: Option<&str>) -> Value {
    json!({
        "eventName": "AssumeRole", "eventTime": "2026-01-05T08:00:00Z", "errorCode": error,
        "userIdentity": {"arn": "arn:aws:iam::111122223333:user/mallory"},
        "requestParameters": {"roleArn": format!("arn:aws:iam::111122223333:role/{role}"), "roleSessionName": session},
    })
}

/// Events as the API tells them: the record is a text in each.
fn events(records: &[Value]) -> Reply {
    let events: Vec<Value> = records.iter().map(|record| json!({"CloudTrailEvent": record.to_string()})).collect();
    Reply(200, json!({"Events": events}).to_string())
}

/// The attribute that was looked up.
fn attribute(asked: &Asked) -> String {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let attributes = body["LookupAttributes"].as_array().unwrap();
    assert_eq!(attributes.len(), 1, "the API takes one");
    attributes[0]["AttributeKey"].as_str().unwrap().to_owned()
}

/// A history in which these records have the role's name, and those the access key.
fn telling(of_role: Vec<Value>, of_key: Vec<Value>) -> Server {
    Server::answering(move |asked| Some(events(if attribute(asked) == "ResourceName" { &of_role } else { &of_key })))
}

#[tokio::test]
async fn what_is_asked() {
    let server = telling(Vec::new(), Vec::new());
    let seen = look(&server, Kind::Role, &finding("e-1")).await;
    assert_eq!(seen.unknown, [ELSEWHERE]);
    assert_eq!(seen.last_used.unwrap().region.as_deref(), Some("eu-west-1"));
    let bodies: Vec<String> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_snapshot!(bodies.join("\n"), @r#"
    {"LookupAttributes":[{"AttributeKey":"ResourceName","AttributeValue":"arn:aws:iam::111122223333:role/team/reporting"}],"StartTime":1767557465,"MaxResults":50}
    {"LookupAttributes":[{"AttributeKey":"AccessKeyId","AttributeValue":"ASIAEXAMPLEEXAMPLE01"}],"StartTime":1767557465,"MaxResults":50}
    "#);
}

/// A session lives for twelve hours at most; one that began before is over (IAM User Guide, *Use IAM roles*).
#[tokio::test]
async fn twelve_hours_are_looked_back() {
    let server = telling(Vec::new(), Vec::new());
    look(&server, Kind::Role, &finding("e-1")).await;
    for asked in server.asked() {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["StartTime"].as_i64(), Some(now().as_second() - 12 * 3600));
    }
}

#[tokio::test]
async fn sessions_and_roles_assumed_onward() {
    let other = json!({"eventName": "GetRole", "requestParameters": {"roleArn": "x"}});
    let by_service = json!({
        "eventName": "AssumeRole", "eventTime": "2026-01-05T07:00:00Z",
        "userIdentity": {"invokedBy": "lambda.amazonaws.com"}, "requestParameters": {},
    });
    let of_role = vec![
        assumption("batch", "team/reporting", None),
        assumption("batch", "team/reporting", None),
        assumption("refused", "team/reporting", Some("AccessDenied")),
        by_service,
        other.clone(),
    ];
    let of_key = vec![
        assumption("x", "onward", None),
        assumption("y", "onward", None),
        assumption("z", "shut", Some("AccessDenied")),
        other,
    ];
    let seen = look(&telling(of_role, of_key), Kind::Role, &finding("e-1")).await;
    assert_snapshot!(seen.sessions.join("\n"), @"
    batch, begun by arn:aws:iam::111122223333:user/mallory at 2026-01-05T08:00:00Z
    unnamed, begun by lambda.amazonaws.com at 2026-01-05T07:00:00Z
    ");
    assert_eq!(seen.onward, ["arn:aws:iam::111122223333:role/onward"]);
    assert_eq!(seen.unknown, [ELSEWHERE]);
}

/// A page has room for some.
#[tokio::test]
async fn many_of_each() {
    let of_role = (0..50).map(|number| assumption(&format!("s-{number:02}"), "team/reporting", None)).collect();
    let of_key = (0..50).map(|number| assumption("s", &format!("onward-{number:02}"), None)).collect();
    let seen = look(&telling(of_role, of_key), Kind::Role, &finding("e-1")).await;
    assert_eq!((seen.sessions.len(), seen.onward.len()), (20, 20));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_one_less() {
    let events = json!({"Events": [
        {"CloudTrailEvent": "{"}, {}, {"CloudTrailEvent": assumption("batch", "onward", None).to_string()},
    ]});
    let server = Server::always(200, events.to_string());
    let seen = look(&server, Kind::Role, &finding("e-1")).await;
    assert_eq!((seen.sessions.len(), seen.onward.len()), (1, 1));
}

/// Nobody begins a session of a user.
#[tokio::test]
async fn a_user_has_no_sessions() {
    let server = telling(vec![assumption("batch", "x", None)], vec![assumption("x", "onward", None)]);
    let seen = look(&server, Kind::User, &finding("e-1")).await;
    assert_eq!((seen.sessions.len(), seen.onward.len(), seen.unknown.len()), (0, 1, 1));
    assert_eq!(server.asked().len(), 1);
}

/// The roles that it assumed are found by its key alone: without one, nobody may read that there are none.
#[tokio::test]
async fn no_access_key() {
    let server = telling(Vec::new(), Vec::new());
    let mut finding = finding("e-1");
    finding.actor.session.access_key_id = None;
    let seen = look(&server, Kind::Role, &finding).await;
    assert_eq!(seen.unknown, [ELSEWHERE, "the roles it assumed: the record names no access key"]);
    assert_eq!(server.asked().len(), 1);
}

/// None of it is a reason not to page, and each call is made once: the page waits for it.
#[test_case(400, "AccessDeniedException")]
#[test_case(400, "ThrottlingException")]
#[test_case(500, "InternalFailure")]
#[tokio::test]
async fn errors_are_told_as_unknown(status: u16, code: &str) {
    let server = Server::always(status, json_error(code, "No."));
    let history = history(&server, &[Kind::Role.get(Answer::AccessDenied)]).await;
    let seen = history.look_around(&finding("e-1"), &Kind::Role.target(), now()).await;
    let look_up = |of: &str| format!("failed to look up {of} in the event history: {code}: No.");
    let expected = [
        "its last use: failed to read role `reporting`: AccessDenied: Not authorized to do that.".to_owned(),
        ELSEWHERE.to_owned(),
        format!("its sessions: {}", look_up("ResourceName arn:aws:iam::111122223333:role/team/reporting")),
        format!("the roles it assumed: {}", look_up("AccessKeyId ASIAEXAMPLEEXAMPLE01")),
    ];
    assert_eq!(seen, Surroundings { unknown: expected.into(), ..Surroundings::default() });
    assert_eq!(server.asked().len(), 2);
}

/// One that is gone was last used at a time that nobody knows.
#[tokio::test]
async fn a_principal_that_is_gone() {
    let server = telling(Vec::new(), Vec::new());
    let history = history(&server, &[Kind::Role.get(Answer::NoSuchEntity)]).await;
    let seen = history.look_around(&finding("e-1"), &Kind::Role.target(), now()).await;
    assert_eq!(seen, Surroundings { unknown: vec![ELSEWHERE.to_owned()], ..Surroundings::default() });
}

/// The history is the function's own account's: what it says of nobody elsewhere is not that there was nothing.
#[tokio::test]
async fn a_principal_of_a_member_account() {
    let server = telling(vec![assumption("batch", "x", None)], vec![assumption("x", "onward", None)]);
    let target = Target::Role { arn: "arn:aws:iam::444455556666:role/team/reporting".parse().unwrap(), id: None };
    let history = history(&server, &Kind::Role.reads(&[])).await;
    let seen = history.look_around(&finding("e-1"), &target, now()).await;
    let unknown = "its sessions and the roles it assumed: look into the event history of account 444455556666";
    assert_eq!(seen.unknown, [unknown]);
    assert!(seen.last_used.is_some() && server.asked().is_empty(), "{seen:?}");
}

/// Time passes at once here, as nothing else happens: the server never answers.
#[tokio::test(start_paused = true)]
async fn a_history_that_does_not_answer_is_given_up_soon() {
    let server = Server::answering(|_| None);
    let start = Instant::now();
    let looked = timeout(Duration::from_mins(1), look(&server, Kind::Role, &finding("e-1"))).await;
    let unknown = looked.unwrap().unknown;
    let expected = [ELSEWHERE, "its sessions: failed", "the roles it assumed: failed"];
    assert_eq!(unknown.len(), expected.len(), "{unknown:?}");
    assert!(unknown.iter().zip(expected).all(|(told, begin)| told.starts_with(begin)), "{unknown:?}");
    assert!(start.elapsed() < Duration::from_secs(7), "{:?}", start.elapsed());
}
