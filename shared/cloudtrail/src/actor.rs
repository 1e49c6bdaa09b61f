//! Who acted: from `userIdentity` to the principal that can be acted on.
//!
//! Source: CloudTrail User Guide, *CloudTrail userIdentity element*.

use portcullis_domain::{AccountId, Actor, Principal, RoleArn, Session, UserArn};

use crate::json::{Json, Text};
use crate::record::{Record, SessionIssuer, UserIdentity};

/// Resolves the actor of a record. Never fails: what cannot be resolved is [`Principal::Unknown`] and says why.
pub(crate) fn resolve(record: &Record<'_>) -> Actor {
    let Some(identity) = &record.user_identity else {
        return Actor::unknown("the record has no userIdentity");
    };
    let principal = principal(record, identity);
    let session = session(identity, &principal);
    Actor { principal, session }
}

fn principal(record: &Record<'_>, identity: &UserIdentity<'_>) -> Principal {
    let issuer = identity.session_context.as_ref().and_then(|context| context.session_issuer.as_ref());
    match text(identity.kind.as_ref()) {
        Some("AssumedRole" | "Role") => role(identity, issuer),
        Some("IAMUser") => user(identity),
        Some("FederatedUser") => federated(identity, issuer),
        Some("Root") => Principal::Root { account: account(identity) },
        Some("AWSService") => service(identity).unwrap_or_else(|| unknown(identity)),
        Some("AWSAccount") => foreign(record, identity),
        Some("IdentityCenterUser") => identity_center(identity),
        Some("SAMLUser" | "WebIdentityUser") => {
            let name = text(identity.user_name.as_ref()).or_else(|| text(identity.principal_id.as_ref()));
            name.map_or_else(|| unknown(identity), |name| Principal::ExternalIdentity { name: name.to_owned() })
        }
        // Service events carry no type, only the service.
        None if issuer.is_none() => service(identity).unwrap_or_else(|| unknown(identity)),
        // Some identities come with a type nobody documents; the issuer, where there is one, still names the role.
        _ => issuer.and_then(role_of_issuer).unwrap_or_else(|| unknown(identity)),
    }
}

/// The issuer's ARN keeps the role's path, which the session's ARN drops: without it no role is named.
fn role(identity: &UserIdentity<'_>, issuer: Option<&SessionIssuer<'_>>) -> Principal {
    if let Some(role) = issuer.and_then(role_of_issuer) {
        return role;
    }
    // `type: Role` may carry the role's own ARN instead of a session's.
    if let Some(arn) = parse::<RoleArn>(identity.arn.as_ref()) {
        return Principal::Role { arn, id: unique_id(identity.principal_id.as_ref(), "AROA") };
    }
    match text(identity.arn.as_ref()).or_else(|| text(identity.principal_id.as_ref())) {
        Some(session) => Principal::UnresolvedRole { session: session.to_owned() },
        None => unknown(identity),
    }
}

fn role_of_issuer(issuer: &SessionIssuer<'_>) -> Option<Principal> {
    let arn = parse::<RoleArn>(issuer.arn.as_ref())?;
    Some(Principal::Role { arn, id: unique_id(issuer.principal_id.as_ref(), "AROA") })
}

fn user(identity: &UserIdentity<'_>) -> Principal {
    match parse::<UserArn>(identity.arn.as_ref()) {
        Some(arn) => Principal::User { arn, id: unique_id(identity.principal_id.as_ref(), "AIDA") },
        None => unknown(identity),
    }
}

/// A federated session has the rights of the user (or root) that issued it, so the issuer is the one to act on.
fn federated(identity: &UserIdentity<'_>, issuer: Option<&SessionIssuer<'_>>) -> Principal {
    let Some(issuer) = issuer else { return unknown(identity) };
    if let Some(arn) = parse::<UserArn>(issuer.arn.as_ref()) {
        return Principal::User { arn, id: unique_id(issuer.principal_id.as_ref(), "AIDA") };
    }
    match text(issuer.kind.as_ref()) {
        Some("Root") => Principal::Root { account: parse(issuer.account_id.as_ref()).or_else(|| account(identity)) },
        _ => unknown(identity),
    }
}

