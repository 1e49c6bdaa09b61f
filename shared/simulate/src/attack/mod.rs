//! Attacks.

mod access;
mod credentials;
mod defences;
mod destruction;
mod exposure;
mod facts;
mod schedule;

use std::fmt;
use std::str::FromStr;

use crate::organization::agent;
use crate::record::Origin;
pub(crate) use schedule::play_all;

/// Something that is done to the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attack {
    /// A role reads a critical secret that is none of its business.
    UnauthorizedRead,
    /// A role lists secrets and reads one after another.
    MassRead,
    /// Secrets are read in one batch, by a filter that spares none.
    BatchRead,
    /// A role tries one secret after another, and is refused.
    DeniedProbe,
    /// The credentials of a container decrypt from an address never seen before.
    NewNetwork,
    /// The credentials of an instance decrypt from outside.
    StolenInstanceCredentials,
    /// An operator reads a secret in the middle of the night.
    OffHoursRead,
    /// Several keys are scheduled for deletion with the shortest notice.
    KeysScheduledForDeletion,
    /// A key is disabled that is still needed.
    KeyDisabled,
    /// A key's policy lets another account in, which then uses it.
    KeyOpenedToForeignAccount,
    /// Another account is granted the use of a key.
    GrantToForeignAccount,
    /// Data are put under the key of another account.
    ForeignReencryption,
    /// A trail is stopped, and GuardDuty with it.
    TrailStopped,
    /// A trail no longer records what keys are used for.
    TrailBlinded,
    /// Somebody takes the bait.
    DecoyTouched,
    /// A user with an access key is made, who then reads a critical secret.
    BackdoorAccessKey,
    /// One access key is used from many places.
    KeyFromManyPlaces,
    /// Every parameter is read, decrypted.
    ParameterSweep,
    /// A secret gets another value, not by its rotation.
    SecretOverwritten,
}

/// Who did what to what, and which rules fire for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) actor: String,
    pub(crate) assets: Vec<String>,
    pub(crate) rules: Vec<&'static str>,
    /// Rules that fire once the account is known well enough to tell the first time from later ones.
    pub(crate) once_learned: Vec<&'static str>,
    /// Rules that fire only until then.
    pub(crate) while_learning: Vec<&'static str>,
}

impl Attack {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::UnauthorizedRead,
        Self::MassRead,
        Self::BatchRead,
        Self::DeniedProbe,
        Self::NewNetwork,
        Self::StolenInstanceCredentials,
        Self::OffHoursRead,
        Self::KeysScheduledForDeletion,
        Self::KeyDisabled,
        Self::KeyOpenedToForeignAccount,
        Self::GrantToForeignAccount,
        Self::ForeignReencryption,
        Self::TrailStopped,
        Self::TrailBlinded,
        Self::DecoyTouched,
        Self::BackdoorAccessKey,
        Self::KeyFromManyPlaces,
        Self::ParameterSweep,
        Self::SecretOverwritten,
    ];
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// There is no attack of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no attack is called `{0}`")]
pub struct UnknownAttack(String);

impl FromStr for Attack {
    type Err = UnknownAttack;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|attack| attack.as_str() == name);
        found.ok_or_else(|| UnknownAttack(name.to_owned()))
    }
}

/// From somewhere outside: addresses of a block that nothing else in the organisation uses (RFC 5737).
fn outside(number: u64) -> Origin {
    Origin { address: format!("203.0.113.{}", 7 + number), agent: agent::ATTACKER.to_owned(), endpoint: None }
}

/// A record of an attack.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    pub(crate) account: String,
    pub(crate) region: &'static str,
    pub(crate) at: i64,
    pub(crate) relevant: bool,
    pub(crate) json: String,
}
