//! Hostile records, read and judged as any others.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use jiff::{SignedDuration, Timestamp};
use portcullis_activity::{Overview, Use};
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_logs::Input;
use portcullis_replay::{Plan, Replay, Seen, Span, Watcher, decide, names, read};
use portcullis_settings::{Inventory, parse};
use serde_json::{Value, json};

use super::dom::{Dom, parse as take_apart};
use super::injection::is_inert;
use crate::{Shown, render};

const SETTINGS: &str = "mode: enforce\nassets:\n  - name: all secrets\n    secret: \"*\"\n    tier: critical\n    authorized:\n      - arn:aws:iam::111122223333:role/payroll/*\n";

/// A log file of three records whose every text is chosen by whoever made the calls.
fn log_file(evil: &str) -> Vec<u8> {
    let record = |number: usize, error: Option<&str>| -> Value {
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": format!("AROAEXAMPLEREPORTING:{evil}"),
                "arn": format!("arn:aws:sts::111122223333:assumed-role/reporting/{evil}"),
                "accountId": "111122223333",
                "accessKeyId": format!("ASIAEXAMPLE{evil}"),
                "invokedBy": evil,
                "sessionContext": {
                    "sourceIdentity": evil,
                    "sessionIssuer": {"type": "Role", "principalId": format!("AROAEXAMPLE{evil}"),
                        "arn": "arn:aws:iam::111122223333:role/team/reporting", "accountId": "111122223333", "userName": evil},
                    "attributes": {"creationDate": evil, "mfaAuthenticated": evil}
                }
            },
            "eventTime": format!("2026-01-05T08:1{number}:00Z"),
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": "GetSecretValue",
            "awsRegion": format!("eu-west-1{evil}"),
            "sourceIPAddress": evil,
            "userAgent": format!("aws-cli{evil}"),
            "errorCode": error.map(|code| format!("{code}{evil}")),
            "errorMessage": error.map(|_| evil),
            "requestParameters": {"secretId": format!("prod/{evil}{number}")},
            "responseElements": null,
            "vpcEndpointId": evil,
            "requestID": evil,
            "eventID": format!("{evil}{number}"),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management"
        })
    };
    let stop = json!({
        "eventVersion": "1.11", "eventTime": "2026-01-05T08:20:00Z", "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging", "awsRegion": "eu-west-1", "sourceIPAddress": evil, "userAgent": evil,
        "userIdentity": {"type": evil, "userName": evil, "principalId": evil},
        "requestParameters": {"name": evil}, "eventID": evil, "recipientAccountId": "111122223333"
    });
    json!({"Records": [record(1, None), record(2, Some("AccessDenied")), stop, evil]}).to_string().into_bytes()
}

/// Draws every access under the names in the record.
#[derive(Default)]
struct Uses(Overview);

impl Watcher for Uses {
    fn see(&mut self, seen: &Seen<'_>) {
        self.0.uses.push(Use {
            actor: names::actor(&seen.access.actor.principal),
            asset: seen.access.event_id.clone().unwrap_or_default(),
            success: 1,
            denied: 0,
            failed: 0,
            first: seen.access.time,
            last: seen.access.time,
            authorized: None,
        });
    }
}

fn report(evil: &str) -> (String, Dom, Replay) {
    let settings = parse(SETTINGS).unwrap();
    let pipeline = Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default());
    let stop = AtomicBool::new(false);
    let plan = Plan {
        pipeline: &pipeline,
        watched_since: Some(Timestamp::UNIX_EPOCH),
        span: Span::default(),
        patience: SignedDuration::from_mins(30),
        threads: NonZeroUsize::MIN,
        stop: &stop,
        progress: &(),
    };
    let mut uses = Uses::default();
    let inputs = vec![Input::Fetched { name: format!("s3://bucket/{evil}"), bytes: log_file(evil) }];
    let reading = read(inputs.into_iter(), &plan, &mut [&mut uses]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let replay = runtime.block_on(decide(reading, &pipeline.settings, &mut |_, _| ()));
    let shown = Shown {
        replay: &replay,
        overview: &uses.0,
        settings: &pipeline.settings,
        rules: &pipeline.rules,
        notes: &[],
        made: Timestamp::UNIX_EPOCH,
        version: "0.1.0",
    };
    let html = render(&shown);
    let dom = take_apart(&html);
    (html, dom, replay)
}

#[test]
fn records_of_an_attacker_are_only_text() {
    let (_, harmless, replay) = report("x");
    assert!(
        replay.entries.len() >= 2 && !replay.read.unreadable.is_empty(),
        "it finds something: {}",
        replay.entries.len()
    );
    for evil in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</title></svg></style><svg onload=alert(1)>",
        "\u{202e}\u{0}\u{1b}[31m",
        "' onfocus='alert(1)' autofocus='",
        "--><base href=//evil.example>",
    ] {
        let (html, hostile, _) = report(evil);
        is_inert(&html, &hostile);
        assert_eq!(harmless.elements.len(), hostile.elements.len(), "{evil}");
        for (harmless, hostile) in harmless.elements.iter().zip(&hostile.elements) {
            assert_eq!((&harmless.0, &harmless.1), (&hostile.0, &hostile.1), "{evil}");
            // Ids of findings follow from the ids of events, which differ.
            let names =
                |element: &super::dom::Element| element.2.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(names(harmless), names(hostile), "{evil}");
        }
    }
}
