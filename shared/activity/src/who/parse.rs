//! From the word that somebody types to everything it can stand for.

use portcullis_domain::{AccountId, SecretRef, Tier};
use portcullis_settings::Settings;

use super::subject::{ActorReading, AssetReading, Subject};

/// A word that can stand for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Nothing was given.
    #[error("nothing is named: name a key, a secret, an entry of the settings, a role, a user or a session")]
    Empty,
    /// An ARN of something that uses no key and is none.
    #[error(
        "`{0}` is the ARN of neither a key, an alias, a secret or a parameter nor of a role, a user, a session or a function"
    )]
    OtherArn(String),
    /// A pattern.
    #[error("`{0}` has a wildcard: name one asset or actor, or an entry of the settings that holds several")]
    Wildcard(String),
    /// The word cannot be of the kind that is asked for.
    #[error("`{word}` cannot be read as {kind}; without `{kind}:` it is looked for as {others}")]
    NotOfKind {
        /// The word.
        word: String,
        /// The kind that was asked for.
        kind: String,
        /// What it can be read as.
        others: String,
    },
}

/// The words that may stand before a colon, to ask for one reading alone.
const KINDS: [&str; 20] = [
    "secret",
    "key",
    "alias",
    "entry",
    "tier",
    "parameter",
    "role",
    "session",
    "user",
    "id",
    "access-key",
    "source-identity",
    "federated-user",
    "identity-center-user",
    "external-identity",
    "issued-to",
    "service",
    "via",
    "account",
    "root",
];

impl Subject {
    /// Reads a word in every way that makes sense; `settings` tell the names of entries. A kind and a colon before it
    /// keep one reading: `role:payroll`.
    ///
    /// # Errors
    ///
    /// When it can stand for nothing; the error says why.
    pub fn parse(word: &str, settings: &Settings) -> Result<Self, SubjectError> {
        let word = word.trim();
        if let Some((kind, rest)) = word.split_once(':').filter(|(kind, _)| KINDS.contains(kind)) {
            let mut subject = Self::read(rest.trim(), settings)?;
            let others = subject.kinds().join(", ");
            subject.assets.retain(|reading| reading.kind() == kind);
            subject.actors.retain(|reading| reading.kind() == kind);
            if subject.assets.is_empty() && subject.actors.is_empty() {
                return Err(SubjectError::NotOfKind { word: rest.to_owned(), kind: kind.to_owned(), others });
            }
            return Ok(subject);
        }
        Self::read(word, settings)
    }

