//! A wrapper around any port that fails on demand: before the call goes through, or after, when its answer is lost.

use std::sync::Mutex;
use std::sync::PoisonError;

use async_trait::async_trait;
use portcullis_domain::{FindingId, PolicyArn};
use portcullis_response::{
    Detached, Entry, Identity, Ledger, LedgerError, LiftQuarantine, Notice, PageMark, Pager, PortError, PortErrorKind,
    Quarantine, QuarantinePort, ReadIdentity, Target, Version, Versioned,
};

use crate::turns::let_others;

/// Which calls fail, counted over all ports that share it.
#[derive(Debug, Default)]
pub struct Faults {
    calls: Mutex<Vec<Fault>>,
    taking_turns: bool,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Before,
    After,
}

impl Faults {
    /// The next calls, in order, fail as `plan` says: 0 not at all, 1 before the call goes through, 2 after. Calls
    /// beyond its end succeed.
    pub fn plan(plan: &[u8]) -> Self {
        let fault = |step: &u8| match step {
            0 => Fault::None,
            1 => Fault::Before,
            _ => Fault::After,
        };
        Self { calls: Mutex::new(plan.iter().rev().map(fault).collect()), taking_turns: false }
    }

    /// No call fails, but before each another worker may come in between: see [`take_turns`](crate::take_turns).
    pub fn taking_turns() -> Self {
        Self { taking_turns: true, ..Self::default() }
    }

    fn next(&self) -> Fault {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or(Fault::None)
    }
}

/// A port that fails as [`Faults`] say.
#[derive(Clone, Copy, Debug)]
pub struct Faulty<'f, P> {
    /// The port behind it.
    pub port: &'f P,
    /// When it fails.
    pub faults: &'f Faults,
}

fn injected(what: &str) -> PortError {
    PortError { what: format!("{what}: injected fault"), kind: PortErrorKind::Retryable, source: None }
}

impl<P> Faulty<'_, P> {
    async fn call<T, E: From<PortError>>(&self, what: &str, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        if self.faults.taking_turns {
            let_others().await;
        }
        match self.faults.next() {
            Fault::None => call.await,
            Fault::Before => Err(injected(what).into()),
            Fault::After => {
                call.await?;
                Err(injected(what).into())
            }
        }
    }
}

#[async_trait]
impl<P: Ledger> Ledger for Faulty<'_, P> {
    async fn entry(&self, id: &FindingId) -> Result<Option<Versioned<Entry>>, PortError> {
        self.call("entry", self.port.entry(id)).await
    }

    async fn put_entry(&self, entry: &Entry, expected: Version) -> Result<Version, LedgerError> {
        self.call("put_entry", self.port.put_entry(entry, expected)).await
    }

    async fn quarantine(&self, arn: &str) -> Result<Option<Versioned<Quarantine>>, PortError> {
        self.call("quarantine", self.port.quarantine(arn)).await
    }

    async fn put_quarantine(&self, quarantine: &Quarantine, expected: Version) -> Result<Version, LedgerError> {
        self.call("put_quarantine", self.port.put_quarantine(quarantine, expected)).await
    }

    async fn quarantines(&self) -> Result<Vec<Result<Versioned<Quarantine>, PortError>>, PortError> {
        self.call("quarantines", self.port.quarantines()).await
    }

    async fn page_mark(&self, rule: &str, actor: &str) -> Result<Option<Versioned<PageMark>>, PortError> {
        self.call("page_mark", self.port.page_mark(rule, actor)).await
    }

    async fn put_page_mark(
        &self,
        rule: &str,
        actor: &str,
        mark: &PageMark,
        expected: Version,
    ) -> Result<Version, LedgerError> {
        self.call("put_page_mark", self.port.put_page_mark(rule, actor, mark, expected)).await
    }
}

#[async_trait]
impl<P: ReadIdentity> ReadIdentity for Faulty<'_, P> {
    async fn read(&self, target: &Target) -> Result<Option<Identity>, PortError> {
        self.call("read", self.port.read(target)).await
    }
}

#[async_trait]
impl<P: QuarantinePort> QuarantinePort for Faulty<'_, P> {
    async fn attach(&self, target: &Target, policy: &PolicyArn) -> Result<(), PortError> {
        self.call("attach", self.port.attach(target, policy)).await
    }
}

#[async_trait]
impl<P: LiftQuarantine> LiftQuarantine for Faulty<'_, P> {
    async fn detach(&self, target: &Target, policy: &PolicyArn) -> Result<Detached, PortError> {
        self.call("detach", self.port.detach(target, policy)).await
    }
}

#[async_trait]
impl<P: Pager> Pager for Faulty<'_, P> {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        self.call("page", self.port.page(notice)).await
    }
}
