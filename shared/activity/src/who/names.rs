//! What actors and assets are called, and when two names are one asset's.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_domain::{Actor, Asset, Principal, SecretRef};

use super::matching::{AssumedRole, foreign};
use super::parse::stem;

/// No name that AWS gives is as long; what is, was made up by whoever wrote the record.
const LONGEST: usize = 512;

/// An actor or an asset, told apart by `key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) key: String,
    /// The whole name: an ARN where there is one.
    pub(super) name: String,
    /// The short one.
    pub(super) label: String,
    pub(super) kind: &'static str,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    /// The key of the same secret when it is called by its name, for one that is called by its ARN.
    pub(super) by_name: Option<String>,
}

/// As much of a text as is kept.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}\u{2026}", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// Whoever acts. Sessions of one role are one, also where a record does not tell the role's path.
pub(super) fn actor(actor: &Actor) -> Named {
    let principal = &actor.principal;
    let account = principal.account().map(|account| account.to_string());
    let (name, label, account) = if let Some(AssumedRole { account, role, .. }) = AssumedRole::of(principal) {
        let label = format!("assumed-role/{role} in {account}");
        (label.clone(), label, Some(account.to_owned()))
    } else if let (Principal::ForeignAccount { .. }, Some((id, _))) = (principal, foreign(principal)) {
        let name = format!("account {} ({id})", account.as_deref().unwrap_or("unknown"));
        (name.clone(), name, account)
    } else {
        let name = principal.to_string();
        let short = principal.arn().and_then(|arn| arn.splitn(6, ':').nth(5)).zip(account.as_deref());
        (name.clone(), short.map_or(name, |(short, account)| format!("{short} in {account}")), account)
    };
    let name = cut(&name).into_owned();
    let label = cut(&label).into_owned();
    Named { key: name.clone(), name, label, kind: actor.kind().as_str(), account, region: None, by_name: None }
}

/// What is used.
pub(super) fn asset(asset: &Asset) -> Named {
    match asset {
        Asset::Key(arn) => kms(arn.as_str(), |id| format!("key {}", id.strip_prefix("key/").unwrap_or(id)), "key"),
        Asset::KeyAlias(arn) => kms(arn.as_str(), str::to_owned, "alias"),
        Asset::Secret(secret) => of_secret(secret),
    }
}

fn kms(arn: &str, label: impl Fn(&str) -> String, kind: &'static str) -> Named {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let part = |at: usize| parts.get(at).map(|part| (*part).to_owned());
    let arn = cut(arn).into_owned();
    let label = cut(&label(parts.last().unwrap_or(&""))).into_owned();
    Named { key: arn.clone(), name: arn, label, kind, account: part(4), region: part(3), by_name: None }
}

/// A secret's ARN ends in six random characters, which its name lacks. Whether a name that ends so is an ARN's cannot be
/// told by looking (Secrets Manager User Guide, *Secrets Manager secret ARNs*): it is one row with the name's, where there is such a row.
fn of_secret(secret: &SecretRef) -> Named {
    let account = secret.account.as_ref().map(ToString::to_string);
    let region = secret.region.clone();
    let literal = secret.names().next().unwrap_or(&secret.written);
    let key = |name: &str| {
        let place = format!("{}:{}", region.as_deref().unwrap_or_default(), account.as_deref().unwrap_or_default());
        cut(&format!("secret:{place}:{name}")).into_owned()
    };
    let by_name = stem(literal).filter(|_| literal != secret.written);
    Named {
        key: key(literal),
        name: cut(&secret.written).into_owned(),
        label: cut(&format!("secret {}", by_name.unwrap_or(literal))).into_owned(),
        kind: "secret",
        by_name: by_name.map(key),
        account,
        region,
    }
}

/// The session's name in the owner's copy of another account's call.
pub(super) fn foreign_session(principal: &Principal) -> Option<&str> {
    foreign(principal).map(|(_, session)| session).filter(|session| !session.is_empty())
}

/// Calls that name no asset, such as `ListSecrets`.
pub(super) fn no_asset(service: &str) -> Named {
    let name = cut(&format!("no key or secret named ({service})")).into_owned();
    Named { key: name.clone(), label: name.clone(), name, kind: "none", account: None, region: None, by_name: None }
}

/// Puts together what secrets have by their names and by their ARNs.
pub(super) fn join_secrets<T>(mut rows: HashMap<String, (Named, T)>, join: impl Fn(&mut T, T)) -> Vec<(Named, T)> {
    let by_arn: Vec<String> = rows
        .iter()
        .filter(|(_, (named, _))| named.by_name.as_ref().is_some_and(|key| rows.contains_key(key)))
        .map(|(key, _)| key.clone())
        .collect();
    for key in by_arn {
        let Some((named, tally)) = rows.remove(&key) else { continue };
        match named.by_name.as_ref().and_then(|key| rows.get_mut(key)) {
            Some((other, known)) => {
                // The ARN says more.
                other.name = named.name;
                join(known, tally);
            }
            None => drop(rows.insert(key, (named, tally))),
        }
    }
    rows.into_values().collect()
}
