//! How many records there may be, and by when.

use crate::scenario::{Scenario, ScenarioError};

/// How many records there may be, about keys and secrets and about everything else, and how many by now.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    /// For ordinary work, in all: about keys and secrets, about everything else.
    all: [u64; 2],
    spent: [u64; 2],
    /// How much of the whole activity has been, and what the whole is.
    been: u128,
    whole: u128,
}

impl Budget {
    /// `of_attacks` is how many records the attacks take: about keys and secrets, about everything else.
    pub(crate) fn new(scenario: &Scenario, of_attacks: [u64; 2], whole: u64) -> Result<Self, ScenarioError> {
        let [relevant, other] = of_attacks;
        let needed = relevant + other;
        if scenario.records < needed.max(1) {
            return Err(ScenarioError::Records { needed });
        }
        let share = u128::from(scenario.records) * u128::from(scenario.relevant_percent) / 100;
        let share = u64::try_from(share).unwrap_or(u64::MAX);
        let all_relevant = share.clamp(relevant, scenario.records - other);
        let all = [all_relevant - relevant, scenario.records - all_relevant - other];
        Ok(Self { all, spent: [0, 0], been: 0, whole: u128::from(whole.max(1)) })
    }

    /// So much more of the whole activity has been.
    pub(crate) fn turn(&mut self, share: u64) {
        self.been += u128::from(share);
    }

    /// Whether there should be more by now.
    pub(crate) fn is_due(&self, relevant: bool) -> bool {
        let (all, spent) = self.of(relevant);
        u128::from(spent) < u128::from(all) * self.been / self.whole
    }

    /// Whether there are many more about keys and secrets than there should be by now.
    pub(crate) fn is_ahead(&self) -> bool {
        let (all, spent) = self.of(true);
        u128::from(spent) > u128::from(all) * self.been / self.whole + u128::from(all / 100)
    }

    /// Takes one, if there is one left.
    pub(crate) fn spend(&mut self, relevant: bool) -> bool {
        let (all, spent) = self.of(relevant);
        let left = spent < all;
        let [of_relevant, of_other] = &mut self.spent;
        *(if relevant { of_relevant } else { of_other }) += u64::from(left);
        left
    }

    fn of(&self, relevant: bool) -> (u64, u64) {
        let ([all_relevant, all_other], [relevant_spent, other_spent]) = (self.all, self.spent);
        if relevant { (all_relevant, relevant_spent) } else { (all_other, other_spent) }
    }
}
