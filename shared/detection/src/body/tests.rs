use portcullis_cloudtrail::{Access, Record};
use portcullis_knowledge::History;
use portcullis_settings::{Judgement, Settings};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::context::Context;

/// What is told of a record, and what becomes of it in a window with these values.
fn kept(record: &Value, values: &[String]) -> (Body, Event) {
    kept_of(record, values, &["payroll".to_owned()])
}

/// The same of assets that these entries match.
fn kept_of(record: &Value, values: &[String], entries: &[String]) -> (Body, Event) {
    let json = record.to_string();
    let record = Record::parse(&json).unwrap();
    let access = Access::of(&record);
    let matched = entries.to_vec();
    let judgement = Judgement { tier: Some(Tier::Critical), authorized: Some(false), matched, ..Judgement::default() };
    let event = RuleEvent {
        record: &record,
        access: &access,
        judgement: &judgement,
        history: &History::default(),
        settings: &Settings::default(),
        context: &Context::default(),
    };
    let body = Body::of(&event);
    let (value, group) =
        values.split_first().map_or((None, Vec::new()), |(first, rest)| (Some(first.clone()), rest.to_vec()));
    let mut event = Event {
        at: 1_767_600_000_000,
        id: format!("111122223333/{}", "e".repeat(36)),
        leaf: 0,
        value,
        group,
        body: String::new(),
    };
    body.put_into(&mut event);
    (body, event)
}

fn record(role: &str, session: &str, agent: &str, secret: &str) -> Value {
    json!({
        "eventID": "11111111-0000-4000-8000-000000000001",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "2001:db8:1234:5678:9abc:def0:1234:5678",
        "userAgent": agent,
        "vpcEndpointId": "vpce-0123456789abcdef0",
        "errorCode": "AccessDeniedException",
        "errorMessage": "denied",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLEEXAMPLE01:{session}"),
            "arn": format!("arn:aws:sts::111122223333:assumed-role/app/{session}"),
            "accountId": "111122223333",
            "accessKeyId": "ASIAEXAMPLEEXAMPLE01",
            "sessionContext": {
                "sourceIdentity": session,
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE01",
                    "arn": format!("arn:aws:iam::111122223333:role/{role}"),
                },
            },
        },
        "requestParameters": {"secretIdList": [secret, format!("{secret}/2")]},
    })
}

#[test]
fn what_is_usual_is_kept_whole() {
    let usual = record("team/reporting", "i-0abcd1234example", "aws-cli/2.31.0", "prod/payroll/database");
    let (body, event) = kept(&usual, &["prod/payroll/database".to_owned()]);
    assert_eq!(Body::read(&event), Some(body));
}

/// Each step takes no more than it must: a caller's choice of a user agent costs nothing else.
#[test]
fn what_is_long_is_done_without_in_order() {
    let (path, session, agent) = ("p".repeat(60), "s".repeat(64), "\u{1}".repeat(60));
    let secret = |length: usize| format!("prod/{}", "x".repeat(length));
    let left = |record: &Value| Body::read(&kept(record, &["v".repeat(20)]).1).unwrap();
    let role = format!("{path}/app");

    let agent_gone = left(&record(&role, "s", &agent, &secret(20)));
    assert_eq!((agent_gone.user_agent, agent_gone.assets.len()), (None, 2));
    assert_ne!(agent_gone.session, Session::default());

    let one_asset = left(&record(&role, &session, "cli", &secret(45)));
    assert_eq!((one_asset.user_agent, one_asset.assets.len()), (None, 1));
    assert_ne!(one_asset.session, Session::default());

    let no_session = left(&record(&role, &session, "cli", &secret(190)));
    let key = Session { access_key_id: Some("ASIAEXAMPLEEXAMPLE01".to_owned()), ..Session::default() };
    assert_eq!((&no_session.session, no_session.assets.len()), (&key, 1));

    let no_asset = left(&record(&role, &session, "cli", &secret(450)));
    assert_eq!((no_asset.assets.len(), no_asset.error_code.is_some()), (0, true));
    assert_eq!((no_asset.tier, no_asset.authorized), (Some(Tier::Critical), Some(false)), "what was judged stays");

    let longest_role = format!("{}/{}", "p".repeat(500), "r".repeat(64));
    let bare = left(&record(&longest_role, &session, "cli", &secret(450)));
    assert_eq!((bare.error_code, bare.principal.arn().map(str::len)), (None, Some(30 + 500 + 66)), "whom to act on");
    assert_eq!(bare.session, key, "and the key that may be deactivated");
    assert_eq!(bare.action.to_string(), "secretsmanager:GetSecretValue");
}

#[test]
fn entries_go_before_the_session() {
    let usual = record("team/reporting", "i-0abcd1234example", "cli", "prod/payroll/database");
    let (_, event) = kept_of(&usual, &[], &["payroll".to_owned(), "e".repeat(600)]);
    let left = Body::read(&event).unwrap();
    assert_eq!((left.entries.len(), left.assets.len()), (0, 1));
    assert_ne!(left.session, Session::default());
    let many: Vec<String> = (0..9).map(|n| format!("entry {n}")).collect();
    assert_eq!(Body::read(&kept_of(&usual, &[], &many).1).unwrap().entries, many[..MOST_ENTRIES]);
}

/// Events that windows kept before entries were told of.
#[test]
fn an_event_without_entries_is_still_read() {
    let usual = record("team/reporting", "i-0abcd1234example", "cli", "prod/payroll/database");
    let (body, mut event) = kept(&usual, &[]);
    event.body = event.body.replace(r#","n":["payroll"]"#, "");
    assert_eq!(Body::read(&event), Some(Body { entries: Vec::new(), ..body }));
}

fn hostile() -> impl Strategy<Value = String> {
    let letter = prop_oneof![Just('x'), Just('"'), Just('\\'), Just('\u{1}'), Just('é'), Just('🔑')];
    (prop::collection::vec(letter, 1..8), 1..150usize)
        .prop_map(|(letters, times)| letters.iter().collect::<String>().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_event_is_longer_than_the_longest(
        texts in prop::collection::vec(hostile(), 8),
        kind in prop::sample::select(vec!["AssumedRole", "IAMUser", "AWSService", "AWSAccount", "SAMLUser", "Other"]),
        issuer in prop::bool::ANY,
    ) {
        let mut record = record(&texts[0].replace(['"', '\\', '\u{1}'], "r"), &texts[1], &texts[2], &texts[3]);
        record["userIdentity"]["type"] = json!(kind);
        record["userIdentity"]["userName"] = json!(texts[4]);
        record["userIdentity"]["invokedBy"] = json!(texts[5]);
        for member in ["eventID", "eventName", "awsRegion", "sourceIPAddress", "vpcEndpointId", "errorCode"] {
            record[member] = json!(texts[6]);
        }
        record["eventSource"] = json!(format!("{}.amazonaws.com", texts[7]));
        if !issuer {
            record["userIdentity"]["sessionContext"] = Value::Null;
        }
        // The longest that `windowed` lets through: a counted value, and the most inner groups.
        let values: Vec<String> = [128, 40, 40, 40, 40, 40].map(|length| "v".repeat(length)).to_vec();
        let (_, event) = kept_of(&record, &values, &texts);
        prop_assert!(json(&event).len() <= LONGEST_EVENT, "{} bytes: {}", json(&event).len(), json(&event));
        prop_assert!(Body::read(&event).is_some());
    }
}
