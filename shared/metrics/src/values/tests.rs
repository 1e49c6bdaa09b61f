use portcullis_domain::{Outcome, Tier};
use portcullis_settings::{Response, parse};
use test_case::test_case;

use super::*;
use crate::METRICS;

#[test]
fn every_dimension_has_values() {
    let scope = Scope { accounts: 2, assets: 3, rules: 5 };
    for metric in METRICS {
        for dimension in metric.dimensions() {
            assert!(metric.values(dimension).count(&scope) > 0, "{}: {dimension}", metric.name);
        }
    }
}

#[test]
fn the_words_are_those_of_the_code() {
    let mut tiers: Vec<&str> = Tier::WORDS.iter().rev().copied().collect();
    tiers.push("unclassified");
    assert_eq!(tiers, TIERS);
    let outcomes = [Outcome::Success, Outcome::Denied, Outcome::Failed].map(Outcome::as_str);
    assert_eq!(Metric::KEY_USES.values("Outcome"), Values::Words(&["success", "denied", "failed"]));
    assert_eq!(outcomes, ["success", "denied", "failed"]);
    let responses = [Response::Observe, Response::Page, Response::Ask, Response::Lockout, Response::Quarantine]
        .map(Response::as_str);
    assert_eq!(responses, RESPONSES);
}

/// The guards are named in a crate that this one does not know.
#[test]
fn the_guards_are_those_of_response() {
    let source = include_str!("../../../response/src/refusal.rs");
    let names = source.split("pub const fn name").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let names: Vec<&str> = names.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 20, "{names:?}");
    assert_eq!(names, GUARDS);
}

#[test]
fn a_scope_counts_what_is_watched_and_ours() {
    let settings = parse(
        "accounts: ['111122223333', '444455556666']\nmembers: ['444455556666']\nassets:\n  \
         - {name: a, secret: a, tier: critical}\n  - {name: b, secret: b, tier: sensitive}\n  \
         - {name: c, secret: c, tier: standard}\n  - {name: d, secret: d, decoy: true}\n",
    )
    .unwrap();
    assert_eq!(Scope::of(&settings, 7), Scope { accounts: 4, assets: 2, rules: 7 });
    assert_eq!(Scope::of(&Settings::default(), 0), Scope { accounts: 2, assets: 0, rules: 0 });
}

#[test_case(Metric::RECORDS_READ, 1 ; "no dimension")]
#[test_case(Metric::SECRET_ACCESSES, 3 * 4 + 2 ; "two sets")]
#[test_case(Metric::ASSET_DENIED, 10 ; "assets")]
#[test_case(Metric::ROTATIONS_OVERDUE, 11 ; "assets and their total")]
#[test_case(Metric::FINDINGS, 100 ; "a rule has one severity")]
fn cardinalities(metric: Metric, expected: usize) {
    assert_eq!(metric.cardinality(&Scope { accounts: 2, assets: 10, rules: 100 }), expected);
}

#[test_case("payroll", "payroll")]
#[test_case(" ", "-" ; "blank")]
#[test_case("Löhne", "L%C3%B6hne" ; "not ASCII")]
#[test_case("a\nb", "a%0Ab" ; "a control character")]
fn sendable_values(value: &str, expected: &str) {
    assert_eq!(sendable(value), expected);
}

#[test]
fn accounts_are_ids_or_other() {
    assert_eq!(Metric::KEY_USES.admit("Account", "111122223333"), "111122223333");
    assert_eq!(Metric::KEY_USES.admit("Account", "somebody"), OTHER);
}

#[test]
#[should_panic(expected = "KeyUses knows no Outcome `maybe`")]
fn a_word_that_the_catalogue_lacks_fails_tests() {
    Metric::KEY_USES.admit("Outcome", "maybe");
}
