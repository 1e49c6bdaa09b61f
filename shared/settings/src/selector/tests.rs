//! Every way of naming a thing in the settings, against every way of naming it in a record.

use portcullis_domain::AccountId;
use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::TaggedResource;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const OTHER_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab";
const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/payroll";
const OLD_ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/wages";
const OTHER_ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/other";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf";

fn inventory() -> Inventory {
    let tagged = |arn: &str, value: &str| TaggedResource {
        arn: arn.to_owned(),
        tags: [("data".to_owned(), value.to_owned())].into(),
    };
    Inventory {
        aliases: [(ALIAS, KEY), (OLD_ALIAS, KEY), (OTHER_ALIAS, OTHER_KEY)]
            .map(|(alias, key)| (alias.to_owned(), key.parse().unwrap()))
            .into(),
        tagged: vec![tagged(KEY, "salaries"), tagged(SECRET, "salaries"), tagged(OTHER_KEY, "weather")],
        ..Inventory::default()
    }
}

/// The selector of an entry that gives it as `selector`, such as `secret: prod/*`.
fn selector(selector: &str) -> Selector {
    let yaml = format!("assets: [{{name: it, tier: critical, {selector}}}]");
    crate::parse(&yaml).unwrap_or_else(|problems| panic!("{problems}")).assets.remove(0).selector
}

fn key(arn: &str) -> Asset {
    Asset::Key(arn.parse().unwrap())
}

fn alias(arn: &str) -> Asset {
    Asset::KeyAlias(arn.parse().unwrap())
}

/// A secret in a record that was logged in 111122223333 and eu-west-1.
fn secret(written: &str) -> Asset {
    Asset::Secret(SecretRef::new(written, Some("111122223333".parse().unwrap()), Some("eu-west-1".to_owned())))
}

fn placeless_secret(written: &str) -> Asset {
    Asset::Secret(SecretRef::new(written, None, None))
}

#[test_case(KEY, &key(KEY), true ; "the key")]
#[test_case(KEY, &key(OTHER_KEY), false ; "another key")]
#[test_case("arn:aws:kms:*:111122223333:key/*", &key(KEY), true ; "keys of an account")]
#[test_case("arn:aws:kms:*:444455556666:key/*", &key(KEY), false ; "keys of another account")]
#[test_case(KEY, &alias(ALIAS), true ; "the key by its alias")]
#[test_case(KEY, &alias(OTHER_ALIAS), false ; "another key by its alias")]
#[test_case("arn:aws:kms:*:111122223333:*", &alias("arn:aws:kms:eu-west-1:111122223333:alias/unheard-of"), true ; "an alias that the inventory lacks, by a wide pattern")]
#[test_case("arn:aws:kms:*:111122223333:*", &secret("prod/db"), false ; "a secret is not a key")]
fn keys_by_arn(pattern: &str, asset: &Asset, expected: bool) {
    assert_eq!(selector(&format!("arn: '{pattern}'")).matches(asset, &inventory()), expected);
}

#[test_case("secret:prod/db-AbCdEf", true ; "full ARN")]
#[test_case("secret:prod/db", true ; "partial ARN")]
#[test_case("secret:prod/db-??????", true ; "the suffix in question marks")]
#[test_case("secret:prod/db-*", true ; "the suffix as a star")]
#[test_case("secret:prod/db*", true ; "a star behind the name")]
#[test_case("secret:prod/*", true ; "a folder")]
#[test_case("secret:*", true ; "all secrets")]
#[test_case("secret:prod/web", false ; "another name")]
#[test_case("secret:dev/*", false ; "another folder")]
#[test_case("secret:prod/db-west*", false ; "a longer name")]
fn secrets_by_arn(resource: &str, expected: bool) {
    for place in ["eu-west-1:111122223333", "*:111122223333", "eu-west-1:*", "eu-*:1111*", "*:*"] {
        let selector = selector(&format!("arn: 'arn:aws:secretsmanager:{place}:{resource}'"));
        for written in ["prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db", SECRET] {
            let asset = secret(written);
            assert_eq!(selector.matches(&asset, &Inventory::default()), expected, "{selector} on {asset}");
        }
        let asset = placeless_secret("prod/db");
        assert_eq!(selector.matches(&asset, &Inventory::default()), expected, "{selector} on {asset}, place unknown");
    }
}

#[test_case("eu-west-1:444455556666" ; "another account")]
#[test_case("us-east-1:111122223333" ; "another region")]
#[test_case("us-*:111122223333" ; "other regions")]
#[test_case("*:444455556666" ; "another account in any region")]
fn secrets_elsewhere(place: &str) {
    for resource in ["secret:prod/db", "secret:prod/db-AbCdEf", "secret:prod/*", "secret:prod/db-??????"] {
        let selector = selector(&format!("arn: 'arn:aws:secretsmanager:{place}:{resource}'"));
        for written in ["prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db", SECRET] {
            assert!(!selector.matches(&secret(written), &Inventory::default()), "{selector} on {written}");
        }
    }
}

