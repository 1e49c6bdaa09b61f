//! The organisation: its accounts, who works in them, and what is kept there.

mod account;
mod app;
mod asset;
mod network;
mod person;
mod principal;

pub(crate) use account::{Account, SERVICES};
pub(crate) use app::{App, Runs};
pub(crate) use asset::{Key, Secret, key_id};
pub(crate) use network::{Network, agent};
pub(crate) use person::{Person, Work};
pub(crate) use principal::{Role, User};

/// Where people, pipelines and most applications are.
pub(crate) const HOME: &str = "eu-west-1";

/// Where calls of global services are recorded.
pub(crate) const GLOBAL: &str = "us-east-1";

/// Where the first account keeps copies.
pub(crate) const COPIES: &str = "eu-central-1";

/// The organisation's id, as it stands in the paths of log files.
pub(crate) const ORGANIZATION: &str = "o-exampleorgid";

/// An account that is not the organisation's.
pub(crate) const FOREIGN: &str = "999988887777";

/// The organisation: its accounts, who works in them, and what is kept there.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) accounts: Vec<Account>,
    pub(crate) people: Vec<Person>,
}

impl Organization {
    /// One of so many accounts. Aliases are pointed to new keys at `repointed`.
    pub(crate) fn new(seed: u64, accounts: u32, repointed: i64) -> Self {
        let accounts = (0..accounts).map(|number| Account::new(seed, number, repointed)).collect();
        Self { accounts, people: person::everybody() }
    }
}
