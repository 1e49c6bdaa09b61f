//! Who calls: `userIdentity` (CloudTrail User Guide, *CloudTrail userIdentity element*).

use std::fmt::Write as _;

use crate::clock::iso;
use crate::ids;
use crate::organization::{Role, User};
use crate::rng::Rng;

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) enum Identity<'w> {
    /// A session of a role.
    Role(&'w Role, Session<'w>),
    /// A user by a long-term access key.
    User(&'w User),
    /// A service with a user's rights.
    UserVia(&'w User, &'static str),
    /// A service for itself.
    Service(&'static str),
    /// A service that tells of something it did: no type.
    Itself { account: &'w str, name: &'static str },
    /// Somebody of another account, as the owner's copy of the record shows it.
    Account { account: &'w str, principal: String },
    /// Somebody whom another provider of identities vouches for, on the way to a role.
    Federated { provider: &'static str, subject: String },
}

/// A session of a role.
#[derive(Clone, Debug)]
pub(crate) struct Session<'w> {
    pub(crate) name: String,
    pub(crate) begun: i64,
    pub(crate) mfa: bool,
    /// Whether the instance's metadata service gave the credentials.
    pub(crate) of_instance: bool,
    /// The function that the credentials were issued to.
    pub(crate) function: Option<&'w str>,
    /// The service that calls with the session's rights.
    pub(crate) via: Option<&'static str>,
}

impl Session<'_> {
    /// A session of some hours that goes on at `at`; sessions of different names began at different times.
    pub(crate) fn going_on(name: impl Into<String>, at: i64) -> Self {
        const HOURS: i64 = 6 * 3600;
        let name = name.into();
        let offset = Rng::named(0, &name).seconds(HOURS);
        Self::begun(name, (at - offset).div_euclid(HOURS) * HOURS + offset)
    }

    pub(crate) fn begun(name: impl Into<String>, begun: i64) -> Self {
        Self { name: name.into(), begun, mfa: false, of_instance: false, function: None, via: None }
    }
}

impl Identity<'_> {
    /// The same principal, through a service.
    pub(crate) fn via(&self, service: &'static str) -> Self {
        match self {
            Self::Role(role, session) => Self::Role(role, Session { via: Some(service), ..session.clone() }),
            Self::User(user) | Self::UserVia(user, _) => Self::UserVia(user, service),
            other => other.clone(),
        }
    }

    /// How messages name it.
    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Role(role, session) => role.session_arn(&session.name),
            Self::User(user) | Self::UserVia(user, _) => user.arn.clone(),
            Self::Service(name) | Self::Itself { name, .. } => (*name).to_owned(),
            Self::Account { account, .. } => format!("arn:aws:iam::{account}:root"),
            Self::Federated { subject, .. } => subject.clone(),
        }
    }

    /// The object, in CloudTrail's order of members.
    pub(crate) fn write(&self, json: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Role(role, session) => write_role(role, session, json),
            Self::User(user) => write_user(user, json).and_then(|()| write!(json, "}}")),
            Self::UserVia(user, service) => {
                write_user(user, json).and_then(|()| write!(json, r#","invokedBy":"{service}"}}"#))
            }
            Self::Service(name) => write!(json, r#"{{"type":"AWSService","invokedBy":"{name}"}}"#),
            Self::Itself { account, name } => write!(json, r#"{{"accountId":"{account}","invokedBy":"{name}"}}"#),
            Self::Account { account, principal } => {
                write!(json, r#"{{"type":"AWSAccount","principalId":"{principal}","accountId":"{account}"}}"#)
            }
            Self::Federated { provider, subject } => write!(
                json,
                r#"{{"type":"WebIdentityUser","principalId":"{provider}:sts.amazonaws.com:{subject}","userName":"{subject}","identityProvider":"{provider}"}}"#
            ),
        };
    }
}

/// All but the closing brace.
fn write_user(user: &User, json: &mut String) -> std::fmt::Result {
    let User { id, arn, account, key, name, .. } = user;
    write!(
        json,
        r#"{{"type":"IAMUser","principalId":"{id}","arn":"{arn}","accountId":"{account}","accessKeyId":"{key}","userName":"{name}""#
    )
}

fn write_role(role: &Role, session: &Session<'_>, json: &mut String) -> std::fmt::Result {
    let Role { id, arn, account, name, .. } = role;
    // What a service does with the session's rights bears another key than the session's own calls.
    let begun = session.begun.cast_unsigned();
    let mut rng = Rng::named(begun, session.via.unwrap_or(&session.name));
    let key = ids::session_key(&mut Rng::named(rng.next(), id));
    write!(
        json,
        r#"{{"type":"AssumedRole","principalId":"{id}:{}","arn":"{}","accountId":"{account}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{id}","arn":"{arn}","accountId":"{account}","userName":"{name}"}},"attributes":{{"creationDate":"{}","mfaAuthenticated":"{}"}}"#,
        session.name,
        role.session_arn(&session.name),
        iso(session.begun),
        session.mfa,
    )?;
    if session.of_instance {
        json.push_str(r#","ec2RoleDelivery":"2.0""#);
    }
    json.push('}');
    if let Some(function) = session.function {
        write!(
            json,
            r#","inScopeOf":{{"sourceArn":"{function}","sourceAccount":"{account}","issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"{function}"}}"#
        )?;
    }
    if let Some(via) = session.via {
        write!(json, r#","invokedBy":"{via}""#)?;
    }
    json.push('}');
    Ok(())
}