#[test_case("prod/db", true ; "the name")]
#[test_case("prod/*", true ; "a folder")]
#[test_case("prod/??", true ; "question marks")]
#[test_case("*", true ; "all")]
#[test_case("prod", false ; "part of the name")]
#[test_case("prod/database", false ; "another name")]
fn secrets_by_name(pattern: &str, expected: bool) {
    let selector = selector(&format!("secret: '{pattern}'"));
    for asset in [secret("prod/db"), secret(SECRET), placeless_secret("prod/db")] {
        assert_eq!(selector.matches(&asset, &Inventory::default()), expected, "{asset}");
    }
    assert!(!selector.matches(&key(KEY), &inventory()), "a key is not a secret");
}

#[test]
fn a_bare_name_is_not_cut() {
    assert!(!selector("secret: prod/db").matches(&secret("prod/db-backup"), &Inventory::default()));
    assert!(!selector("secret: prod/db-backup").matches(&secret("prod/db"), &Inventory::default()));
}

#[test_case("alias/payroll", &alias(ALIAS), true ; "the alias")]
#[test_case("alias/payroll", &alias("arn:aws:kms:us-east-1:444455556666:alias/payroll"), true ; "the alias anywhere")]
#[test_case("alias/pay*", &alias(ALIAS), true ; "aliases by pattern")]
#[test_case("alias/payroll", &alias(OLD_ALIAS), true ; "another alias of the same key")]
#[test_case("alias/payroll", &alias(OTHER_ALIAS), false ; "the alias of another key")]
#[test_case("alias/payroll", &key(KEY), true ; "the key behind the alias")]
#[test_case("alias/payroll", &key(OTHER_KEY), false ; "another key")]
#[test_case(ALIAS, &alias(ALIAS), true ; "the alias by ARN")]
#[test_case(ALIAS, &key(KEY), true ; "the key behind an ARN")]
#[test_case(ALIAS, &alias("arn:aws:kms:us-east-1:444455556666:alias/payroll"), false ; "the same alias elsewhere")]
#[test_case("arn:aws:kms:*:111122223333:alias/payroll", &key(KEY), true ; "an ARN pattern")]
#[test_case("alias/payroll", &secret("alias/payroll"), false ; "a secret of that name")]
fn keys_by_alias(written: &str, asset: &Asset, expected: bool) {
    assert_eq!(selector(&format!("alias: '{written}'")).matches(asset, &inventory()), expected);
}

#[test_case("{key: data, value: salaries}", &key(KEY), true ; "a key")]
#[test_case("{key: data, value: salaries}", &alias(ALIAS), true ; "a key by alias")]
#[test_case("{key: data, value: salaries}", &key(OTHER_KEY), false ; "another value")]
#[test_case("{key: data, value: 's*'}", &key(KEY), true ; "a pattern")]
#[test_case("{key: data}", &key(OTHER_KEY), true ; "any value")]
#[test_case("{key: date}", &key(KEY), false ; "another tag")]
#[test_case("{key: data, value: salaries}", &secret(SECRET), true ; "a secret by full ARN")]
#[test_case("{key: data, value: salaries}", &secret("prod/db"), true ; "a secret by name")]
#[test_case("{key: data, value: salaries}", &secret("prod/web"), false ; "another secret")]
fn by_tag(tag: &str, asset: &Asset, expected: bool) {
    let selector = selector(&format!("tag: {tag}"));
    assert_eq!(selector.matches(asset, &inventory()), expected);
    assert!(!selector.matches(asset, &Inventory::default()), "nothing is known to have the tag");
}

#[test_case("alias: alias/payroll", true, true ; "a known alias")]
#[test_case("alias: alias/gone", true, false ; "an unknown alias")]
#[test_case("tag: {key: data, value: weather}", true, true ; "a known tag")]
#[test_case("tag: {key: data, value: x}", true, false ; "an unknown tag value")]
#[test_case("secret: anything", false, true ; "a name stands for itself")]
#[test_case("arn: 'arn:aws:secretsmanager:*:*:secret:x'", false, true ; "a secret by ARN stands for itself")]
#[test_case("arn: 'arn:aws:kms:*:*:key/x'", true, true ; "a key by ARN may be named by alias")]
fn inventories(written: &str, needed: bool, resolves: bool) {
    let selector = selector(written);
    assert_eq!((selector.needs_inventory(), selector.resolves(&inventory())), (needed, resolves));
}

proptest! {
    /// The full ARN of a secret matches whatever a shorter form of it matches: knowing more never loses an asset.
    #[test]
    fn every_spelling_of_a_secret_is_found(
        name in "[a-z/_+=.@-]{1,12}",
        suffix in "[A-Za-z0-9]{6}",
        account in "[0-9]{12}",
        form in 0..4_usize,
    ) {
        let partial = format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:{name}");
        let written = [format!("{partial}-{suffix}"), partial.clone(), format!("{partial}-??????"), format!("{partial}*")];
        let selectors = [selector(&format!("arn: '{}'", written[form])), selector(&format!("secret: '{name}'"))];
        let account: AccountId = account.parse().unwrap();
        for selector in selectors {
            for spelling in [&name, &partial, &written[0]] {
                let secret = SecretRef::new(spelling, Some(account.clone()), Some("eu-west-1".to_owned()));
                prop_assert!(selector.matches(&Asset::Secret(secret), &Inventory::default()), "{} on {}", selector, spelling);
            }
        }
    }
}
