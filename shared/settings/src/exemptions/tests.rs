//! Who is exempt, from what, and for how long.

use portcullis_domain::{Principal, Session};
use proptest::prelude::*;
use test_case::test_case;

use super::*;

const SETTINGS: &str = "
exemptions:
  - name: terraform
    actors: ['arn:aws:iam::*:role/deploy/terraform']
    rules: [key-policy-changed, trail-changed]
    reason: deploys
    until: 2026-03-31
  - name: migration
    actors: ['arn:aws:iam::*:role/deploy/*', {tag: team=platform}]
    rules:
      - trail-changed
      - secrets-read
    reason: moves the trail
    until: 2026-06-30
rules:
  secrets-read: {shadow: true, threshold: 20, exempt: ['arn:aws:iam::*:role/scanner']}
  trail-changed: {exempt: ['arn:aws:iam::*:role/deploy/*']}
";

fn settings() -> Settings {
    crate::parse(SETTINGS).unwrap_or_else(|problems| panic!("{problems}"))
}

fn role(path_and_name: &str) -> Actor {
    let arn = format!("arn:aws:iam::111122223333:role/{path_and_name}").parse().unwrap();
    Actor { principal: Principal::Role { arn, id: None }, session: Session::default() }
}

fn inventory() -> Inventory {
    let tags = [("team".to_owned(), "platform".to_owned())].into();
    Inventory { principals: [("arn:aws:iam::111122223333:role/mover".to_owned(), tags)].into(), ..Inventory::default() }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

const MARCH: &str = "2026-03-01T00:00Z";
const JULY: &str = "2026-07-01T00:00Z";

#[test_case("key-policy-changed", "deploy/terraform", MARCH, Some("exemption `terraform`, line 3") ; "exempt")]
#[test_case("key-policy-changed", "deploy/other", MARCH, None ; "somebody else")]
#[test_case("key-disabled", "deploy/terraform", MARCH, None ; "another rule")]
#[test_case("key-policy-changed", "deploy/terraform", "2026-03-31T23:59:59Z", Some("exemption `terraform`, line 3") ; "to the end of the last day")]
#[test_case("key-policy-changed", "deploy/terraform", "2026-04-01T00:00:00Z", None ; "not on the day after")]
#[test_case("key-policy-changed", "deploy/terraform", JULY, None ; "no longer")]
#[test_case("trail-changed", "deploy/terraform", MARCH, Some("exemption `terraform`, line 3") ; "the first of two")]
#[test_case("trail-changed", "deploy/terraform", "2026-04-01T00:00Z", Some("exemption `migration`, line 8") ; "the second once the first is over")]
#[test_case("trail-changed", "deploy/terraform", JULY, Some("`exempt` of rule `trail-changed`, line 17") ; "the rule's own list, which has no end")]
#[test_case("secrets-read", "scanner", JULY, Some("`exempt` of rule `secrets-read`, line 16") ; "the rule's own list alone")]
#[test_case("secrets-read", "mover", MARCH, Some("exemption `migration`, line 8") ; "by tag")]
fn exemptions(rule: &str, name: &str, time: &str, expected: Option<&str>) {
    let settings = settings();
    let found = settings.exemption(rule, &role(name), &inventory(), at(time));
    assert_eq!(found.map(|found| found.to_string()).as_deref(), expected);
}

#[test]
fn overrides() {
    let settings = settings();
    let entry = settings.override_of("secrets-read").unwrap();
    assert_eq!((entry.shadow, entry.threshold, entry.exempt.len()), (Some(true), Some(20), 1));
    let entry = settings.override_of("trail-changed").unwrap();
    assert_eq!((entry.shadow, entry.threshold), (None, None));
    assert_eq!(settings.override_of("key-policy-changed"), None);
}

#[test_case("2026-03-16T23:59Z", &[] ; "long before")]
#[test_case("2026-03-17T00:00Z", &["line 3: exemption `terraform` ends in 14 days, on 2026-03-31; extend it if it is still needed"] ; "two weeks before")]
#[test_case("2026-03-30T23:59Z", &["line 3: exemption `terraform` ends tomorrow, 2026-03-31; extend it if it is still needed"] ; "the day before")]
#[test_case("2026-03-31T23:59Z", &["line 3: exemption `terraform` ends today, 2026-03-31; extend it if it is still needed"] ; "the last day")]
#[test_case("2026-04-01T00:00Z", &["line 3: exemption `terraform` ended on 2026-03-31 and no longer holds; remove it, or extend it if it is still needed"] ; "the day after")]
fn notices(time: &str, expected: &[&str]) {
    assert_eq!(settings().expired(at(time)), expected);
}

#[test]
fn a_notice_for_each() {
    assert_eq!(settings().expired(at(JULY)).len(), 2);
}

#[test]
fn every_rule_named_is_told_with_its_line() {
    let settings = settings();
    let names: Vec<(&str, usize)> = settings.rule_names().map(|name| (name.id.as_str(), name.line)).collect();
    assert_eq!(
        names,
        [
            ("key-policy-changed", 5),
            ("trail-changed", 5),
            ("trail-changed", 11),
            ("secrets-read", 12),
            ("secrets-read", 16),
            ("trail-changed", 17)
        ]
    );
}

proptest! {
    /// An exemption holds until the first moment of the day after its last, and who reads of its end has not missed it.
    #[test]
    fn an_exemption_holds_through_its_last_day(second in 1_760_000_000..1_790_000_000_i64) {
        let settings = settings();
        let time = Timestamp::from_second(second).unwrap();
        let holds = settings.exemption("key-policy-changed", &role("deploy/terraform"), &inventory(), time).is_some();
        prop_assert_eq!(holds, time < at("2026-04-01T00:00Z"));
        let said_to_be_over = settings.expired(time).iter().any(|said| said.starts_with("line 3:") && said.contains(" ended "));
        prop_assert_eq!(holds, !said_to_be_over);
    }
}
