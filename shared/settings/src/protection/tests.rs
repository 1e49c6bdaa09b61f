//! Every way of protecting somebody, against every kind of principal and tag.

use proptest::prelude::*;
use test_case::test_case;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/security/break-glass";
const USER: &str = "arn:aws:iam::111122223333:user/security/alice";

fn settings(items: &str) -> Settings {
    crate::parse(&format!("protected: [{items}]")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn role(arn: &str) -> Principal {
    Principal::Role { arn: arn.parse().unwrap(), id: None }
}

fn user(arn: &str) -> Principal {
    Principal::User { arn: arn.parse().unwrap(), id: None }
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test_case("'arn:aws:iam::*:role/security/*'", &role(ROLE), true ; "a role by ARN")]
#[test_case("'arn:aws:iam::*:role/security/*'", &user(USER), false ; "a user by the ARN of roles")]
#[test_case("'arn:aws:iam::*:*/security/*'", &user(USER), true ; "a user by ARN")]
#[test_case("'arn:aws:iam::*:role/break-glass'", &role(ROLE), false ; "the ARN without the path")]
#[test_case("{path: /security/}", &role(ROLE), true ; "a role by path")]
#[test_case("{path: /security/}", &user(USER), true ; "a user by path")]
#[test_case("{path: /security/}", &role("arn:aws:iam::444455556666:role/security/eu/app"), true ; "a role below a path in another account")]
#[test_case("{path: /security/}", &role("arn:aws:iam::111122223333:role/security"), false ; "the name is no part of the path")]
#[test_case("{path: '/sec*'}", &role(ROLE), true ; "a path by pattern")]
#[test_case("{path: /security/}", &Principal::UnresolvedRole { session: ROLE.to_owned() }, false ; "a session without role")]
#[test_case("'arn:*:iam::*:*'", &Principal::Root { account: Some("111122223333".parse().unwrap()) }, false ; "root has no ARN to be matched")]
#[test_case("{tag: 'team=*'}", &role(ROLE), false ; "a principal does not tell its tags")]
fn by_arn_and_path(item: &str, principal: &Principal, expected: bool) {
    assert_eq!(settings(item).is_protected(principal).is_some(), expected);
}

#[test_case("{tag: team=payroll}", &[tag("team", "payroll")], true ; "the tag")]
#[test_case("{tag: team=payroll}", &[tag("cost", "1"), tag("team", "payroll")], true ; "one of two tags")]
#[test_case("{tag: team=payroll}", &[tag("TEAM", "payroll")], true ; "keys of roles and users have no case")]
#[test_case("{tag: team=payroll}", &[tag("team", "Payroll")], false ; "values have")]
#[test_case("{tag: team=pay*}", &[tag("team", "payroll")], true ; "a value by pattern")]
#[test_case("{tag: team=}", &[tag("team", "")], true ; "an empty value")]
#[test_case("{tag: team=}", &[tag("team", "payroll")], false ; "an empty value is not any")]
#[test_case("{tag: team=payroll}", &[tag("teams", "payroll")], false ; "another key")]
#[test_case("{tag: team=payroll}", &[tag("team", "web"), tag("cost", "payroll")], false ; "key and value of two tags")]
#[test_case("{tag: team=payroll}", &[], false ; "no tags")]
#[test_case("'arn:*:iam::*:*', {path: '/*a*/'}", &[tag("a", "b")], false ; "ARNs and paths are not tags")]
fn by_tag(items: &str, tags: &[(String, String)], expected: bool) {
    assert_eq!(settings(items).is_protected_by_tag(tags).is_some(), expected);
}

#[test_case("portcullis:protected", "true", true ; "as documented")]
#[test_case("Portcullis:Protected", "true", true ; "the key in another case")]
#[test_case("portcullis:protected", "True", true ; "the value in another case")]
#[test_case("portcullis:protected", "false", false ; "taken back")]
#[test_case("portcullis:protected", "", false ; "without value")]
#[test_case("portcullis:protected", "true ", false ; "another value")]
#[test_case("protected", "true", false ; "another key")]
fn without_being_written(key: &str, value: &str, expected: bool) {
    for settings in [Settings::default(), settings("{tag: team=payroll}")] {
        let found = settings.is_protected_by_tag(&[tag(key, value)]);
        assert_eq!(found.map(ToString::to_string), expected.then(|| "{tag: portcullis:protected=true}".to_owned()));
    }
}

#[test]
fn the_tag_that_always_protects_is_the_one_documented() {
    let (key, value) = PROTECTED_TAG.split_once('=').unwrap();
    assert!(Settings::default().is_protected_by_tag(&[tag(key, value)]).is_some());
    assert!(include_str!("../../README.md").contains(PROTECTED_TAG), "the README names it");
}

#[test]
fn the_first_that_protects_is_named() {
    let settings = settings("'arn:aws:iam::*:role/security/*', {path: /security/}, {tag: a=b}, {tag: a=*}");
    assert_eq!(settings.is_protected(&role(ROLE)).unwrap().to_string(), "arn:aws:iam::*:role/security/*");
    assert_eq!(settings.is_protected(&user(USER)).unwrap().to_string(), "{path: /security/}");
    assert_eq!(settings.is_protected_by_tag(&[tag("a", "b")]).unwrap().to_string(), "{tag: a=b}");
    assert_eq!(settings.is_protected_by_tag(&[tag("a", "c")]).unwrap().to_string(), "{tag: a=*}");
}

#[test_case("arn:aws:iam::*:role/x/*" ; "an ARN")]
#[test_case("{path: /break-glass/}" ; "a path")]
#[test_case("{tag: team=pay*roll}" ; "a tag")]
#[test_case("{tag: a=b=c}" ; "a tag whose value holds an equals sign")]
fn shown_as_written(written: &str) {
    let quoted = if written.starts_with('{') { written.to_owned() } else { format!("'{written}'") };
    assert_eq!(settings(&quoted).protected[0].to_string(), written);
}

proptest! {
    /// Whatever else is tagged or said, the tag that protects always does.
    #[test]
    fn the_tag_always_protects(
        others in proptest::collection::vec(("[a-z:=*]{1,6}", "[a-z=*]{0,6}"), 0..4),
        at in 0..4_usize,
        items in proptest::sample::subsequence(vec!["{tag: a=b}", "{path: /a/}", "'arn:aws:iam::*:role/x'"], 0..=3),
    ) {
        let mut tags = others;
        tags.insert(at.min(tags.len()), tag("portcullis:protected", "true"));
        prop_assert!(settings(&items.join(", ")).is_protected_by_tag(&tags).is_some());
    }

    /// A further item never takes protection away.
    #[test]
    fn a_further_item_only_adds(
        items in proptest::sample::subsequence(vec![
            "'arn:aws:iam::*:role/security/*'", "{path: /security/}", "{path: '/*/eu/'}", "{tag: team=web}", "{tag: team=*}",
        ], 0..=5),
        kept in 0..5_usize,
        principal in proptest::sample::select(vec![
            role(ROLE), user(USER), role("arn:aws:iam::111122223333:role/app/eu/x"), user("arn:aws:iam::111122223333:user/bob"),
        ]),
        value in "[a-z]{0,3}",
    ) {
        let fewer = settings(&items[..kept.min(items.len())].join(", "));
        let more = settings(&items.join(", "));
        let tags = [tag("team", &value)];
        prop_assert!(fewer.is_protected(&principal).is_none() || more.is_protected(&principal).is_some());
        prop_assert!(fewer.is_protected_by_tag(&tags).is_none() || more.is_protected_by_tag(&tags).is_some());
    }
}
