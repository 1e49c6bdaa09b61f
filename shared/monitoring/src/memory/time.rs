//! A clock that only moves when somebody waits.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::ports::Pause;

/// A clock that only moves when somebody waits or calls.
#[derive(Debug)]
pub struct MemoryTime {
    /// The time that has passed, and when it is over.
    passed: Mutex<(SignedDuration, SignedDuration)>,
}

impl MemoryTime {
    /// So much is left.
    pub fn new(left: SignedDuration) -> Self {
        Self { passed: Mutex::new((SignedDuration::ZERO, left)) }
    }

    /// From now on so much is left.
    pub fn leave(&self, left: SignedDuration) {
        let mut passed = self.lock();
        passed.1 = passed.0 + left;
    }

    /// Lets time pass; answers with the time before.
    pub fn spend(&self, time: SignedDuration) -> SignedDuration {
        let mut passed = self.lock();
        let before = passed.0;
        passed.0 += time;
        before
    }

    fn lock(&self) -> MutexGuard<'_, (SignedDuration, SignedDuration)> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Pause for MemoryTime {
    async fn pause(&self, time: SignedDuration) {
        self.spend(time);
    }

    fn left(&self) -> SignedDuration {
        let passed = self.lock();
        passed.1 - passed.0
    }
}
