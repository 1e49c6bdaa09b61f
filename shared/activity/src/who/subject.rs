//! Whom or what is asked about, typed.

use portcullis_domain::{AccountId, AliasArn, KeyArn, RoleArn, SecretRef, Tier, UserArn};
use portcullis_settings::Selector;

/// Whom or what is asked about: a word, and everything that it can stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The word, as given.
    pub word: String,
    /// The readings as something that is used.
    pub assets: Vec<AssetReading>,
    /// The readings as somebody who uses.
    pub actors: Vec<ActorReading>,
}

/// A key, a secret or several of them.
#[derive(Clone, Debug, PartialEq)]
pub enum AssetReading {
    /// A secret by name, by partial or by full ARN.
    Secret(SecretRef),
    /// A key by its ARN.
    Key(KeyArn),
    /// A key by its id, in any account and Region.
    KeyId(String),
    /// The key behind an alias, by the alias's ARN.
    Alias(AliasArn),
    /// The key behind an alias, `alias/NAME`, in any account and Region.
    AliasName(String),
    /// What an entry of the settings names.
    Entry {
        /// The entry's name.
        name: String,
        /// What it names.
        selector: Selector,
    },
    /// What the settings put into a tier.
    Tier {
        /// The tier.
        tier: Tier,
        /// Every entry that has one.
        entries: Vec<(Selector, Tier)>,
    },
    /// A parameter of Parameter Store, by its ARN or its name: uses of keys for it.
    Parameter(String),
}

/// Somebody, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorReading {
    /// A role by its ARN, with or without its path.
    Role(RoleArn),
    /// A role by its name, or path and name, in any account.
    RoleNamed(String),
    /// One session of a role: `arn:aws:sts::111122223333:assumed-role/ROLE/SESSION`.
    Session {
        /// The role's account, where it is told.
        account: Option<AccountId>,
        /// The role's name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// Every session of that name.
    SessionNamed(String),
    /// An IAM user by its ARN, with or without its path.
    User(UserArn),
    /// An IAM user by its name, or path and name, in any account.
    UserNamed(String),
    /// The unique id of a role or a user: `AROA…`, `AIDA…`.
    UniqueId(String),
    /// An access key id: `AKIA…`, `ASIA…`.
    AccessKey(String),
    /// A source identity.
    SourceIdentity(String),
    /// The name of a federated session.
    FederatedAs(String),
    /// A user of IAM Identity Center, by the id in the identity store.
    IdentityCenterUser(String),
    /// A SAML or web identity, as its provider calls it.
    ExternalIdentity(String),
    /// What credentials were issued to, such as a Lambda function, by its ARN.
    IssuedTo(String),
    /// An AWS service acting for itself.
    Service(String),
    /// Whoever an AWS service acted for.
    Via(String),
    /// Everybody of an account.
    Account(AccountId),
    /// The root user, of one account or of all.
    Root(Option<AccountId>),
}

impl AssetReading {
    /// The kind of reading in one word, with which it can be asked for alone: `secret:NAME`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Key(_) | Self::KeyId(_) => "key",
            Self::Alias(_) | Self::AliasName(_) => "alias",
            Self::Entry { .. } => "entry",
            Self::Tier { .. } => "tier",
            Self::Parameter(_) => "parameter",
        }
    }

    /// What people call it: `secret prod/db`.
    pub fn label(&self) -> String {
        match self {
            Self::Secret(secret) => format!("secret {}", secret.written),
            Self::Key(arn) => format!("key {}", arn.as_str().rsplit("key/").next().unwrap_or_default()),
            Self::KeyId(id) => format!("key {id}"),
            Self::Alias(arn) => arn.alias().to_owned(),
            Self::AliasName(name) => name.clone(),
            Self::Entry { name, .. } => format!("entry \u{201c}{name}\u{201d}"),
            Self::Tier { tier, .. } => format!("the tier {tier}"),
            Self::Parameter(name) => format!("parameter {name}"),
        }
    }
}

impl ActorReading {
    /// The kind of reading in one word, with which it can be asked for alone: `role:NAME`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Role(_) | Self::RoleNamed(_) => "role",
            Self::Session { .. } | Self::SessionNamed(_) => "session",
            Self::User(_) | Self::UserNamed(_) => "user",
            Self::UniqueId(_) => "id",
            Self::AccessKey(_) => "access-key",
            Self::SourceIdentity(_) => "source-identity",
            Self::FederatedAs(_) => "federated-user",
            Self::IdentityCenterUser(_) => "identity-center-user",
            Self::ExternalIdentity(_) => "external-identity",
            Self::IssuedTo(_) => "issued-to",
            Self::Service(_) => "service",
            Self::Via(_) => "via",
            Self::Account(_) => "account",
            Self::Root(_) => "root",
        }
    }

    /// What people call it: `role reporting`.
    pub fn label(&self) -> String {
        match self {
            Self::Role(arn) => format!("role {}", arn.name()),
            Self::RoleNamed(name) => format!("role {name}"),
            Self::Session { role, session, .. } => format!("session {session} of role {role}"),
            Self::SessionNamed(name) => format!("session {name}"),
            Self::User(arn) => format!("user {}", arn.name()),
            Self::UserNamed(name) => format!("user {name}"),
            Self::UniqueId(id) => id.clone(),
            Self::AccessKey(id) => format!("access key {id}"),
            Self::SourceIdentity(name) => format!("source identity {name}"),
            Self::FederatedAs(name) => format!("federated session {name}"),
            Self::IdentityCenterUser(id) => format!("Identity Center user {id}"),
            Self::ExternalIdentity(name) => format!("external identity {name}"),
            Self::IssuedTo(arn) => format!("whoever runs as {arn}"),
            Self::Service(name) => format!("service {name}"),
            Self::Via(name) => format!("whoever {name} acted for"),
            Self::Account(id) => format!("account {id}"),
            Self::Root(Some(account)) => format!("root of {account}"),
            Self::Root(None) => "root".to_owned(),
        }
    }
}
