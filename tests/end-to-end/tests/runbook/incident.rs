//! What a section is about, made to happen: somebody read a secret and was contained, and on-call has the page before them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Timestamp, ToSpan as _};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::runbook::{Command, Section};
use portcullis_end_to_end::shell::Shell;
use portcullis_end_to_end::wait::Seen;
use portcullis_end_to_end::world::{Reader, STACK, World};
use portcullis_end_to_end::{DENY_ALL, identity};
use serde_json::{Value, json};

use crate::gaps::gap;
use crate::scene;

/// The secret that everybody here reads without being authorized.
pub(crate) const SECRET: &str = "prod/payroll/db";

/// A secret that nobody has a reason to read. Whoever does is asked about.
pub(crate) const BAIT: &str = "prod/bait/db";

/// Everybody who reads it is contained, but whoever follows the runbook; and so many may be.
pub(crate) const SETTINGS: &str = r#"
mode: enforce
protected: ["arn:aws:iam::111122223333:role/oncall"]
response:
  critical: {sensitive: ask}
limits: {per_hour: 1000, share: 100%, at_least: 1000}
assets:
  - name: bait
    secret: prod/bait/*
    tier: sensitive
    decoy: true
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/payroll/*"]
"#;

/// The names that the page of a containment has values for; "First look" gives each an example.
const OF_THE_PAGE: &[&str] = &["STACK", "ARN", "ROLE", "ACCESS_KEY", "EVENT", "SINCE", "FINDING"];

/// A section, who did what it is about, and the shell of the person who looks into it.
pub(crate) struct Incident<'s> {
    /// The section.
    pub(crate) section: &'s Section,
    /// The shell, with all names of the section.
    pub(crate) shell: Shell,
    /// Who is to be contained.
    pub(crate) reader: Reader,
    filled: BTreeMap<String, String>,
    asked: u32,
}

/// An incident for each section, with things of its own.
pub(crate) async fn all<'s>(
    world: &World,
    on_call: &Aws,
    sections: &'s [Section],
    desk: &Path,
    aws: &Path,
) -> Result<Vec<Incident<'s>>> {
    let mut incidents = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let reader = world.reader("/team/", &format!("reporting-{index}")).await?;
        ensure!(reader.read(SECRET).await == Outcome::Allowed, "{} cannot read", reader.arn);
        let shell = Shell::open(&desk.join(index.to_string()), on_call, aws)?;
        incidents.push(Incident { section, shell, reader, filled: BTreeMap::new(), asked: 0 });
    }
    let things = things(world, &incidents, desk).await?;
    let pages = pages(world, &incidents).await?;
    for (incident, page) in incidents.iter_mut().zip(pages) {
        let mut filled: BTreeMap<String, String> =
            OF_THE_PAGE.iter().map(|name| (*name).to_owned()).zip(page.values).collect();
        let things = things.get(&incident.section.heading).cloned().context("a section without things")?;
        filled.extend(serde_json::from_value::<BTreeMap<String, String>>(things)?);
        // Where a key of a user's is meant, the user's.
        if let Some(key) = filled.get("USER_KEY").cloned() {
            filled.insert("ACCESS_KEY".to_owned(), key);
        }
        for (name, value) in &filled {
            incident.shell.set(name, value);
        }
        incident.filled = filled;
        incident.shell.write("portcullis.yaml", SETTINGS.as_bytes())?;
        incident.shell.write("logs/records.json", json!({"Records": [page.record]}).to_string().as_bytes())?;
    }
    Ok(incidents)
}

/// What the other names of the sections stand for.
async fn things(world: &World, incidents: &[Incident<'_>], desk: &Path) -> Result<Value> {
    let mut wanted = BTreeMap::new();
    for (index, incident) in incidents.iter().enumerate() {
        let commands = &incident.section.commands;
        let is_given = |name: &str| {
            let gives =
                |command: &Command| command.assigns() == Some(name) && command.computes() && gap(command).is_none();
            OF_THE_PAGE.contains(&name) || commands.iter().any(gives)
        };
        let used = commands.iter().flat_map(|command| command.names().into_iter().chain(command.assigns()));
        let mut names: Vec<&str> = used.filter(|name| !is_given(name)).collect();
        if names.contains(&"USER_NAME") {
            names.push("USER_KEY");
        }
        wanted.insert(&incident.section.heading, json!({"folder": desk.join(index.to_string()), "names": names}));
    }
    let bucket = world.stack.output("ConfigBucketName")?;
    scene::set(&world.root, &json!({"settings": bucket, "sections": wanted})).await
}

/// What the page about somebody tells: a value for each of [`OF_THE_PAGE`].
struct Told {
    values: [String; OF_THE_PAGE.len()],
    record: Value,
}

/// What the pages about everybody tell, once all were decided about.
async fn pages(world: &World, incidents: &[Incident<'_>]) -> Result<Vec<Told>> {
    let since = Timestamp::now().checked_sub(1.hour())?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    world
        .until("a record and a finding about everybody", async || {
            let (records, entries) = (world.emulator.records()?, findings(world).await?);
            let told: Vec<Told> =
                incidents.iter().filter_map(|incident| tell(&incident.reader, &records, &entries, &since)).collect();
            let missing = incidents.len().saturating_sub(told.len());
            Ok(Seen::from_option((missing == 0).then_some(told), || format!("{missing} are missing")))
        })
        .await
}

fn tell(reader: &Reader, records: &[Value], entries: &[Value], since: &str) -> Option<Told> {
    let key = reader.session.environment().into_iter().find(|(name, _)| *name == "AWS_ACCESS_KEY_ID")?.1;
    let by_reader = |record: &&Value| record.pointer("/userIdentity/accessKeyId") == Some(&json!(key));
    let record = records.iter().find(by_reader)?;
    let entry = entries.iter().find(|entry| is_about(entry, &reader.arn))?;
    let [event, finding] =
        [record.get("eventID"), entry.pointer("/finding/id")].map(|id| Some(id?.as_str()?.to_owned()));
    let values = [STACK.to_owned(), reader.arn.clone(), reader.name.clone(), key, event?, since.to_owned(), finding?];
    Some(Told { values, record: record.clone() })
}

/// What was decided about each finding, however large the ledger is.
async fn findings(world: &World) -> Result<Vec<Value>> {
    let scan = world.root.dynamodb().scan().table_name(world.stack.output("LedgerTable")?).consistent_read(true);
    let scan = scan.filter_expression("begins_with(pk, :finding)");
    let scan = scan.expression_attribute_values(":finding", AttributeValue::S("finding#".to_owned()));
    let items: Vec<_> = scan.into_paginator().items().send().try_collect().await?;
    items.iter().map(json_of).collect()
}

fn json_of(item: &HashMap<String, AttributeValue>) -> Result<Value> {
    let text = item.get("item").and_then(|item| item.as_s().ok()).context("an item of the ledger without its JSON")?;
    Ok(serde_json::from_str(text)?)
}

fn is_about(entry: &Value, arn: &str) -> bool {
    entry.pointer("/finding/actor/principal/arn").and_then(Value::as_str) == Some(arn)
}

impl Incident<'_> {
    /// Has somebody else read the bait, so that there is an open question, and notes its finding.
    pub(crate) async fn ask(&mut self, world: &World) -> Result<()> {
        self.asked = self.asked.saturating_add(1);
        let reader = world.reader("/team/", &format!("{}-asked-{}", self.reader.name, self.asked)).await?;
        ensure!(reader.read(BAIT).await == Outcome::Allowed, "{} cannot read", reader.arn);
        // On-call knows of it once it is paged; until all of that is written down nobody may answer.
        let is_open = |entry: &Value| {
            entry.pointer("/ask/state/state") == Some(&json!("pending")) && entry.get("done") == Some(&json!(true))
        };
        let asked = |entry: &&Value| is_about(entry, &reader.arn) && is_open(entry);
        let finding = world
            .until(&format!("a question about {}", reader.arn), async || {
                let entries = findings(world).await?;
                let id = entries.iter().find(asked).and_then(|entry| entry.pointer("/finding/id")?.as_str());
                Ok(Seen::from_option(id.map(str::to_owned), || format!("{} findings", entries.len())))
            })
            .await?;
        self.shell.set("FINDING", &finding);
        Ok(())
    }

    /// Waits until the reader is contained; one that was released meanwhile reads again.
    pub(crate) async fn contain(&self, world: &World) -> Result<()> {
        let attached = identity::attached_to(&world.root, &self.reader.name).await?;
        if !attached.iter().any(|arn| arn == DENY_ALL) {
            // The first read may still be on its way, and its containment refuse this one.
            let _ = self.reader.read(SECRET).await;
        }
        world.contained(&self.reader.name).await?;
        // Until it is read back nobody may lift it.
        let key = |text: &str| AttributeValue::S(text.to_owned());
        let table = world.stack.output("LedgerTable")?;
        world
            .until(&format!("{} to be contained and read back", self.reader.arn), async || {
                let get = world.root.dynamodb().get_item().table_name(table).consistent_read(true);
                let item = get.key("pk", key("quarantine")).key("sk", key(&self.reader.arn)).send().await?.item;
                let known = item.as_ref().map(json_of).transpose()?;
                let state = known.as_ref().and_then(|known| known.pointer("/state/state")?.as_str());
                Ok(Seen::from_option((state == Some("active")).then_some(()), || format!("{state:?}")))
            })
            .await
    }

    /// Gives a name its value again, after a line of the runbook gave it an example's.
    pub(crate) fn refill(&mut self, name: &str) -> Result<()> {
        let value = self.filled.get(name).with_context(|| format!("nothing stands for ${name} here"))?;
        self.shell.set(name, value);
        Ok(())
    }
}
