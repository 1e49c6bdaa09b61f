//! Who and what the example is about.

use std::error::Error;

use portcullis_domain::{Actor, Asset, Principal, SecretRef, Session};

use crate::example::Wording;

/// The roles, by path and name; the first are the busiest.
pub(super) const ROLES: [&str; 12] = [
    "payroll/run",
    "billing/invoices",
    "ci/deploy",
    "team/reporting",
    "team/data-eng",
    "platform/rotator",
    "shop/checkout",
    "ops/terraform",
    "ops/backup",
    "team/analytics",
    "break-glass/admin",
    "team/contractor",
];

/// The assets, as people call them.
pub(super) const ASSETS: [&str; 10] = [
    "secret prod/payroll/db",
    "alias/payroll",
    "secret prod/billing/stripe",
    "key 1234abcd-12ab-34cd-56ef-1234567890ab",
    "secret prod/shop/session",
    "alias/backup",
    "secret prod/payroll/bank",
    "secret staging/payroll/db",
    "secret prod/data/warehouse",
    "parameter /prod/shop/oauth",
];

/// Somebody in a role: `team/reporting`.
pub(super) fn role(wording: Wording<'_>, path: &str) -> Result<Actor, Box<dyn Error>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // A name is of visible ASCII without colons; the rest of a wording would not be taken.
    let name: String =
        wording(name).chars().filter(|c| c.is_ascii_graphic() && !matches!(c, ':' | '*' | '?')).collect();
    let arn = format!("arn:aws:iam::111122223333:role/{folder}/{name}").parse()?;
    let session = Session {
        name: Some(wording(&format!("{name}-session"))),
        source_identity: Some(wording("alice@example.com")),
        mfa: Some(false),
        access_key_id: Some(wording("ASIAEXAMPLEEXAMPLE01")),
        issued_to: None,
        federated_as: None,
    };
    Ok(Actor { principal: Principal::Role { arn, id: Some(wording("AROAEXAMPLE")) }, session })
}

/// An IAM user.
pub(super) fn user(wording: Wording<'_>, name: &str) -> Result<Actor, Box<dyn Error>> {
    let arn = format!("arn:aws:iam::111122223333:user/{name}").parse()?;
    let session = Session { access_key_id: Some(wording("AKIAIOSFODNN7EXAMPLE")), ..Session::default() };
    Ok(Actor { principal: Principal::User { arn, id: None }, session })
}

/// A secret of the example's account.
pub(super) fn secret(wording: Wording<'_>, name: &str) -> Asset {
    let account = "111122223333".parse().ok();
    Asset::Secret(SecretRef::new(&wording(name), account, Some("eu-west-1".to_owned())))
}

/// A key of it.
pub(super) fn key(id: &str) -> Result<Asset, Box<dyn Error>> {
    Ok(Asset::Key(format!("arn:aws:kms:eu-west-1:111122223333:key/{id}").parse()?))
}
