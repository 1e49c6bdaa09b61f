//! Portcullis as installed, with everything that it remembers in memory.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::SignedDuration;
use portcullis_acceptance::delivery::Batch;
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_domain::Finding;
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryWorld};
use portcullis_response::{About, Deployment, Notice, Pager, PortError, Responder};
use portcullis_settings::{Inventory, parse};
use tokio::runtime::Runtime;

/// A page as on-call gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The rule.
    pub(crate) rule: String,
    /// The actor.
    pub(crate) actor: String,
    /// How many deeds of the part had arrived by then, each counted once.
    pub(crate) deeds: usize,
}

/// The rules and settings of an installation.
pub(crate) fn pipeline(settings: &str) -> Pipeline {
    let settings = parse(&format!("mode: enforce\n{settings}")).unwrap_or_else(|problems| panic!("{problems:?}"));
    let rules = RuleSet::load(&built_in());
    let context = Context { stack: "portcullis".to_owned(), ..Context::default() };
    let pipeline = Pipeline::new(rules, settings, Inventory::default(), context);
    assert!(pipeline.rules.problems().is_empty(), "{:?}", pipeline.rules.problems());
    pipeline
}

/// Portcullis as installed.
pub(crate) struct Installation<'p> {
    pipeline: &'p Pipeline,
    detector: Detector<'p>,
    ledger: MemoryLedger,
    iam: MemoryIam,
    pager: Pages,
    deployment: Deployment,
    world: MemoryWorld,
    runtime: Runtime,
}

impl<'p> Installation<'p> {
    /// One that has seen nothing yet: each account is watched since its first record.
    pub(crate) fn new(pipeline: &'p Pipeline) -> Self {
        Self {
            pipeline,
            detector: Detector::new(pipeline, None),
            ledger: MemoryLedger::default(),
            iam: MemoryIam::default(),
            pager: Pages::default(),
            deployment: Deployment {
                account: Some("111122223333".parse().unwrap()),
                own_roles: vec!["arn:aws:iam::111122223333:role/portcullis/portcullis-respond".parse().unwrap()],
                ..Deployment::default()
            },
            world: MemoryWorld::default(),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
        }
    }

    /// Takes batches as the functions would, two seconds after each came; answers with what was paged.
    pub(crate) fn take(&mut self, batches: &[Batch<'_>]) -> Vec<Sent> {
        let mut deeds = BTreeSet::new();
        let mut sent = Vec::new();
        for batch in batches {
            deeds.extend(batch.events.iter().filter(|event| event.is_deed).map(|event| event.number));
            self.examine(batch);
            sent.extend(self.pager.drain().into_iter().map(|(rule, actor)| Sent { rule, actor, deeds: deeds.len() }));
        }
        sent
    }

    fn examine(&mut self, batch: &Batch<'_>) {
        let tally = self.detector.take(batch.events.iter().map(|event| event.json.as_str()));
        assert!(tally.failed.is_empty(), "{:?}", tally.failed);
        assert!(tally.withdrawn.is_empty(), "no built-in rule takes a finding back: {:?}", tally.withdrawn);
        assert!(tally.accesses.iter().all(Result::is_ok), "a record cannot be read");
        let now = batch.at + SignedDuration::from_secs(2);
        let responder = Responder {
            settings: &self.pipeline.settings,
            deployment: &self.deployment,
            ledger: &self.ledger,
            identities: &self.iam,
            apply: &self.iam,
            simulate: &self.iam,
            records: &self.world,
            active: &self.world,
            switch: &self.world,
            pager: &self.pager,
        };
        for finding in &tally.findings {
            let body = serde_json::to_string(finding).unwrap();
            let finding: Finding = serde_json::from_str(&body).unwrap();
            self.runtime.block_on(responder.respond(&finding, now, false)).unwrap();
        }
    }
}

/// What was paged and not looked at yet.
#[derive(Debug, Default)]
struct Pages(Mutex<Vec<(String, String)>>);

impl Pages {
    fn drain(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Pager for Pages {
    async fn page(&self, notice: Notice<'_>) -> Result<String, PortError> {
        let page = match notice.about {
            About::Finding(entry) => (entry.finding.rule.id.clone(), entry.finding.actor.principal.to_string()),
            About::Released(known) | About::Extended(known) | About::Tampered(known) => {
                ("contained".to_owned(), known.target.arn().to_owned())
            }
            About::Alarm(alarm) => ("alarm".to_owned(), alarm.change.name.clone()),
            About::Switch(thrown) => ("switch".to_owned(), thrown.by.clone()),
        };
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.push(page);
        Ok(format!("message-{}", pages.len()))
    }
}