fn service(identity: &UserIdentity<'_>) -> Option<Principal> {
    text(identity.invoked_by.as_ref()).map(|name| Principal::Service { name: name.to_owned() })
}

/// The owner's copy of a cross-account call names the caller's account and principal id, no more.
fn foreign(record: &Record<'_>, identity: &UserIdentity<'_>) -> Principal {
    let caller: Option<AccountId> = account(identity);
    let home: Option<AccountId> = parse(record.recipient_account_id.as_ref());
    // An AWS service may call as an account; `invokedBy` then says so.
    if caller.is_some()
        && caller == home
        && let Some(service) = service(identity)
    {
        return service;
    }
    Principal::ForeignAccount { account: caller, principal_id: text(identity.principal_id.as_ref()).map(str::to_owned) }
}

fn identity_center(identity: &UserIdentity<'_>) -> Principal {
    let on_behalf_of = identity.on_behalf_of.as_ref().and_then(|json| json.text("userId"));
    match on_behalf_of.or_else(|| text(identity.user_id.as_ref())) {
        Some(user_id) => Principal::IdentityCenterUser { user_id: user_id.to_owned() },
        None => unknown(identity),
    }
}

fn unknown(identity: &UserIdentity<'_>) -> Principal {
    let kind = text(identity.kind.as_ref()).unwrap_or("no type");
    let parts = [&identity.arn, &identity.principal_id, &identity.user_name, &identity.account_id];
    let named = parts.into_iter().find_map(|part| text(part.as_ref())).unwrap_or("nothing named");
    Principal::Unknown { described_as: format!("{kind}: {named}") }
}

fn session(identity: &UserIdentity<'_>, principal: &Principal) -> Session {
    let context = identity.session_context.as_ref();
    let mfa = context
        .and_then(|context| context.attributes.as_ref())
        .and_then(|attributes| attributes.get("mfaAuthenticated").or_else(|| attributes.get("mfaauthenticated")))
        .and_then(|mfa| match mfa {
            Json::Bool(mfa) => Some(*mfa),
            Json::Str(mfa) => mfa.parse().ok(),
            _ => None,
        });
    let is_federated = text(identity.kind.as_ref()) == Some("FederatedUser");
    let arn = text(identity.arn.as_ref());
    Session {
        name: match principal {
            Principal::Role { .. } => session_name(identity),
            _ => None,
        },
        source_identity: context.and_then(|c| text(c.source_identity.as_ref())).map(str::to_owned),
        mfa,
        access_key_id: text(identity.access_key_id.as_ref()).map(str::to_owned),
        issued_to: identity
            .in_scope_of
            .as_ref()
            .and_then(|scope| text(scope.credentials_issued_to.as_ref()))
            .map(str::to_owned),
        federated_as: arn.filter(|_| is_federated).and_then(|arn| arn.rsplit('/').next()).map(str::to_owned),
    }
}

/// From `AROA…:name`, else from the session ARN's third segment.
fn session_name(identity: &UserIdentity<'_>) -> Option<String> {
    let from_id = text(identity.principal_id.as_ref()).and_then(|id| id.split_once(':')).map(|(_, name)| name);
    let from_arn = || {
        let (_, session) = text(identity.arn.as_ref())?.split_once(":assumed-role/")?;
        session.split_once('/').map(|(_, name)| name)
    };
    from_id.or_else(from_arn).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn account(identity: &UserIdentity<'_>) -> Option<AccountId> {
    parse(identity.account_id.as_ref())
}

/// The unique id, where it has the expected kind; a masked or invented one is left out rather than compared.
fn unique_id(text_of: Option<&Text<'_>>, prefix: &str) -> Option<String> {
    let id = text(text_of)?.split(':').next()?;
    let plausible =
        id.starts_with(prefix) && id.len() >= 16 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    plausible.then(|| id.to_owned())
}

fn text<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(Text::as_str).filter(|text| !text.is_empty())
}

