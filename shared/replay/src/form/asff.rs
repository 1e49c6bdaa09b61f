//! AWS Security Finding Format: requests for Security Hub's `BatchImportFindings`, one on each line
//! (Security Hub User Guide, *AWS Security Finding Format (ASFF)*; API Reference, *AwsSecurityFinding*).

mod action;
#[cfg(test)]
mod checker;
mod resources;

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_domain::{AccountId, Finding, FindingId};
use portcullis_response::Entry;
use serde_json::{Value, json};

use super::{Done, Told, escape};

/// `SchemaVersion`.
pub const SCHEMA: &str = "2018-10-08";

/// What `BatchImportFindings` takes at once.
const BATCH: usize = 100;

/// No line is longer, in bytes: a shell takes 128 KiB as one argument.
const LINE: usize = 100_000;

/// Requests, and what could not be put into one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Each is the whole input of one call, `{"Findings": […]}`, which is to be made in one account and Region.
    pub lines: Vec<String>,
    /// Findings that no call could import: their records name neither account nor Region.
    pub left_out: Vec<FindingId>,
}

/// The requests, by account and Region. What is in shadow comes suppressed.
///
/// # Errors
///
/// When something cannot be told in JSON.
pub fn requests(told: &Told<'_>) -> serde_json::Result<Requests> {
    let decided = told.replay.entries.iter().map(|entry| (&entry.finding, Some(entry)));
    let all = decided.chain(told.replay.in_shadow.iter().map(|finding| (finding, None)));
    let mut by_place: BTreeMap<(AccountId, String), Vec<String>> = BTreeMap::new();
    let mut requests = Requests::default();
    for (finding, entry) in all {
        let account = finding.account.clone().or_else(|| finding.actor.principal.account());
        let Some((account, region)) = account.zip(finding.region.clone()) else {
            requests.left_out.push(finding.id.clone());
            continue;
        };
        let told = escape::one_line(&imported(told, finding, entry, &account, &region))?;
        by_place.entry((account, region)).or_default().push(told);
    }
    for findings in by_place.values() {
        let mut batch: Vec<&str> = Vec::new();
        for finding in findings {
            let size = batch.iter().map(|told| told.len() + 1).sum::<usize>() + finding.len();
            if batch.len() == BATCH || (size > LINE && !batch.is_empty()) {
                requests.lines.push(request(&batch));
                batch.clear();
            }
            batch.push(finding);
        }
        requests.lines.push(request(&batch));
    }
    Ok(requests)
}

fn request(findings: &[&str]) -> String {
    format!("{{\"Findings\":[{}]}}", findings.join(","))
}

fn imported(told: &Told<'_>, finding: &Finding, entry: Option<&Entry>, account: &AccountId, region: &str) -> Value {
    let rule = told.rules.rule(&finding.rule.id);
    let burst = finding.burst.as_ref();
    let times = || finding.evidence.iter().filter_map(|evidence| evidence.time);
    let first = burst.map(|burst| burst.first).or_else(|| times().min()).unwrap_or(told.made);
    let last = burst.map(|burst| burst.last).or_else(|| times().max()).unwrap_or(told.made);
    let description = rule.map(|rule| rule.description.as_str()).filter(|text| !text.trim().is_empty());
    let partition = partition(finding, region);
    let mut imported = json!({
        "SchemaVersion": SCHEMA,
        "Id": format!("portcullis/{}", finding.id),
        // A custom product: Security Hub User Guide, *Integrating Security Hub with custom products*.
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "Portcullis",
        "GeneratorId": limited(&format!("portcullis/{}", finding.rule.id), 512),
        "AwsAccountId": account,
        "Types": types(rule.map_or(&[], |rule| &rule.tactics)),
        "FirstObservedAt": time(first),
        "LastObservedAt": time(last),
        "CreatedAt": time(first),
        "UpdatedAt": time(last),
        "Severity": {"Label": finding.rule.severity.as_str().to_uppercase(), "Original": finding.rule.severity},
        "Title": limited(&title(finding), 256),
        "Description": limited(description.unwrap_or(&finding.rule.title), 1024),
        "ProductFields": product_fields(told, finding, entry),
        "Resources": resources::resources(finding, account, region, partition),
        "RecordState": "ACTIVE",
        "Workflow": {"Status": if entry.is_some() { "NEW" } else { "SUPPRESSED" }},
    });
    let runbook = rule.and_then(|rule| rule.runbook.as_ref());
    if let Value::Object(members) = &mut imported {
        if let Some(anchor) = runbook {
            let text = limited(&format!("See docs/runbook.md{anchor} of Portcullis."), 512);
            members.insert("Remediation".to_owned(), json!({"Recommendation": {"Text": text}}));
        }
        if let Some(action) = action::action(finding) {
            members.insert("Action".to_owned(), action);
        }
    }
    imported
}

