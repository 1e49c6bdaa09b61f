//! Every way of naming an actor, against every kind of actor.

use portcullis_domain::Session;
use proptest::prelude::*;
use test_case::test_case;

use super::*;

const CLERK: &str = "arn:aws:iam::111122223333:role/team/payroll/clerk";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:rotate-db";

fn actor(principal: Principal) -> Actor {
    Actor { principal, session: Session::default() }
}

fn role(arn: &str) -> Actor {
    actor(Principal::Role { arn: arn.parse().unwrap(), id: None })
}

fn user(arn: &str) -> Actor {
    actor(Principal::User { arn: arn.parse().unwrap(), id: None })
}

/// A role whose session was issued to `function`.
fn issued_to(function: &str) -> Actor {
    let session = Session { issued_to: Some(function.to_owned()), ..Session::default() };
    Actor { session, ..role("arn:aws:iam::111122223333:role/lambda") }
}

fn unknown(described_as: &str) -> Actor {
    Actor::unknown(described_as)
}

fn service(name: &str) -> Actor {
    actor(Principal::Service { name: name.to_owned() })
}

fn foreign(account: Option<&str>) -> Actor {
    let account = account.map(|account| account.parse().unwrap());
    actor(Principal::ForeignAccount { account, principal_id: None })
}

/// The item, as an entry of the settings writes it.
fn item(written: &str) -> AuthorizedActor {
    let yaml = format!("assets: [{{name: it, tier: critical, secret: x, authorized: [{written}]}}]");
    let mut settings = crate::parse(&yaml).unwrap_or_else(|problems| panic!("{problems}"));
    settings.assets.remove(0).authorized.unwrap().remove(0)
}

fn inventory() -> Inventory {
    let tags = |value: &str| [("team".to_owned(), value.to_owned())].into();
    Inventory {
        principals: [
            (CLERK.to_owned(), tags("payroll")),
            ("arn:aws:iam::111122223333:user/alice".to_owned(), tags("web")),
        ]
        .into(),
        ..Inventory::default()
    }
}

const PATTERN: &str = "'arn:aws:iam::111122223333:*'";
const SERVICE: &str = "secretsmanager.amazonaws.com";
const ACCOUNT: &str = "'444455556666'";

