//! The people.

use super::network::agent;
use crate::clock::Zone;
use crate::record::Origin;
use crate::rng::Rng;

/// What somebody does, and which permission set that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Builds applications.
    Develops,
    /// Runs databases, and knows their passwords.
    RunsDatabases,
    /// Runs the platform.
    RunsPlatform,
    /// Looks at numbers.
    Reads,
}

/// Somebody who works here.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) zone: Zone,
    pub(crate) work: Work,
    /// A number of their own.
    number: u64,
}

const EVERYBODY: [(&str, Zone, Work); 14] = [
    ("alice", Zone::Europe, Work::RunsDatabases),
    ("bruno", Zone::Europe, Work::Develops),
    ("clara", Zone::Europe, Work::RunsPlatform),
    ("dmitri", Zone::Europe, Work::Develops),
    ("elena", Zone::Europe, Work::Reads),
    ("farid", Zone::Europe, Work::Develops),
    ("grace", Zone::America, Work::RunsDatabases),
    ("hector", Zone::America, Work::Develops),
    ("imani", Zone::America, Work::RunsPlatform),
    ("jonas", Zone::America, Work::Reads),
    ("kavya", Zone::Asia, Work::RunsDatabases),
    ("lakshmi", Zone::Asia, Work::Develops),
    ("manoj", Zone::Asia, Work::RunsPlatform),
    ("nisha", Zone::Asia, Work::Develops),
];

pub(crate) fn everybody() -> Vec<Person> {
    let numbered = (0..).zip(EVERYBODY);
    numbered.map(|(number, (name, zone, work))| Person { name, zone, work, number }).collect()
}

impl Person {
    /// How they sign in: the name of their sessions.
    pub(crate) fn session(&self) -> String {
        format!("{}@example.com", self.name)
    }

    /// The name of their permission set. Those who run databases have one for each part of the world, so that each has hours.
    pub(crate) fn permission_set(&self) -> String {
        match self.work {
            Work::Develops => "DeveloperAccess".to_owned(),
            Work::RunsDatabases => format!("DatabaseOperator{}", self.zone.word()),
            Work::RunsPlatform => "PlatformOperator".to_owned(),
            Work::Reads => "ReadOnlyAccess".to_owned(),
        }
    }

    /// From the office, or over its VPN.
    pub(crate) fn at_office(&self, agent: &str) -> Origin {
        Origin { address: format!("198.51.100.{}", 20 + self.number), agent: agent.to_owned(), endpoint: None }
    }

    /// From home.
    pub(crate) fn at_home(&self, agent: &str) -> Origin {
        let address = format!("2001:db8:{:x}::{:x}", 0x100 + self.number, 0x20 + self.number);
        Origin { address, agent: agent.to_owned(), endpoint: None }
    }

    /// From wherever they are; with what they like.
    pub(crate) fn somewhere(&self, rng: &mut Rng) -> Origin {
        let agent = rng.word(&[agent::CLI, agent::BROWSER, agent::BROWSER, agent::TERRAFORM]);
        if rng.per_mille(350) { self.at_home(agent) } else { self.at_office(agent) }
    }
}
