//! What is to be made.

use jiff::Timestamp;

use crate::Attack;

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The number that all of it is made from: the same scenario gives the same bytes everywhere.
    pub seed: u64,
    /// When the logs begin; rounded down to a whole hour.
    pub start: Timestamp,
    /// How many days they reach: 1 to 400.
    pub days: u32,
    /// How many records there are, those of attacks and those delivered twice among them.
    pub records: u64,
    /// How many accounts the organisation has: 1 to 200.
    pub accounts: u32,
    /// How many of a hundred records are about keys and secrets: 0 to 100. Attacks are in the logs whatever it is.
    pub relevant_percent: u8,
    /// What is done to it; each once.
    pub attacks: Vec<Attack>,
}

/// Why a scenario cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The number of days is out of range.
    #[error("{0} days cannot be made; 1 to 400 can")]
    Days(u32),
    /// The number of accounts is out of range.
    #[error("{0} accounts cannot be made; 1 to 200 can")]
    Accounts(u32),
    /// The share of records about keys and secrets is out of range.
    #[error("{0} of a hundred records cannot be about keys and secrets; 0 to 100 can")]
    Relevant(u8),
    /// The attacks alone take more.
    #[error("the attacks alone take {needed} records; more than that, or fewer attacks, can be made")]
    Records {
        /// How many they take.
        needed: u64,
    },
    /// The time is out of the range of times.
    #[error("logs cannot begin at {0}")]
    Start(Timestamp),
    /// An attack is named twice.
    #[error("the attack `{0}` is named twice")]
    Twice(Attack),
}

impl Default for Scenario {
    /// Two weeks of a small organisation, from a Monday on, with every attack.
    fn default() -> Self {
        Self {
            seed: 1,
            // 2026-01-05T00:00:00Z.
            start: Timestamp::from_second(1_767_571_200).unwrap_or(Timestamp::UNIX_EPOCH),
            days: 14,
            records: 100_000,
            accounts: 3,
            relevant_percent: 8,
            attacks: Attack::ALL.to_vec(),
        }
    }
}

impl Scenario {
    /// The first second, if all of it can be made.
    pub(crate) fn check(&self) -> Result<i64, ScenarioError> {
        if !(1..=400).contains(&self.days) {
            return Err(ScenarioError::Days(self.days));
        }
        if !(1..=200).contains(&self.accounts) {
            return Err(ScenarioError::Accounts(self.accounts));
        }
        if self.relevant_percent > 100 {
            return Err(ScenarioError::Relevant(self.relevant_percent));
        }
        let twice = self
            .attacks
            .iter()
            .enumerate()
            .find(|(number, attack)| self.attacks.iter().take(*number).any(|other| other == *attack));
        if let Some((_, attack)) = twice {
            return Err(ScenarioError::Twice(*attack));
        }
        let start = self.start.as_second().div_euclid(3600) * 3600;
        let end = Timestamp::from_second(start + (i64::from(self.days) + 30) * 86_400);
        // CloudTrail is of 2013; before 1970 nothing here is written rightly.
        if start < 0 || end.is_err() {
            return Err(ScenarioError::Start(self.start));
        }
        Ok(start)
    }
}
