//! The controls: their texts, what they match, what becomes of them.

mod pattern;

use serde_json::{Value, json};
use test_case::test_case;

use self::pattern::Pattern;
use super::*;
use crate::tests::place;

fn control(name: &str) -> &'static Control {
    CONTROLS.iter().find(|control| control.name == name).unwrap()
}

#[test]
fn the_texts_are_those_that_security_hub_wants() {
    let texts: Vec<String> = CONTROLS.iter().map(|control| format!("{}  {}", control.name, control.pattern)).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn names_are_in_kebab_case_and_no_other_stacks() {
    for control in CONTROLS {
        assert!(control.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", control.name);
        // The filter `gate-cis-X` of the stack `gate` would otherwise be one of the stack `gate-cis`.
        assert!(!control.name.starts_with("cis-"), "{}", control.name);
        assert_eq!(CONTROLS.iter().filter(|other| other.name == control.name).count(), 1, "{}", control.name);
        // PutMetricFilter, `filterPattern`.
        assert!(control.pattern.len() <= 1024, "{}", control.name);
    }
    let numbers: Vec<u8> = CONTROLS.iter().filter_map(|control| control.number).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<u8>>());
}

#[test]
fn every_pattern_can_be_read_and_a_spoilt_one_cannot() {
    for Control { name, pattern, .. } in CONTROLS {
        Pattern::parse(pattern).unwrap_or_else(|error| panic!("{name}: {error}"));
        for spoilt in [pattern.replacen('(', "", 1), pattern.replacen('=', "", 1), pattern.replacen('$', "", 1)] {
            assert!(spoilt == **pattern || Pattern::parse(&spoilt).is_err(), "{name}: {spoilt}");
        }
    }
}

fn call(source: &str, name: &str) -> Value {
    json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": name, "userIdentity": {"type": "AssumedRole"}})
}

fn with(mut event: Value, more: Value) -> Value {
    let (Value::Object(event_map), Value::Object(more)) = (&mut event, more) else { panic!("objects") };
    event_map.extend(more);
    event
}

/// Which controls match.
fn matching(event: &Value) -> Vec<&'static str> {
    let matches = |control: &&Control| Pattern::parse(control.pattern).unwrap().matches(event);
    CONTROLS.iter().filter(matches).map(|control| control.name).collect()
}

#[test_case("kms", "DisableKey", &["key-disabled-or-deleted"] ; "key disabled")]
#[test_case("kms", "ScheduleKeyDeletion", &["key-disabled-or-deleted"] ; "key to be deleted")]
#[test_case("kms", "PutKeyPolicy", &["key-opened-or-spoilt"] ; "key policy")]
#[test_case("kms", "DeleteImportedKeyMaterial", &["key-opened-or-spoilt"] ; "material")]
#[test_case("kms", "CreateGrant", &["key-opened-or-spoilt"] ; "grant")]
#[test_case("kms", "DisableKeyRotation", &["key-opened-or-spoilt"] ; "rotation")]
#[test_case("kms", "DeleteAlias", &["key-opened-or-spoilt"] ; "alias")]
#[test_case("kms", "Decrypt", &[] ; "use of a key")]
#[test_case("iam", "AttachRolePolicy", &["iam-policy-changed"] ; "IAM policy")]
#[test_case("organizations", "AttachPolicy", &["organization-changed"] ; "organization policy")]
#[test_case("organizations", "CreatePolicy", &["organization-changed"] ; "not a policy of IAM")]
#[test_case("cloudtrail", "StopLogging", &["trail-changed"] ; "trail")]
#[test_case("s3", "PutBucketPolicy", &["bucket-policy-changed"] ; "bucket")]
#[test_case("config", "StopConfigurationRecorder", &["config-changed"] ; "config")]
#[test_case("ec2", "CreateSecurityGroup", &["security-group-changed"] ; "security group")]
#[test_case("ec2", "ReplaceNetworkAclEntry", &["network-acl-changed"] ; "network acl")]
#[test_case("ec2", "AttachInternetGateway", &["gateway-changed"] ; "gateway")]
#[test_case("ec2", "CreateRoute", &["route-table-changed"] ; "route")]
#[test_case("appmesh", "CreateRoute", &[] ; "a route of something else")]
#[test_case("ec2", "AcceptVpcPeeringConnection", &["vpc-changed"] ; "peering")]
fn what_matches(source: &str, name: &str, expected: &[&str]) {
    assert_eq!(matching(&call(source, name)), expected);
}

