//! From an input to everything that comes of it, on the functions' own path, with ports in memory.

use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::{Contents, Unreadable, open};
use portcullis_detection::memory::Detector;
use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_domain::Finding;
use portcullis_response::memory::{MemoryIam, MemoryLedger, MemoryWorld};
use portcullis_response::{Deployment, Entry, Report, Responder};
use portcullis_settings::{Inventory, parse};

use crate::outcome::Outcome;
use crate::pager::RenderingPager;

/// CloudTrail, the queue and the function together take about as long.
const DELAY: SignedDuration = SignedDuration::from_secs(5);

type Error = Box<dyn std::error::Error>;

/// Runs one scenario.
pub(crate) fn run(input: &str, settings: &str) -> Result<Outcome, Error> {
    let settings = parse(settings).map_err(|problems| problems.render("portcullis.yaml", settings))?;
    let rules = RuleSet::load(&built_in());
    if !rules.problems().is_empty() {
        return Err(format!("built-in rules have problems: {:?}", rules.problems()).into());
    }
    let context = Context { stack: "portcullis".to_owned(), ..Context::default() };
    let pipeline = Pipeline::new(rules, settings, Inventory::default(), context);
    let contents = open(input);
    let mut outcome = Outcome { log_files: contents.log_files.clone(), ..Outcome::default() };
    outcome.other = contents.other.iter().map(|other| other.what.clone()).collect();
    let findings = sent(&examine(&pipeline, contents, &mut outcome))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(respond(&pipeline, findings, &mut outcome))?;
    Ok(outcome)
}

fn examine(pipeline: &Pipeline, contents: Contents<'_>, outcome: &mut Outcome) -> Vec<Finding> {
    let tally = Detector::new(pipeline, None).take(contents.records.iter().map(|raw| &*raw.json));
    outcome.unreadable = contents.unreadable;
    for (raw, access) in contents.records.iter().zip(tally.accesses) {
        match access {
            Ok(access) => {
                outcome.read += 1;
                outcome.relevant += usize::from(access.is_relevant());
            }
            Err(error) => outcome.unreadable.push(Unreadable {
                place: format!("record {}", raw.number),
                reason: error.to_string(),
                raw: raw.json.to_string(),
            }),
        }
    }
    tally.findings
}

/// The findings as the other function receives them: through a queue, as JSON, by the order of their events.
fn sent(findings: &[Finding]) -> Result<Vec<Finding>, Error> {
    let bodies: Result<Vec<String>, _> = findings.iter().map(serde_json::to_string).collect();
    let received: Result<Vec<Finding>, _> = bodies?.iter().map(|body| serde_json::from_str(body)).collect();
    let mut received = received?;
    received.sort_by_key(Finding::time);
    Ok(received)
}

async fn respond(pipeline: &Pipeline, findings: Vec<Finding>, outcome: &mut Outcome) -> Result<(), Error> {
    let (ledger, iam, pager) = (MemoryLedger::default(), MemoryIam::default(), RenderingPager::default());
    let deployment = Deployment {
        account: Some("111122223333".parse()?),
        own_roles: vec!["arn:aws:iam::111122223333:role/portcullis/portcullis-respond".parse()?],
        lockout_policy: Some("portcullis/portcullis-lockout".to_owned()),
        ..Deployment::default()
    };
    let world = MemoryWorld::default();
    let responder = Responder {
        settings: &pipeline.settings,
        deployment: &deployment,
        ledger: &ledger,
        identities: &iam,
        apply: &iam,
        simulate: &iam,
        records: &world,
        active: &world,
        switch: &world,
        pager: &pager,
    };
    for finding in findings {
        let now = finding.time().unwrap_or(Timestamp::UNIX_EPOCH) + DELAY;
        match responder.respond(&finding, now, false).await? {
            Report::Done(entry) => outcome.entries.push(*entry),
            Report::Updated { entry, .. } | Report::Withdrawn(entry) => replace(&mut outcome.entries, *entry),
            Report::Duplicate(id) => outcome.duplicates.push(id),
        }
    }
    outcome.denied = iam.denied();
    outcome.pages = pager.into_pages();
    Ok(())
}

/// A burst that has grown takes the place of its earlier form.
fn replace(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|known| known.finding.id == entry.finding.id) {
        Some(known) => *known = entry,
        None => entries.push(entry),
    }
}
