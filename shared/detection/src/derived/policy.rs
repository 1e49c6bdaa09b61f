//! Whom a resource policy lets in: everybody, or accounts that are not ours.
//!
//! Sources: IAM User Guide, *AWS JSON policy elements: Principal*, *Condition* and *Condition operators*; Amazon S3 User
//! Guide, *Blocking public access*, "The meaning of public", whose rule is followed here: a policy is public unless a
//! condition on who calls, or from where, allows fixed values only.

use std::net::IpAddr;

use portcullis_cloudtrail::Json;

use super::exposure::{Accounts, account_of};
use super::named::one_or_many;

/// Whom a grant of access reaches beyond our accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) public: bool,
    pub(crate) foreign: bool,
}

/// Whom the policy lets in. Only what it allows is looked at: what it denies may narrow that, which is for people to
/// judge. A text that is no policy lets nobody in, as the service refuses it.
pub(crate) fn reach(policy: &str, accounts: &Accounts<'_>) -> Reach {
    let Ok(policy) = serde_json::from_str::<Json<'_>>(policy) else { return Reach::default() };
    let statements = policy.get("Statement").map(one_or_many).unwrap_or_default();
    let allowing = statements.iter().filter(|statement| statement.text("Effect") == Some("Allow"));
    allowing.fold(Reach::default(), |all, statement| {
        let one = of_statement(statement, accounts);
        Reach { public: all.public || one.public, foreign: all.foreign || one.foreign }
    })
}

fn of_statement(statement: &Json<'_>, accounts: &Accounts<'_>) -> Reach {
    // Whoever is not excluded is let in: everybody, for all that matters.
    let mut everybody = statement.get("NotPrincipal").is_some();
    let mut foreign = false;
    if let Some(principal) = statement.get("Principal") {
        everybody |= principal.as_str() == Some("*");
        // `Service` names AWS services, which are not foreign; `CanonicalUser` is S3's alone.
        for named in ["AWS", "Federated"].into_iter().filter_map(|kind| principal.get(kind)) {
            for name in one_or_many(named).iter().filter_map(Json::as_str) {
                everybody |= name == "*";
                foreign |= account_of(name).is_some_and(|account| accounts.is_foreign(account));
            }
        }
    }
    if everybody {
        let narrowed = narrowed(statement.get("Condition"), accounts);
        Reach { public: narrowed.is_none(), foreign: foreign || narrowed == Some(Narrowed::Foreign) }
    } else {
        Reach { public: false, foreign }
    }
}

/// What a condition leaves of everybody; of several conditions, all of which must hold, the greatest is what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Narrowed {
    /// An organization, a network or the like, of which the policy does not tell whose it is.
    Somehow,
    /// Accounts, a foreign one among them.
    Foreign,
    /// Our accounts.
    Ours,
}

/// What the conditions leave of everybody; absent when they leave everybody.
fn narrowed(condition: Option<&Json<'_>>, accounts: &Accounts<'_>) -> Option<Narrowed> {
    members(condition?)
        .filter(|(operator, _)| demands_a_match(operator))
        .flat_map(|(_, tests)| members(tests))
        .filter_map(|(key, values)| by_one(&key.to_ascii_lowercase(), one_or_many(values), accounts))
        .max()
}

fn members<'j, 'a>(json: &'j Json<'a>) -> impl Iterator<Item = (&'j str, &'j Json<'a>)> {
    let members = if let Json::Object(members) = json { members.as_slice() } else { &[] };
    members.iter().map(|(name, value)| (name.as_ref(), value))
}

/// Whether the operator fails unless the key is there and has one of the values. `…IfExists` and `ForAllValues:` hold
/// for a request without the key, such as an anonymous one; `…Not…` hold for everybody but a few.
fn demands_a_match(operator: &str) -> bool {
    let operator = operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    matches!(operator, "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" | "ipaddress")
}

/// What one key with these values, any of which may match, leaves of everybody.
fn by_one(key: &str, values: &[Json<'_>], accounts: &Accounts<'_>) -> Option<Narrowed> {
    let mut values = values.iter().map(|value| value.as_str().unwrap_or_default());
    let of_account = |account: &str| if accounts.is_foreign(account) { Narrowed::Foreign } else { Narrowed::Ours };
    match key {
        "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceowner" | "aws:vpceaccount" | "kms:calleraccount" => {
            any_of(values.map(|value| match account_of(value) {
                Some(account) => Some(of_account(account)),
                None => value.eq_ignore_ascii_case("${aws:ResourceAccount}").then_some(Narrowed::Ours),
            }))
        }
        "aws:principalarn" | "aws:sourcearn" => any_of(values.map(|value| match account_of(value) {
            Some(account) => Some(of_account(account)),
            // A bucket's ARN names no account, but one bucket.
            None => is_fixed(value).then_some(Narrowed::Somehow),
        })),
        "aws:principalorgid" | "aws:sourceorgid" | "aws:vpceorgid" => values
            .all(|value| is_fixed(value) || value.eq_ignore_ascii_case("${aws:ResourceOrgID}"))
            .then_some(Narrowed::Somehow),
        "aws:resourceorgid" => {
            values.all(|value| value.eq_ignore_ascii_case("${aws:PrincipalOrgID}")).then_some(Narrowed::Somehow)
        }
        // `o-abc/r-def/ou-ghi/*`, `AROA…:*`: fixed up to the first separator.
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" | "aws:userid" => {
            values.all(|value| value.split(['/', ':']).next().is_some_and(is_fixed)).then_some(Narrowed::Somehow)
        }
        "aws:sourcevpc" | "aws:sourcevpce" => values.all(is_fixed).then_some(Narrowed::Somehow),
        "aws:sourceip" => values.all(is_narrow_block).then_some(Narrowed::Somehow),
        _ => None,
    }
}

/// What values leave of which any may match: everybody if one of them does, else the foreign account if there is one.
fn any_of(mut values: impl Iterator<Item = Option<Narrowed>>) -> Option<Narrowed> {
    values.try_fold(Narrowed::Ours, |all, one| {
        Some(match (all, one?) {
            (Narrowed::Foreign, _) | (_, Narrowed::Foreign) => Narrowed::Foreign,
            (all, one) => all.min(one),
        })
    })
}

fn is_fixed(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?', '$'])
}

/// Blocks broader than /8 (IPv4) or /32 (IPv6) are as good as everybody, by S3's measure.
fn is_narrow_block(block: &str) -> bool {
    let (address, length) = block.split_once('/').map_or((block, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let shortest = if address.is_ipv4() { 8 } else { 32 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length >= shortest))
}

#[cfg(test)]
mod tests;
