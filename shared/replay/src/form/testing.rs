//! Replays to render.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use jiff::SignedDuration;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_domain::FindingId;
use portcullis_logs::Input;
use portcullis_response::{Decision, Entry, PageState, Plan};
use portcullis_settings::{Inventory, Response};
use portcullis_testkit::finding;

use super::{Line, Told};
use crate::{Replay, Span};

/// A finding that on-call was paged about.
pub(crate) fn entry(event_id: &str) -> Entry {
    let finding = finding(event_id);
    let decision = Decision { wanted: Response::Quarantine, response: Response::Page, refusals: Vec::new() };
    let decided_at = finding.time().unwrap();
    Entry {
        finding,
        decided_at,
        decision,
        plan: Plan::default(),
        containment: None,
        surroundings: None,
        ask: None,
        page: PageState::Sent { message_id: "m-1".to_owned() },
        incident: None,
        lease_until: decided_at,
        done: true,
        continues: None::<FindingId>,
        earlier: None,
        gone: None,
        unheard: false,
    }
}

/// The example logs through the pipeline.
pub(crate) struct Example {
    pub(crate) pipeline: Pipeline,
    pub(crate) replay: Replay,
    pub(crate) notes: Vec<String>,
}

impl Example {
    /// Read by their short names, so that no snapshot holds the path of this machine.
    pub(crate) fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
        let settings = fs::read_to_string(folder.join("portcullis.yaml")).unwrap();
        let settings = portcullis_settings::parse(&settings).unwrap();
        let pipeline = Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default());
        let input = |name: &str| Input::Fetched {
            name: format!("logs/{name}"),
            bytes: fs::read(folder.join("logs").join(name)).unwrap(),
        };
        let inputs = [input("111122223333_CloudTrail_eu-west-1_20260105T0815Z_a.json"), input("export.jsonl")];
        let stop = AtomicBool::new(false);
        let plan = crate::Plan {
            pipeline: &pipeline,
            watched_since: None,
            span: Span::default(),
            patience: SignedDuration::from_mins(30),
            threads: NonZeroUsize::MIN,
            stop: &stop,
            progress: &(),
        };
        let read = crate::read(inputs.into_iter(), &plan, &mut []);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let replay = runtime.block_on(crate::decide(read, &pipeline.settings, &mut |_, _| ()));
        let notes = vec!["the logs reach from 2026-01-05T07:58:11Z to 2026-01-05T09:02:33Z: all of it lies in the first 7 days of being watched, in which a first sighting means nothing yet; --watched-since tells of an earlier beginning".to_owned()];
        Self { pipeline, replay, notes }
    }

    pub(crate) fn told(&self) -> Told<'_> {
        Told {
            replay: &self.replay,
            settings: &self.pipeline.settings,
            rules: &self.pipeline.rules,
            notes: &self.notes,
            files: Some(2),
            took: Some(SignedDuration::from_millis(50)),
            made: "2026-02-01T08:00:00Z".parse().unwrap(),
            version: "0.1.0",
        }
    }
}

/// Each line as a reader of a screen without colours sees it.
pub(crate) fn plain(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
