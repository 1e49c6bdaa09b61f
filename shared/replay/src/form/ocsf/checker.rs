//! A strict reader of OCSF 1.5.0, as far as our events go: what is not in the schema, of another type, missing, or against a
//! constraint is an error.

use serde_json::Value;

use super::schema::{FINDING, Object, Type};
use super::*;
use crate::form::testing::Example;

fn check(value: &Value, object: &Object) -> Result<(), String> {
    let members = value.as_object().ok_or_else(|| format!("{} is no object: {value}", object.name))?;
    for (name, member) in members {
        let known = object.attributes.iter().find(|(known, ..)| known == name);
        let (_, kind, _) = known.ok_or_else(|| format!("{} has no attribute `{name}`", object.name))?;
        let place = |error: String| format!("{}.{name}: {error}", object.name);
        check_type(member, *kind, members).map_err(place)?;
    }
    if let Some((name, ..)) =
        object.attributes.iter().find(|(name, _, required)| *required && !members.contains_key(*name))
    {
        return Err(format!("{} lacks `{name}`", object.name));
    }
    let has_one = object.at_least_one.is_empty() || object.at_least_one.iter().any(|name| members.contains_key(*name));
    if has_one { Ok(()) } else { Err(format!("{} has none of {}", object.name, object.at_least_one.join(", "))) }
}

fn check_type(value: &Value, kind: Type, beside: &serde_json::Map<String, Value>) -> Result<(), String> {
    let is = |fits: bool| if fits { Ok(()) } else { Err(format!("another type than the schema's: {value}")) };
    match kind {
        Type::Integer => is(value.is_i64()),
        Type::Text => is(value.as_str().is_some_and(|text| !text.is_empty())),
        Type::Truth => is(value.is_boolean()),
        Type::Texts => is(value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))),
        Type::Free => is(value.is_object()),
        Type::Object(object) => check(value, object),
        Type::Objects(object) => {
            let all = value.as_array().filter(|all| !all.is_empty()).ok_or("no list, or an empty one")?;
            all.iter().try_for_each(|one| check(one, object))
        }
        Type::Enum(captions, sibling) => {
            let number = value.as_i64().ok_or("no number")?;
            let (_, caption) =
                captions.iter().find(|(known, _)| *known == number).ok_or(format!("{number} is unknown"))?;
            match beside.get(sibling) {
                // 99 is `Other`, whose caption the source chooses.
                Some(said) if number != 99 && said != caption => Err(format!("{number} is {caption}, not {said}")),
                _ => Ok(()),
            }
        }
    }
}

/// The whole event: what the class fixes, too.
pub(crate) fn check_event(event: &Value) -> Result<(), String> {
    check(event, &FINDING)?;
    let number = |name: &str| event[name].as_i64().unwrap_or(-1);
    if (number("category_uid"), number("class_uid")) != (2, 2004) {
        return Err("the class is Detection Finding, 2004, of category 2".to_owned());
    }
    if number("type_uid") != number("class_uid") * 100 + number("activity_id") {
        return Err("type_uid is class_uid * 100 + activity_id".to_owned());
    }
    // Milliseconds of this century.
    let sane =
        |name: &str| event.get(name).is_none_or(|_| (946_684_800_000..4_102_444_800_000).contains(&number(name)));
    let times = ["time", "start_time", "end_time"];
    if let Some(bad) = times.into_iter().find(|name| !sane(name)) {
        return Err(format!("{bad} is no time in milliseconds: {}", event[bad]));
    }
    if event["metadata"]["version"] == VERSION { Ok(()) } else { Err("another version".to_owned()) }
}

#[test]
fn every_event_of_the_example_keeps_to_the_schema() {
    let example = Example::new();
    let lines = lines(&example.told()).unwrap();
    assert_eq!(lines.len(), example.replay.entries.len());
    for line in &lines {
        let event: Value = serde_json::from_str(line).unwrap();
        check_event(&event).unwrap_or_else(|error| panic!("{error}\n{event:#}"));
    }
}

/// Actors of every kind, records that lack everything, what nobody is told of.
#[test]
fn odd_findings_keep_to_it_too() {
    use portcullis_domain::{Principal, Source};
    let mut example = Example::new();
    let account = || "111122223333".parse().ok();
    let text = |text: &str| text.to_owned();
    let principals = [
        Principal::Root { account: account() },
        Principal::Root { account: None },
        Principal::Service { name: text("config.amazonaws.com") },
        Principal::ForeignAccount { account: account(), principal_id: Some(text("AROAEXAMPLE:x")) },
        Principal::ForeignAccount { account: None, principal_id: None },
        Principal::IdentityCenterUser { user_id: text("u-1") },
        Principal::ExternalIdentity { name: text("web") },
        Principal::UnresolvedRole { session: text("arn:aws:sts::111122223333:assumed-role/a/b") },
        Principal::Unknown { described_as: text("nobody\u{1b}[2J") },
    ];
    let sources =
        [Source::Missing, Source::AwsInternal, Source::Other(text("odd")), Source::Service(text("kms.amazonaws.com"))];
    for (index, principal) in principals.into_iter().enumerate() {
        let mut finding = portcullis_testkit::finding_by(principal, &format!("e-{index}"));
        finding.actor.session = portcullis_domain::Session::default();
        finding.rule.id = text("a-rule-of-the-deployment");
        (finding.assets, finding.tier, finding.authorized) = (Vec::new(), None, None);
        (finding.account, finding.region, finding.rule.attack) = (None, None, Vec::new());
        let evidence = &mut finding.evidence[0];
        (evidence.time, evidence.event_id, evidence.origin.user_agent) = (None, None, None);
        evidence.origin.source = sources[index % sources.len()].clone();
        example.replay.in_shadow.push(finding);
    }
    let lines = lines(&example.told()).unwrap();
    for line in &lines {
        let event: Value = serde_json::from_str(line).unwrap();
        check_event(&event).unwrap_or_else(|error| panic!("{error}\n{event:#}"));
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    let shadow: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    assert_eq!((&shadow["is_alert"], &shadow["unmapped"]["shadow"]), (&json!(false), &json!(true)));
}

/// The checker itself refuses what it should.
#[test]
fn what_is_not_in_the_schema_is_refused() {
    let example = Example::new();
    let event: Value = serde_json::from_str(&lines(&example.told()).unwrap()[0]).unwrap();
    check_event(&event).unwrap();
    let broken = |change: fn(&mut Value)| {
        let mut event = event.clone();
        change(&mut event);
        check_event(&event).unwrap_err()
    };
    assert!(broken(|event| event["surplus"] = json!(1)).contains("no attribute `surplus`"));
    assert!(broken(|event| event["severity"] = json!("High!")).contains("not \"High!\""));
    assert!(broken(|event| event["time"] = json!(1_767_600_000)).contains("no time in milliseconds"));
    assert!(broken(|event| event["type_uid"] = json!(200_400)).contains("type_uid"));
    assert!(broken(|event| event["finding_info"]["attacks"] = json!([{}])).contains("has none of tactic"));
    assert!(broken(|event| event["evidences"][0]["api"] = json!({})).contains("lacks `operation`"));
    assert!(broken(|event| drop(event.as_object_mut().unwrap().remove("metadata"))).contains("lacks `metadata`"));
}