#[test_case(PATTERN, &role("arn:aws:iam::111122223333:role/app"), true ; "a role by pattern")]
#[test_case(PATTERN, &role("arn:aws:iam::444455556666:role/app"), false ; "a role of another account")]
#[test_case(PATTERN, &user("arn:aws:iam::111122223333:user/a"), true ; "a user by pattern")]
#[test_case(PATTERN, &actor(Principal::Root { account: Some("111122223333".parse().unwrap()) }), false ; "root is not matched by a pattern")]
#[test_case(PATTERN, &actor(Principal::UnresolvedRole { session: "arn:aws:iam::111122223333:role/app".to_owned() }), false ; "an unresolved role is not matched by a pattern")]
#[test_case(PATTERN, &unknown("arn:aws:iam::111122223333:role/app"), false ; "the unknown is not matched by a pattern")]
#[test_case(SERVICE, &service("secretsmanager.amazonaws.com"), true ; "a service by name")]
#[test_case(SERVICE, &service("kms.amazonaws.com"), false ; "another service")]
#[test_case(SERVICE, &unknown("secretsmanager.amazonaws.com"), false ; "who merely says so is no service")]
#[test_case(ACCOUNT, &role("arn:aws:iam::444455556666:role/app"), true ; "a role by account")]
#[test_case(ACCOUNT, &role("arn:aws:iam::111122223333:role/app"), false ; "another account")]
#[test_case(ACCOUNT, &foreign(Some("444455556666")), true ; "a foreign account")]
#[test_case(ACCOUNT, &foreign(None), false ; "a foreign account not told")]
#[test_case("{path: /team/payroll/}", &role(CLERK), true ; "a role by its path")]
#[test_case("{path: /team/}", &role(CLERK), true ; "a role below a path")]
#[test_case("{path: /team/payroll/}", &user("arn:aws:iam::111122223333:user/team/payroll/eu/bob"), true ; "a user below a path")]
#[test_case("{path: /team/payroll/}", &role("arn:aws:iam::111122223333:role/team/clerk"), false ; "a role above the path")]
#[test_case("{path: /team/payroll/}", &role("arn:aws:iam::111122223333:role/team/payroll"), false ; "the name is no part of the path")]
#[test_case("{path: /team/payroll/}", &role("arn:aws:iam::111122223333:role/clerk"), false ; "a role without path")]
#[test_case("{path: '/team/pay*'}", &role(CLERK), true ; "a path by pattern")]
#[test_case("{path: '/*/payroll/'}", &role(CLERK), true ; "a pattern that starts with a wildcard")]
#[test_case("{path: '/team/web*'}", &role(CLERK), false ; "another pattern")]
#[test_case("{path: /team/payroll/}", &unknown(CLERK), false ; "the unknown has no path")]
#[test_case("{tag: team=payroll}", &role(CLERK), true ; "a role by tag")]
#[test_case("{tag: team=p*}", &role(CLERK), true ; "a value by pattern")]
#[test_case("{tag: team=web}", &user("arn:aws:iam::111122223333:user/alice"), true ; "a user by tag")]
#[test_case("{tag: team=payroll}", &user("arn:aws:iam::111122223333:user/alice"), false ; "another value")]
#[test_case("{tag: tea=payroll}", &role(CLERK), false ; "another tag")]
#[test_case("{tag: team=*}", &role("arn:aws:iam::111122223333:role/app"), false ; "a role that the inventory lacks")]
#[test_case("{tag: team=payroll}", &unknown(CLERK), false ; "the unknown has no tags")]
#[test_case("{function: 'arn:aws:lambda:*:*:function:rotate-*'}", &issued_to(FUNCTION), true ; "a function")]
#[test_case("{function: 'arn:aws:lambda:*:*:function:rotate-*'}", &issued_to("arn:aws:lambda:eu-west-1:111122223333:function:web"), false ; "another function")]
#[test_case("{function: 'arn:aws:lambda:*:*:function:*'}", &role("arn:aws:iam::111122223333:role/lambda"), false ; "its role used elsewhere")]
fn included(written: &str, actor: &Actor, expected: bool) {
    assert_eq!(item(written).includes(actor, &inventory()), expected);
}

#[test]
fn nobody_is_known_by_tag_without_an_inventory() {
    assert!(!item("{tag: team=payroll}").includes(&role(CLERK), &Inventory::default()));
}

#[test_case("arn:aws:iam::111122223333:role/app" ; "an ARN")]
#[test_case("secretsmanager.amazonaws.com" ; "a service")]
#[test_case("{path: /team/payroll/}" ; "a path")]
#[test_case("{tag: team=payroll=eu}" ; "a tag whose value holds an equals sign")]
#[test_case("{function: arn:aws:lambda:eu-west-1:111122223333:function:rotate-db}" ; "a function")]
fn shown_as_written(written: &str) {
    let quoted = if written.starts_with('{') { written.to_owned() } else { format!("'{written}'") };
    assert_eq!(item(&quoted).to_string(), written);
}

proptest! {
    /// Without wildcards a path means what starts with it.
    #[test]
    fn a_plain_path_is_a_prefix(written in "(/[ab]{1,2}){1,2}/", path in "(/[ab]{1,2}){0,3}/", name in "[ab]{1,3}") {
        let item = AuthorizedActor::Path(PathPattern::new(&written).unwrap());
        let actor = role(&format!("arn:aws:iam::111122223333:role{path}{name}"));
        prop_assert_eq!(item.includes(&actor, &Inventory::default()), path.starts_with(&written));
    }
}