fn parse<T: std::str::FromStr>(text_of: Option<&Text<'_>>) -> Option<T> {
    text(text_of)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn actor(identity: &str) -> Actor {
        let json = format!(r#"{{"eventName":"X","recipientAccountId":"111122223333","userIdentity":{identity}}}"#);
        resolve(&Record::parse(&json).unwrap())
    }

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/i-0abc";

    #[test]
    fn a_role_is_its_issuer_with_the_path() {
        let actor = actor(&format!(
            r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE11:i-0abc","arn":"{SESSION}",
            "accessKeyId":"ASIAEXAMPLE","sessionContext":{{"sourceIdentity":"alice","attributes":{{"mfaAuthenticated":"true"}},
            "sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE11","arn":"arn:aws:iam::111122223333:role/team/app"}}}},
            "inScopeOf":{{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}}}"#
        ));
        let arn = "arn:aws:iam::111122223333:role/team/app".parse().unwrap();
        assert_eq!(actor.principal, Principal::Role { arn, id: Some("AROAEXAMPLEEXAMPLE11".to_owned()) });
        assert_eq!(actor.session.name.as_deref(), Some("i-0abc"));
        assert_eq!(actor.session.source_identity.as_deref(), Some("alice"));
        assert_eq!(actor.session.mfa, Some(true));
        assert_eq!(actor.session.issued_to.as_deref(), Some("arn:aws:lambda:eu-west-1:111122223333:function:f"));
    }

    #[test_case(r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/app/s","sessionContext":{"sessionIssuer":{}}}"#,
        "role", "arn:aws:sts::111122223333:assumed-role/app/s" ; "an empty issuer names no role")]
    #[test_case(r#"{"type":"Role","arn":"arn:aws:iam::111122223333:role/team/app"}"#, "role", "arn:aws:iam::111122223333:role/team/app" ; "type role")]
    #[test_case(r#"{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a/alice","principalId":"AIDAEXAMPLEEXAMPLE11"}"#,
        "user", "arn:aws:iam::111122223333:user/a/alice" ; "user")]
    #[test_case(r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/bob","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice"}}}"#,
        "federated-user", "arn:aws:iam::111122223333:user/alice" ; "federated: the issuer")]
    #[test_case(r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/bob","sessionContext":{"sessionIssuer":{"type":"Root","accountId":"111122223333"}}}"#,
        "federated-user", "root of 111122223333" ; "federated by root")]
    #[test_case(r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/bob"}"#,
        "federated-user", "FederatedUser: arn:aws:sts::111122223333:federated-user/bob" ; "federated by nobody named")]
    #[test_case(r#"{"type":"Root","accountId":"111122223333"}"#, "root", "root of 111122223333" ; "root")]
    #[test_case(r#"{"type":"AWSService","invokedBy":"s3.amazonaws.com"}"#, "service", "s3.amazonaws.com" ; "service")]
    #[test_case(r#"{"accountId":"111122223333","invokedBy":"AWS Internal"}"#, "service", "AWS Internal" ; "service event")]
    #[test_case(r#"{"type":"AWSAccount","accountId":"444455556666","principalId":"AROAX:s"}"#,
        "foreign-account", "account 444455556666 (AROAX:s)" ; "foreign account")]
    #[test_case(r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1"}}"#, "identity-center-user", "Identity Center user u-1" ; "identity center")]
    #[test_case(r#"{"type":"SAMLUser","userName":"a@example.com"}"#, "external-identity", "external identity a@example.com" ; "saml")]
    #[test_case("{}", "unknown", "no type: nothing named" ; "empty")]
    #[test_case(r#"{"type":"IAMUser","arn":"arn:aws:iam::************:user/alice"}"#, "unknown",
        "IAMUser: arn:aws:iam::************:user/alice" ; "a masked account is not guessed")]
    fn kinds(identity: &str, kind: &str, name: &str) {
        let actor = actor(identity);
        assert_eq!((actor.kind().as_str(), actor.principal.to_string().as_str()), (kind, name));
    }

    #[test]
    fn nothing_at_all() {
        let record = Record::parse(r#"{"eventName":"X"}"#).unwrap();
        assert_eq!(resolve(&record).principal.to_string(), "the record has no userIdentity");
    }
}
