//! Tiers, authorisation and protection, over several entries and assets.

use portcullis_domain::{Principal, SecretRef, Session};
use proptest::prelude::*;
use test_case::test_case;

use super::*;

mod circumstances;

const SETTINGS: &str = r#"
protected: ["arn:aws:iam::*:role/security/*", {path: /deploy/}, {tag: team=web}]
assets:
  - {name: everything, secret: "*", tier: standard}
  - {name: payroll, secret: "payroll/*", tier: sensitive, authorized: ["arn:aws:iam::111122223333:role/payroll/*"]}
  - {name: salaries, secret: payroll/salaries, tier: critical, authorized: ["arn:aws:iam::*:role/payroll/clerk"]}
  - {name: sealed, secret: sealed, tier: critical, authorized: []}
  - {name: rotated, secret: rotated, tier: sensitive, authorized: [secretsmanager.amazonaws.com, "444455556666"]}
"#;

fn settings() -> Settings {
    crate::parse(SETTINGS).unwrap_or_else(|problems| panic!("{problems}"))
}

fn actor(principal: Principal) -> Actor {
    Actor { principal, session: Session::default() }
}

fn role(path_and_name: &str) -> Actor {
    actor(Principal::Role { arn: format!("arn:aws:iam::111122223333:role/{path_and_name}").parse().unwrap(), id: None })
}

fn secrets(names: &[&str]) -> Vec<Asset> {
    names.iter().map(|name| Asset::Secret(SecretRef::new(name, None, None))).collect()
}

fn judge(settings: &Settings, actor: &Actor, assets: &[Asset]) -> Judgement {
    let subject = Subject { actor, assets, origin: &Origin::default(), time: None };
    settings.judge(&subject, &Inventory::default())
}

#[test_case("payroll/clerk", &["web"], Some(Tier::Standard), None ; "an entry that does not say who")]
#[test_case("payroll/clerk", &["payroll/x"], Some(Tier::Sensitive), Some(true) ; "authorised")]
#[test_case("app", &["payroll/x"], Some(Tier::Sensitive), Some(false) ; "not authorised")]
#[test_case("payroll/clerk", &["payroll/salaries"], Some(Tier::Critical), Some(true) ; "authorised by both entries")]
#[test_case("payroll/batch", &["payroll/salaries"], Some(Tier::Critical), Some(false) ; "authorised by one of two entries")]
#[test_case("payroll/clerk", &["sealed"], Some(Tier::Critical), Some(false) ; "nobody is authorised")]
#[test_case("payroll/clerk", &["payroll/x", "web"], Some(Tier::Sensitive), Some(true) ; "the highest tier of several assets")]
#[test_case("payroll/clerk", &["sealed", "payroll/x"], Some(Tier::Critical), Some(false) ; "authorised for one of two assets")]
#[test_case("payroll/clerk", &[], None, None ; "no asset")]
fn judgements(name: &str, assets: &[&str], tier: Option<Tier>, authorized: Option<bool>) {
    let judgement = judge(&settings(), &role(name), &secrets(assets));
    assert_eq!((judgement.tier, judgement.authorized), (tier, authorized));
}

#[test]
fn unnamed_assets_have_no_tier() {
    let key = Asset::Key("arn:aws:kms:eu-west-1:111122223333:key/1234abcd".parse().unwrap());
    assert_eq!(judge(&settings(), &role("app"), &[key]), Judgement::default());
}

#[test]
fn the_entries_that_match_are_named() {
    let assets = secrets(&["payroll/salaries", "payroll/x"]);
    let judgement = judge(&settings(), &role("security/break-glass"), &assets);
    assert_eq!(judgement.matched, ["everything", "payroll", "salaries"]);
    assert!(judgement.protected);
}

#[test_case("security/break-glass", true ; "by ARN")]
#[test_case("deploy/eu/app", true ; "by path")]
#[test_case("web", false ; "a tag is read when somebody is acted on")]
#[test_case("app", false ; "by nothing")]
fn protection(name: &str, expected: bool) {
    let tags = [("team".to_owned(), "web".to_owned())].into();
    let inventory = Inventory {
        principals: [("arn:aws:iam::111122223333:role/web".to_owned(), tags)].into(),
        ..Inventory::default()
    };
    let (actor, origin) = (role(name), Origin::default());
    let subject = Subject { actor: &actor, assets: &[], origin: &origin, time: None };
    assert_eq!(settings().judge(&subject, &inventory).protected, expected);
}

#[test_case(Principal::Service { name: "secretsmanager.amazonaws.com".to_owned() }, true ; "the service named")]
#[test_case(Principal::Service { name: "lambda.amazonaws.com".to_owned() }, false ; "another service")]
#[test_case(Principal::ForeignAccount { account: Some("444455556666".parse().unwrap()), principal_id: None }, true ; "the account named")]
#[test_case(Principal::ForeignAccount { account: None, principal_id: None }, false ; "an account not told")]
#[test_case(Principal::Root { account: Some("111122223333".parse().unwrap()) }, false ; "root of another account")]
#[test_case(Principal::Unknown { described_as: "444455556666".to_owned() }, false ; "the unknown")]
fn principals_without_an_arn(principal: Principal, authorized: bool) {
    let judgement = judge(&settings(), &actor(principal), &secrets(&["rotated"]));
    assert_eq!(judgement.authorized, Some(authorized));
}

#[test]
fn what_the_inventory_does_not_know_is_told_with_its_line() {
    let settings = crate::parse(
        "assets:\n  - {name: here, secret: x, tier: critical}\n  - {name: gone, alias: alias/gone, tier: critical}\n  - {name: none, tag: {key: data, value: x*}, tier: standard}\n",
    )
    .unwrap();
    assert!(settings.needs_inventory());
    assert_eq!(
        settings.unresolved(&Inventory::default()),
        [
            "line 3: `gone` names alias `alias/gone`, which nothing in the inventory has",
            "line 4: `none` names tag `data` = `x*`, which nothing in the inventory has"
        ]
    );
}

/// Entries by secret name over a small alphabet, so that they overlap.
fn entries() -> impl Strategy<Value = Vec<(String, &'static str)>> {
    let tier = prop_oneof![Just("standard"), Just("sensitive"), Just("critical")];
    proptest::collection::vec(("[ab*?]{1,3}", tier), 0..5)
}

fn settings_of(entries: &[(String, &'static str)]) -> Settings {
    let lines = entries.iter().enumerate();
    let lines = lines.map(|(i, (pattern, tier))| format!("  - {{name: e{i}, secret: '{pattern}', tier: {tier}}}\n"));
    crate::parse(&format!("assets:\n{}", lines.collect::<String>())).unwrap()
}

proptest! {
    #[test]
    fn a_further_entry_never_lowers_the_tier(
        mut entries in entries(),
        name in "[ab]{1,3}",
        tier in prop_oneof![Just("standard"), Just("sensitive"), Just("critical")],
    ) {
        let assets = secrets(&[&name]);
        let before = judge(&settings_of(&entries), &role("app"), &assets).tier;
        entries.push((name, tier));
        let after = judge(&settings_of(&entries), &role("app"), &assets).tier;
        prop_assert!(after >= before && after.is_some());
    }

    #[test]
    fn the_order_of_entries_changes_no_judgement(mut entries in entries(), name in "[ab]{1,3}") {
        let tier = |entries: &[_]| judge(&settings_of(entries), &role("app"), &secrets(&[&name])).tier;
        let before = tier(&entries);
        entries.reverse();
        prop_assert_eq!(tier(&entries), before);
    }
}