/// What is concerned stands in the title, as the guidelines for mapping ask.
fn title(finding: &Finding) -> String {
    format!(
        "{}: {} on {}",
        finding.rule.title,
        crate::names::actor(&finding.actor.principal),
        crate::names::assets(finding)
    )
}

/// `2026-01-05T08:10:00Z`.
fn time(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn partition(finding: &Finding, region: &str) -> &'static str {
    let arn = finding.actor.principal.arn().unwrap_or_default();
    let is = |name: &str, regions: &str| arn.starts_with(&format!("arn:{name}:")) || region.starts_with(regions);
    match () {
        () if is("aws-cn", "cn-") => "aws-cn",
        () if is("aws-us-gov", "us-gov-") => "aws-us-gov",
        () => "aws",
    }
}

/// The text without its end where it is longer than `most` characters; never without any.
fn limited(text: &str, most: usize) -> String {
    let text = if text.trim().is_empty() { "unknown" } else { text.trim() };
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Namespace and category of Security Hub's taxonomy (Security Hub User Guide, *Types taxonomy for ASFF*).
fn types(tactics: &[String]) -> Vec<String> {
    let kind = |tactic: &String| match tactic.as_str() {
        "impact" => "Effects/Data Destruction".to_owned(),
        "exfiltration" => "Effects/Data Exfiltration".to_owned(),
        // ATT&CK split Defense Evasion into these two.
        "stealth" | "defense-impairment" => "TTPs/Defense Evasion".to_owned(),
        other => format!("TTPs/{}", super::ocsf::words(other)),
    };
    let mut types: Vec<String> = tactics.iter().map(kind).collect();
    types.dedup();
    if types.is_empty() {
        types.push("Unusual Behaviors/User".to_owned());
    }
    types.truncate(50);
    types
}

/// What the format has no place for: at most 50 pairs of at most 128 and 2048 characters.
fn product_fields(told: &Told<'_>, finding: &Finding, entry: Option<&Entry>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut put = |name: &str, value: String| {
        if !value.trim().is_empty() {
            fields.insert(format!("portcullis/{name}"), limited(&value, 2048));
        }
    };
    let session = &finding.actor.session;
    put("version", told.version.to_owned());
    put("replay", "true".to_owned());
    put("shadow", entry.is_none().to_string());
    put("finding", finding.id.to_string());
    put("rule", finding.rule.id.clone());
    put("attack", finding.rule.attack.join(" "));
    put("actor", finding.actor.principal.to_string());
    put("actor/kind", finding.actor.kind().as_str().to_owned());
    put("session/name", session.name.clone().unwrap_or_default());
    put("session/source-identity", session.source_identity.clone().unwrap_or_default());
    put("tier", finding.tier.map(|tier| tier.to_string()).unwrap_or_default());
    put("authorized", finding.authorized.map(|authorized| authorized.to_string()).unwrap_or_default());
    put("events", finding.burst.as_ref().map_or(1, |burst| burst.events).to_string());
    put("assets", finding.assets.len().to_string());
    if let Some(evidence) = finding.evidence.first() {
        put("event-id", evidence.event_id.clone().unwrap_or_default());
        put("outcome", evidence.outcome.to_string());
        put("error-code", evidence.error_code.clone().unwrap_or_default());
        put("source", evidence.origin.source.to_string());
        put("user-agent", evidence.origin.user_agent.clone().unwrap_or_default());
        put("vpc-endpoint", evidence.origin.vpc_endpoint.clone().unwrap_or_default());
        put("record-sha256", evidence.record_sha256.clone());
    }
    if let Some(entry) = entry {
        let refusals = &entry.decision.refusals;
        let guards: Vec<String> = refusals.iter().map(|refusal| format!("{}: {refusal}", refusal.name())).collect();
        put("decision", entry.decision.response.to_string());
        put("wanted", entry.decision.wanted.to_string());
        put("done", Done::of(entry).to_string());
        put("guards", guards.join("; "));
        put("plan", if entry.plan.is_empty() { String::new() } else { entry.plan.to_string() });
    }
    fields
}
