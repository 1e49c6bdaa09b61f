//! Not faster than AWS lets.

use jiff::SignedDuration;
use portcullis_response::{PortError, PortErrorKind};

use super::ports::Clock;

/// Two requests a second for each account and Region (CloudTrail API Reference, *LookupEvents*).
const APART: SignedDuration = SignedDuration::from_millis(500);

/// The first wait after a refusal that says "later"; each next one is twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// So many waits, some four minutes together.
const WAITS: u32 = 8;

/// The pace of the requests to one account and Region.
pub struct Pace<'c> {
    clock: &'c dyn Clock,
    next: SignedDuration,
    asked: u64,
}

impl<'c> Pace<'c> {
    /// The first request may go at once.
    pub fn new(clock: &'c dyn Clock) -> Self {
        Self { clock, next: clock.passed(), asked: 0 }
    }

    /// How many requests went out.
    pub const fn asked(&self) -> u64 {
        self.asked
    }

    /// Asks, at its time; and again after a while when the answer is "later": others ask the same account too.
    ///
    /// # Errors
    ///
    /// When the answer is another refusal, or still "later".
    pub async fn ask<T, F: Future<Output = Result<T, PortError>>>(
        &mut self,
        mut request: impl FnMut() -> F,
    ) -> Result<T, PortError> {
        let mut waits = 0;
        loop {
            let wait = self.next - self.clock.passed();
            if wait > SignedDuration::ZERO {
                self.clock.wait(wait).await;
            }
            self.next = self.clock.passed() + APART;
            self.asked += 1;
            match request().await {
                Err(error) if error.kind == PortErrorKind::Retryable && waits < WAITS => {
                    self.clock.wait(FIRST_WAIT * (1_i32 << waits)).await;
                    waits += 1;
                }
                answer => return answer,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;

    /// Time passes only when somebody waits.
    #[derive(Default)]
    struct Fake(Mutex<SignedDuration>);

    #[async_trait]
    impl Clock for Fake {
        fn passed(&self) -> SignedDuration {
            *self.0.lock().unwrap()
        }

        async fn wait(&self, time: SignedDuration) {
            *self.0.lock().unwrap() += time;
        }
    }

    fn refusal(kind: PortErrorKind) -> PortError {
        PortError { what: "failed to look up".to_owned(), kind, source: None }
    }

    #[tokio::test]
    async fn two_requests_a_second() {
        let clock = Fake::default();
        let mut pace = Pace::new(&clock);
        let mut at = Vec::new();
        for pause in [0, 0, 0, 700, 0] {
            clock.wait(SignedDuration::from_millis(pause)).await;
            pace.ask(|| {
                at.push(clock.passed().as_millis());
                async { Ok(()) }
            })
            .await
            .unwrap();
        }
        assert_eq!(at, [0, 500, 1000, 1700, 2200]);
        assert_eq!(pace.asked(), 5);
    }

    #[tokio::test]
    async fn later_is_waited_for_and_longer_each_time() {
        let clock = Fake::default();
        let mut pace = Pace::new(&clock);
        let mut at = Vec::new();
        let answer = pace
            .ask(|| {
                at.push(clock.passed().as_secs());
                let refused = at.len() < 4;
                async move { if refused { Err(refusal(PortErrorKind::Retryable)) } else { Ok(7) } }
            })
            .await;
        assert_eq!(answer.unwrap(), 7);
        assert_eq!(at, [0, 1, 3, 7]);
    }

    #[tokio::test]
    async fn what_never_comes_ends() {
        let clock = Fake::default();
        let mut pace = Pace::new(&clock);
        let later = pace.ask(|| async { Err::<(), _>(refusal(PortErrorKind::Retryable)) }).await;
        assert_eq!((later.is_err(), clock.passed().as_secs()), (true, 255));
        assert_eq!(pace.asked(), 9);
        assert!(pace.ask(|| async { Err::<(), _>(refusal(PortErrorKind::Refused)) }).await.is_err());
        assert_eq!(pace.asked(), 10, "another refusal is the answer");
    }
}
