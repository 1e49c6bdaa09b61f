//! A line as it is sent, and how to search such lines.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use jiff::SignedDuration;
use portcullis_cloudtrail::{Access, Record};
use portcullis_metrics::{Known, Metrics, measure};
use portcullis_settings::{Inventory, Subject, parse};
use serde_json::Value;

use crate::wrap::wrap;

/// The record of the example: the first of the example logs.
const LOG: &str = "docs/examples/logs/export.jsonl";
const SETTINGS: &str = "docs/examples/portcullis.yaml";

/// Who used what most, and who was denied.
const QUERY: &str = "\
filter ispresent(Actor) and ispresent(Asset)
| stats sum(AssetAccesses) as uses, sum(AssetDenied) as denied by Actor, Asset
| sort uses desc
| limit 20
";

pub(super) fn text(root: &Path) -> Result<String> {
    let line = line(root)?;
    let sent = "Functions print metrics as JSON, one object to a line, in CloudWatch's embedded metric format; Lambda hands their \
                output to CloudWatch Logs, which takes the values out. That costs no call, needs no right and meets no quota. \
                Lines of the same dimensions are added up. This is the use of a critical key, as `detect` sends it beside the \
                metrics of all accesses:";
    let actors = "`Actor` is in the line and is no dimension: as many people as like may use a key without a metric more. It is \
                  the ARN of the role or user with its path, else the principal as a page calls it, at most 1,024 characters. In \
                  CloudWatch Logs Insights, on the log group `/aws/lambda/STACK-detect`, this tells who uses what most:";
    let again = "A record that a worker has seen before counts as `RecordsDuplicate` and for no access. Two workers know nothing of \
                 each other: with the second intake from S3 log files most records come twice, and those that another worker \
                 takes the second time count twice. Timestamps are those of the sending, not of the call, so that alarms see what \
                 comes late.";
    Ok(format!(
        "\n## How they are sent\n\n{}\n```json\n{line}\n```\n\n{}\n```\n{QUERY}```\n\n{}",
        wrap(sent, "", ""),
        wrap(actors, "", ""),
        wrap(again, "", "")
    ))
}

/// The line that says who used the asset, for people to read.
fn line(root: &Path) -> Result<String> {
    let log = fs::read_to_string(root.join(LOG)).context(LOG)?;
    let record = Record::parse(log.lines().next().unwrap_or_default()).map_err(|error| anyhow!("{LOG}: {error}"))?;
    let settings = fs::read_to_string(root.join(SETTINGS)).context(SETTINGS)?;
    let settings = parse(&settings).map_err(|problems| anyhow!("{SETTINGS}: {problems}"))?;
    let inventory = Inventory::default();
    let access = Access::of(&record);
    let Access { actor, assets, origin, time, .. } = &access;
    let judgement = settings.judge(&Subject { actor, assets, origin, time: *time }, &inventory);
    let mut metrics = Metrics::new("portcullis");
    measure(&access, &judgement, &Known { settings: &settings, inventory: &inventory, home: None }, &mut metrics);
    let sent = time.with_context(|| format!("{LOG}: no time"))? + SignedDuration::from_secs(7);
    let lines = metrics.lines(sent);
    let line = lines.iter().find(|line| line.contains("Actor")).with_context(|| format!("{LOG}: no asset is used"))?;
    let value: Value = serde_json::from_str(line)?;
    Ok(serde_json::to_string_pretty(&sorted(&value))?)
}

/// The same with the members of objects in order, whatever was built together.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            names.into_iter().filter_map(|name| Some((name.clone(), sorted(members.get(name)?)))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
