//! Who did it, as OCSF has actors.

use portcullis_domain::{Actor, Principal};
use serde_json::{Value, json};

use super::object;

/// `actor`: user and session; `via` is the service that made the call with the actor's rights.
pub(super) fn actor(actor: &Actor, via: Option<&str>) -> Value {
    let session = &actor.session;
    let account =
        actor.principal.account().map(|account| json!({"uid": account, "type": "AWS Account", "type_id": 10}));
    let (kind, type_id) = kind(&actor.principal);
    let user = object([
        ("uid", json!(actor.principal.to_string())),
        ("name", json!(name(&actor.principal))),
        ("type", json!(kind)),
        ("type_id", json!(type_id)),
        ("uid_alt", json!(id(&actor.principal))),
        ("credential_uid", json!(session.access_key_id)),
        ("account", json!(account)),
    ]);
    let known = session.name.is_some() || session.mfa.is_some() || session.access_key_id.is_some();
    let session = known.then(|| {
        object([
            ("uid", json!(session.name.as_ref().or(session.federated_as.as_ref()))),
            ("is_mfa", json!(session.mfa)),
            ("credential_uid", json!(session.access_key_id)),
            ("issuer", json!(actor.principal.arn())),
        ])
    });
    object([("user", user), ("session", json!(session)), ("invoked_by", json!(via))])
}

/// `type` and `type_id`: 0 Unknown, 1 User, 2 Admin, 3 System, 99 Other.
const fn kind(principal: &Principal) -> (&'static str, u8) {
    match principal {
        Principal::User { .. } => ("User", 1),
        Principal::Root { .. } => ("Admin", 2),
        Principal::Service { .. } => ("System", 3),
        Principal::Role { .. } | Principal::UnresolvedRole { .. } => ("AssumedRole", 99),
        Principal::ForeignAccount { .. } => ("AWSAccount", 99),
        Principal::IdentityCenterUser { .. } => ("IdentityCenterUser", 99),
        Principal::ExternalIdentity { .. } => ("ExternalIdentity", 99),
        Principal::Unknown { .. } => ("Unknown", 0),
    }
}

fn name(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::Role { arn, .. } => Some(arn.name()),
        Principal::User { arn, .. } => Some(arn.name()),
        Principal::Service { name } | Principal::ExternalIdentity { name } => Some(name),
        _ => None,
    }
}

fn id(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::Role { id, .. } | Principal::User { id, .. } => id.as_deref(),
        Principal::ForeignAccount { principal_id, .. } => principal_id.as_deref(),
        _ => None,
    }
}