    /// What the word is read as, in one word each, none twice.
    pub fn kinds(&self) -> Vec<&'static str> {
        let all = self.assets.iter().map(AssetReading::kind).chain(self.actors.iter().map(ActorReading::kind));
        let mut kinds: Vec<&'static str> = Vec::new();
        for kind in all {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn read(word: &str, settings: &Settings) -> Result<Self, SubjectError> {
        let mut subject = Self { word: word.to_owned(), assets: Vec::new(), actors: Vec::new() };
        if word.is_empty() {
            return Err(SubjectError::Empty);
        }
        subject.entries(settings);
        let is_entry = !subject.assets.is_empty();
        if word.contains(['*', '?']) && !is_entry {
            return Err(SubjectError::Wildcard(word.to_owned()));
        }
        if word.starts_with("arn:") {
            subject.arn();
        } else if !subject.marked() {
            subject.names();
        }
        if subject.assets.is_empty() && subject.actors.is_empty() {
            return Err(SubjectError::OtherArn(word.to_owned()));
        }
        Ok(subject)
    }

    /// What the settings call so.
    fn entries(&mut self, settings: &Settings) {
        if let Some(entry) = settings.assets.iter().find(|entry| entry.name == self.word) {
            let (name, selector) = (entry.name.clone(), entry.selector.clone());
            self.assets.push(AssetReading::Entry { name, selector });
        }
        if let Ok(tier) = self.word.parse::<Tier>() {
            let tiered = settings.assets.iter().filter_map(|entry| Some((entry.selector.clone(), entry.tier?)));
            self.assets.push(AssetReading::Tier { tier, entries: tiered.collect() });
        }
    }

    /// IAM User Guide, *IAM identifiers*; KMS Developer Guide, *Key identifiers*.
    fn arn(&mut self) {
        let word = self.word.as_str();
        let parts: Vec<&str> = word.splitn(6, ':').collect();
        let [_, _, service, _, account, resource] = parts.as_slice() else { return };
        let account = account.parse::<AccountId>().ok();
        let asset = match *service {
            "kms" => {
                let key = word.parse().ok().map(AssetReading::Key);
                key.or_else(|| word.parse().ok().map(AssetReading::Alias))
            }
            "secretsmanager" => resource
                .strip_prefix("secret:")
                .filter(|name| !name.is_empty())
                .map(|_| AssetReading::Secret(SecretRef::new(word, None, None))),
            "ssm" => resource.starts_with("parameter/").then(|| AssetReading::Parameter(word.to_owned())),
            _ => None,
        };
        let actor = match *service {
            "iam" if *resource == "root" => account.map(|account| ActorReading::Root(Some(account))),
            "iam" => {
                let role = word.parse().ok().map(ActorReading::Role);
                role.or_else(|| word.parse().ok().map(ActorReading::User))
            }
            "sts" => session(account, resource),
            "lambda" => Some(ActorReading::IssuedTo(word.to_owned())),
            _ => None,
        };
        self.assets.extend(asset);
        self.actors.extend(actor);
    }

    /// What tells by its form what it is. Answers whether it can be nothing else.
    fn marked(&mut self) -> bool {
        let word = self.word.clone();
        if word == "root" {
            self.actors.push(ActorReading::Root(None));
            return false;
        }
        if let Some(account) = word.strip_prefix("root of ").and_then(|id| id.parse().ok()) {
            self.actors.push(ActorReading::Root(Some(account)));
        } else if let Ok(account) = word.parse() {
            self.actors.push(ActorReading::Account(account));
        } else if is_unique(&word, &["AKIA", "ASIA"]) {
            self.actors.push(ActorReading::AccessKey(word));
        } else if is_unique(&word, &["AROA", "AIDA"]) {
            self.actors.push(ActorReading::UniqueId(word));
        } else if word.ends_with(".amazonaws.com") || word.ends_with(".amazonaws.com.cn") || word == "AWS Internal" {
            self.actors.extend([ActorReading::Service(word.clone()), ActorReading::Via(word)]);
        } else if word.starts_with("alias/") {
            self.assets.push(AssetReading::AliasName(word));
        } else if let Some(id) = word.strip_prefix("key/") {
            self.assets.push(AssetReading::KeyId(id.to_owned()));
        } else if is_key_id(&word) {
            // Sessions and Identity Center users may be called by a UUID too.
            self.actors.extend(people(&word));
            self.assets.push(AssetReading::KeyId(word));
        } else if let Some(session) = session(None, &word) {
            self.actors.push(session);
        } else {
            return false;
        }
        true
    }

    /// A word that may name anything: a secret, a role, a user, a session.
    fn names(&mut self) {
        let word = self.word.as_str();
        self.assets.push(AssetReading::Secret(SecretRef::new(word, None, None)));
        let stem = stem(word).filter(|stem| has_capital(word, stem));
        self.assets.extend(stem.map(|stem| AssetReading::Secret(SecretRef::new(stem, None, None))));
        self.assets.extend(word.starts_with('/').then(|| AssetReading::Parameter(word.to_owned())));
        let name = |prefix: &str| word.strip_prefix(prefix).unwrap_or(word).trim_start_matches('/').to_owned();
        if !word.starts_with("user/") {
            self.actors.push(ActorReading::RoleNamed(name("role/")));
        }
        if !word.starts_with("role/") {
            self.actors.push(ActorReading::UserNamed(name("user/")));
        }
        if !word.contains('/') {
            self.actors.extend(people(word));
        }
    }
}

/// What people and machines call themselves in sessions.
fn people(word: &str) -> [ActorReading; 5] {
    let word = word.to_owned();
    [
        ActorReading::SessionNamed(word.clone()),
        ActorReading::SourceIdentity(word.clone()),
        ActorReading::FederatedAs(word.clone()),
        ActorReading::IdentityCenterUser(word.clone()),
        ActorReading::ExternalIdentity(word),
    ]
}

/// `assumed-role/ROLE/SESSION`, `federated-user/NAME`: the end of a session's ARN.
fn session(account: Option<AccountId>, resource: &str) -> Option<ActorReading> {
    if let Some(name) = resource.strip_prefix("federated-user/") {
        return Some(ActorReading::FederatedAs(name.to_owned()));
    }
    let (role, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    (!role.is_empty() && !session.is_empty()).then(|| ActorReading::Session {
        account,
        role: role.to_owned(),
        session: session.to_owned(),
    })
}

/// Ids of IAM begin with four letters that tell their kind (IAM User Guide, *IAM identifiers*, unique identifiers).
fn is_unique(word: &str, prefixes: &[&str]) -> bool {
    let has_form = word.len() >= 16 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    has_form && prefixes.iter().any(|prefix| word.starts_with(prefix))
}

/// A UUID, or `mrk-` and 32 hexadecimal digits for a multi-Region key (KMS Developer Guide, *Key identifiers*).
fn is_key_id(word: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let groups: Vec<&str> = word.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(|group| hex(group));
    is_uuid || word.strip_prefix("mrk-").is_some_and(|id| id.len() == 32 && hex(id))
}

/// Whether what follows `stem` has a capital letter: a word that somebody types ends in six characters without one oftener by its own
/// name, `web-prod01`, than by the suffix of an ARN.
fn has_capital(word: &str, stem: &str) -> bool {
    word.bytes().skip(stem.len()).any(|b| b.is_ascii_uppercase())
}

/// `prod/db-AbCdEf` → `prod/db`: the name of a secret from the end of its ARN. Secrets Manager's six characters are seldom
/// small letters alone, and names are that often: `prod/db-backup` is a name.
pub(super) fn stem(name: &str) -> Option<&str> {
    let (stem, suffix) = name.rsplit_once('-')?;
    let is_random = suffix.len() == 6
        && suffix.bytes().all(|b| b.is_ascii_alphanumeric())
        && suffix.bytes().any(|b| !b.is_ascii_lowercase());
    (is_random && !stem.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests;