#[test]
fn denials_root_and_signing_in() {
    let denied = |code: &str| with(call("ec2", "RunInstances"), json!({"errorCode": code}));
    assert_eq!(matching(&denied("Client.UnauthorizedOperation")), ["unauthorized-calls"]);
    assert_eq!(matching(&denied("AccessDeniedException")), ["unauthorized-calls"]);
    assert_eq!(matching(&denied("Client.InstanceLimitExceeded")), [""; 0]);
    let root = |more: Value| {
        let event = json!({"eventSource": "iam.amazonaws.com", "eventName": "ListUsers", "eventType": "AwsApiCall"});
        with(event, json!({"userIdentity": with(json!({"type": "Root"}), more)}))
    };
    assert_eq!(matching(&root(json!({}))), ["root-used"]);
    assert_eq!(matching(&root(json!({"invokedBy": "AWS Internal"}))), [""; 0]);
    let signing_in = |mfa: &str, kind: &str, result: &str| {
        json!({
            "eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": mfa}, "userIdentity": {"type": kind},
            "responseElements": {"ConsoleLogin": result}
        })
    };
    assert_eq!(matching(&signing_in("No", "IAMUser", "Success")), ["sign-in-without-mfa"]);
    assert_eq!(matching(&signing_in("Yes", "IAMUser", "Success")), [""; 0]);
    assert_eq!(matching(&signing_in("No", "AssumedRole", "Success")), [""; 0], "it signed in elsewhere");
    let failed = with(signing_in("No", "IAMUser", "Failure"), json!({"errorMessage": "Failed authentication"}));
    assert_eq!(matching(&failed), ["sign-in-failed"]);
}

#[test]
fn grants_that_services_make_are_left_out() {
    let by = |user: Value| with(call("kms", "CreateGrant"), json!({"userIdentity": user}));
    assert_eq!(matching(&by(json!({"type": "AssumedRole", "invokedBy": "rds.amazonaws.com"}))), [""; 0]);
}

#[test]
fn without_a_log_group_there_is_nothing() {
    let place = Place { trail_log_group: None, ..place() };
    assert!(filters(&place).is_empty() && alarms(&place).is_empty());
}

#[test]
fn each_filter_counts_into_the_metric_of_its_alarm() {
    let place = place();
    let (filters, alarms) = (filters(&place), alarms(&place));
    assert_eq!((filters.len(), alarms.len()), (CONTROLS.len(), CONTROLS.len()));
    for ((filter, alarm), control) in filters.iter().zip(&alarms).zip(CONTROLS) {
        assert_eq!(filter.name, format!("gatehouse-cis-{}", control.name));
        assert_eq!(
            (filter.log_group.as_str(), alarm.name.as_str()),
            ("org-trail", &*format!("gatehouse/cis/{}", control.name))
        );
        let Condition::Threshold { metric, threshold, period, .. } = &alarm.condition else { panic!("{alarm:?}") };
        assert_eq!((&metric.namespace, &metric.name, metric.dimensions.len()), (&filter.namespace, &filter.metric, 0));
        assert!((threshold - f64::from(control.at_least)).abs() < f64::EPSILON && *period == 300);
        assert!(alarm.description.ends_with("#alarm-cis"), "{}", alarm.description);
    }
}

#[test]
fn what_is_counted_to_more_than_one_says_so() {
    let many: Vec<&str> = CONTROLS.iter().filter(|control| control.at_least > 1).map(|control| control.name).collect();
    assert_eq!(many, ["unauthorized-calls", "sign-in-failed"]);
    insta::assert_snapshot!(control("sign-in-failed").alarm(&place()).description, @"Signing in to the console failed, at least 5 times within 5 minutes. Find out from where, and for which user. (CIS AWS Foundations Benchmark 4.6, in v6 and later 5.6.) https://example.com/runbook.md#alarm-cis");
}

#[test_case("gatehouse-cis-root-used", true ; "ours")]
#[test_case("gatehouse-cis-cis-root-used", false ; "of the stack gatehouse-cis")]
#[test_case("gatehouse-cis-mine", false ; "made by hand")]
#[test_case("gatehouse-root-used", false ; "another name")]
#[test_case("gate-cis-root-used", false ; "of a stack whose name ours begins with")]
fn filters_that_are_ours(name: &str, expected: bool) {
    assert_eq!(is_ours(name, "gatehouse"), expected);
    assert!(is_ours("gatehouse-cis-cis-root-used", "gatehouse-cis"));
}
