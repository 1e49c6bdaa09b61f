//! Applications: what runs, in which role, and what it may use.

use std::sync::Arc;

use super::network::{Network, agent};
use super::{Key, Role, Secret};
use crate::ids;
use crate::record::{Identity, Origin, Session};
use crate::rng::Rng;

/// On what an application runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// A Lambda function, by its ARN.
    Function(String),
    /// Tasks of ECS.
    Tasks,
    /// Instances of EC2.
    Instances,
}

/// An application.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) runs: Runs,
    /// The names of its sessions: tasks, instances, or the function.
    sessions: Vec<String>,
    /// What it reads.
    pub(crate) secrets: Vec<Arc<Secret>>,
    /// The key that it uses itself.
    pub(crate) key: Option<Arc<Key>>,
    /// Whether it goes on using the key that its alias had before.
    pub(crate) keeps_first_key: bool,
    number: u64,
}

impl App {
    pub(crate) fn new(seed: u64, role: Role, name: &str, runs: Runs) -> Self {
        let mut rng = Rng::named(seed, &format!("{}{name}", role.arn));
        let sessions = match &runs {
            Runs::Function(_) => vec![name.to_owned()],
            Runs::Tasks => (0..3).map(|_| ids::hex(&mut rng, 32)).collect(),
            Runs::Instances => (0..4).map(|_| ids::resource(&mut rng, "i")).collect(),
        };
        let number = rng.below(40_000);
        Self {
            name: name.to_owned(),
            role,
            runs,
            sessions,
            secrets: Vec::new(),
            key: None,
            keeps_first_key: false,
            number,
        }
    }

    pub(crate) fn reading(mut self, secrets: &[&Arc<Secret>]) -> Self {
        self.secrets = secrets.iter().map(|secret| Arc::clone(secret)).collect();
        self
    }

    pub(crate) fn using(mut self, key: &Arc<Key>) -> Self {
        self.key = Some(Arc::clone(key));
        self
    }

    /// One of its sessions, as it goes on at a time.
    pub(crate) fn identity(&self, rng: &mut Rng, at: i64) -> Identity<'_> {
        let session = rng.pick(&self.sessions).map_or(self.name.as_str(), String::as_str);
        let session = Session::going_on(session, at);
        Identity::Role(
            &self.role,
            match &self.runs {
                Runs::Function(arn) => Session { function: Some(arn), ..session },
                Runs::Tasks => session,
                Runs::Instances => Session { of_instance: true, ..session },
            },
        )
    }

    /// Where it calls a service from.
    pub(crate) fn origin(&self, network: &Network, service: &str, rng: &mut Rng) -> Origin {
        let agent = match self.runs {
            Runs::Function(_) => agent::PYTHON,
            Runs::Tasks => agent::JAVA,
            Runs::Instances => agent::GO,
        };
        network.origin(self.number + rng.below(4), service, agent.to_owned())
    }

    /// The ARN of the key it uses at a time.
    pub(crate) fn key_at(&self, at: i64) -> Option<&str> {
        let key = self.key.as_ref()?;
        Some(if self.keeps_first_key { key.first() } else { key.at(at) })
    }
}
