//! What is left of the rules against the engine's own evaluation of all of them.

use portcullis_cloudtrail::{Access, Record};
use portcullis_knowledge::{History, RateLevel};
use portcullis_settings::{Inventory, Settings, Subject};
use proptest::prelude::*;

use super::*;
use crate::{Context, RuleEvent, RuleFile, RuleSet, built_in};

/// The rules that match by the engine, and by the route: asked at once, and in two steps.
fn both(rules: &RuleSet, json: &str, history: History) -> (Vec<String>, Vec<String>, Vec<String>) {
    let record = Record::parse(json).unwrap();
    let access = Access::of(&record);
    let settings = Settings::default();
    let subject = Subject { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
    let judgement = settings.judge(&subject, &Inventory::default());
    let context = Context::default();
    let nothing = History::default();
    let history = if crate::sighting::SERVICES.contains(&access.action.service.as_str()) { history } else { nothing };
    let event = |history| RuleEvent {
        record: &record,
        access: &access,
        judgement: &judgement,
        history,
        settings: &settings,
        context: &context,
    };
    let mut engine: Vec<String> =
        rules.engine.evaluate(&event(&history)).into_iter().filter_map(|result| result.header.rule_id).collect();
    engine.sort();
    engine.dedup();
    let route = rules.route_of(&record);
    let mut memo = route.memo();
    let at_once =
        route.rules.iter().filter(|rule| route.matches(rule, &event(&history), &mut memo, true) == Some(true));
    let at_once = at_once.map(|rule| rule.id.clone()).collect();
    let mut memo = route.memo();
    let mut stepwise = Vec::new();
    for rule in &route.rules {
        let first = route.matches(rule, &event(&nothing), &mut memo, false);
        let second = || {
            if route.needs_record {
                route.matches(rule, &event(&history), &mut memo.clone(), true)
            } else {
                route.matches(rule, &HistoryEvent(&history), &mut memo.clone(), true)
            }
        };
        if first.or_else(second) == Some(true) {
            stepwise.push(rule.id.clone());
        }
    }
    (engine, at_once, stepwise)
}

fn assert_same(rules: &RuleSet, json: &str, history: History) {
    let (engine, at_once, stepwise) = both(rules, json, history);
    assert_eq!(engine, at_once, "asked at once: {json}");
    assert_eq!(engine, stepwise, "asked in two steps: {json}");
}

fn word(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(of).prop_map(str::to_owned)
}

const SOURCES: &[&str] = &[
    "kms.amazonaws.com",
    "KMS.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "ssm.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "iam.amazonaws.com",
    "s3.amazonaws.com",
    "ec2.amazonaws.com",
    "logs.amazonaws.com",
    "example.com",
];
const NAMES: &[&str] = &[
    "Decrypt",
    "decrypt",
    "GetSecretValue",
    "BatchGetSecretValue",
    "ListSecrets",
    "ScheduleKeyDeletion",
    "PutKeyPolicy",
    "CreateGrant",
    "StopLogging",
    "PutEventSelectors",
    "DeleteRole",
    "AttachRolePolicy",
    "PutBucketPolicy",
    "DescribeInstances",
    "GetParameter",
    "PutRule",
    "Other",
];

fn records() -> impl Strategy<Value = String> {
    let error = prop::option::of(word(&["AccessDenied", "AccessDeniedException", "ThrottlingException", ""]));
    let member = prop::option::weighted(0.9, word(SOURCES));
    let name = prop::option::weighted(0.9, word(NAMES));
    let text = word(&["prod/db", "alias/aws/s3", "arn:aws:kms:eu-west-1:444455556666:key/k", "*", "AWSPENDING"]);
    let kind = word(&["AssumedRole", "IAMUser", "Root", "AWSService", "AWSAccount"]);
    let agent = word(&["aws-cli/2", "kali", "AWS Internal", "console.amazonaws.com"]);
    (member, name, error, text, kind, agent, any::<bool>()).prop_map(
        |(source, name, error, text, kind, agent, more)| {
            let mut record = serde_json::json!({
                "eventVersion": "1.11",
                "eventTime": "2026-01-05T08:10:00Z",
                "awsRegion": "eu-west-1",
                "recipientAccountId": "111122223333",
                "sourceIPAddress": "203.0.113.7",
                "userAgent": agent,
                "userIdentity": {"type": kind, "accountId": "111122223333", "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                    "arn": "arn:aws:iam::111122223333:user/app", "principalId": "AIDAEXAMPLE"},
                "requestParameters": {"secretId": text, "keyId": text, "roleName": "app", "name": text},
            });
            let members = record.as_object_mut().unwrap();
            let mut put = |key: &str, value: Option<String>| {
                if let Some(value) = value {
                    members.insert(key.to_owned(), value.into());
                }
            };
            put("eventSource", source);
            put("eventName", name);
            put("errorCode", error);
            if more {
                members.insert("eventType".to_owned(), "AwsServiceEvent".into());
                members.insert("readOnly".to_owned(), true.into());
            }
            record.to_string()
        },
    )
}

fn histories() -> impl Strategy<Value = History> {
    let flag = || prop::option::of(any::<bool>());
    let rate = prop::option::of(prop::sample::select(&[RateLevel::Usual, RateLevel::Above, RateLevel::Learning][..]));
    (flag(), flag(), flag(), flag(), flag(), rate).prop_map(
        |(first_seen, origin_first_seen, origin_first_use, asset_first_use, learning, rate)| History {
            first_seen,
            origin_first_seen,
            origin_first_use,
            asset_first_use,
            learning,
            rate,
        },
    )
}

/// A condition for one selection of a rule.
fn selections() -> impl Strategy<Value = String> {
    word(&[
        "eventName: Decrypt",
        "eventName|startswith: [Get, Describe]",
        "eventName: null",
        "eventName|endswith: policy",
        "eventSource: kms.amazonaws.com",
        "eventSource|contains: secrets",
        "eventSource|exists: false",
        "eventSource|re: '^(s3|iam)\\.'",
        "eventName|fieldref: eventSource",
        "userAgent|contains: kali",
        "errorCode: null",
        "errorCode|contains: Denied",
        "portcullis.outcome: success",
        "portcullis.outcome: [denied, failed]",
        "portcullis.asset.tier: null",
        "portcullis.asset.kind: secret",
        "portcullis.first_seen: true",
        "portcullis.first_seen: null",
        "portcullis.rate.level: above",
        "portcullis.actor.authorized|exists: false",
        "requestParameters.name: '*'",
    ])
}

const CONDITIONS: &[&str] = &[
    "a and b",
    "a or b",
    "a and not b",
    "not (a or b) and c",
    "1 of them",
    "all of them",
    "2 of them",
    "not 1 of them",
    "(a and not b) or (c and not a)",
];

fn rule() -> impl Strategy<Value = String> {
    (selections(), selections(), selections(), word(CONDITIONS), any::<bool>()).prop_map(|(a, b, c, condition, list)| {
        let c = if list { format!("    - {c}\n    - userAgent: nothing") } else { format!("    {c}") };
        format!(
            "title: T\nname: made-up\nlevel: low\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n  a:\n    {a}\n  b:\n    {b}\n  c:\n{c}\n  condition: {condition}\n"
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_pack_matches_as_in_the_engine(json in records(), history in histories()) {
        thread_local!(static PACK: RuleSet = RuleSet::load(&built_in()));
        PACK.with(|pack| assert_same(pack, &json, history));
    }

    #[test]
    fn any_rule_matches_as_in_the_engine(yaml in rule(), jsons in prop::collection::vec(records(), 1..8), history in histories()) {
        let rules = RuleSet::load(&[RuleFile { name: "made-up.yml".to_owned(), yaml: yaml.clone() }]);
        prop_assert!(rules.problems().is_empty(), "{:?}\n{yaml}", rules.problems());
        for json in jsons {
            assert_same(&rules, &json, history);
        }
    }
}

#[test]
fn calls_that_no_rule_is_about_are_passed_by() {
    let pack = RuleSet::load(&built_in());
    assert!(!pack.could_match("ec2.amazonaws.com", "DescribeInstances", true));
    assert!(!pack.could_match("sts.amazonaws.com", "AssumeRole", true));
    assert!(
        pack.could_match("ec2.amazonaws.com", "DescribeInstances", false),
        "whoever is locked out is denied anything"
    );
    assert!(pack.could_match("kms.amazonaws.com", "Decrypt", true));
    assert!(pack.could_match("KMS.amazonaws.com", "DECRYPT", true), "Sigma takes no account of case");
}
