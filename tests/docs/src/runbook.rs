//! The runbook, as far as rules and alarms refer to it.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{AssetAlarm, PipelineAlarm};

use crate::Catalogue;

/// The anchors of the sections: each heading of the third level, as GitHub makes it an address.
pub fn anchors(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut anchors = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if let Some(heading) = line.strip_prefix("### ").filter(|_| !fenced) {
            anchors.push(anchor(heading));
        }
    }
    anchors
}

/// `Key deletion` → `key-deletion`
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What each section tells; that of an alarm is not quieted as a rule is.
const PARTS: [&str; 4] = ["**Check**", "**Harmless**", "**Undo**", "**Quiet**"];

/// What the anchors of alarms begin with.
const ALARM: &str = "alarm-";

/// The sections that alarms and their pages lead to. Both heartbeats have one; that of an alarm that is not known is for pages of
/// alarms that a newer version made.
fn of_alarms() -> BTreeSet<String> {
    let of_assets = AssetAlarm::ALL.iter().map(|kind| kind.as_str());
    let of_pipeline = PipelineAlarm::ALL.iter().map(|kind| match kind {
        PipelineAlarm::HeartbeatKms | PipelineAlarm::HeartbeatSecretsManager => "heartbeat",
        kind => kind.as_str(),
    });
    of_assets.chain(of_pipeline).chain(["cis", "unknown"]).map(|kind| format!("{ALARM}{kind}")).collect()
}

/// The sections that lack a part.
fn gaps(markdown: &str) -> Vec<String> {
    let sections = markdown.split("\n### ").skip(1).filter_map(|section| {
        let (heading, text) = section.split_once('\n')?;
        let is_alarm = anchor(heading).starts_with(ALARM);
        let wanted = PARTS.into_iter().filter(|part| !is_alarm || *part != "**Quiet**");
        let missing: Vec<&str> = wanted.filter(|part| !text.contains(&format!("\n{part}"))).collect();
        (!missing.is_empty()).then(|| format!("docs/runbook.md, {heading}: tell {} too", missing.join(", ")))
    });
    sections.collect()
}

/// What does not fit between rules, alarms and the runbook, each with what to do.
pub fn complaints(catalogue: &Catalogue, markdown: &str) -> Vec<String> {
    let mut used: BTreeMap<&str, &str> = BTreeMap::new();
    let mut complaints = Vec::new();
    for entry in &catalogue.entries {
        match entry.rule.runbook.as_deref().and_then(|anchor| anchor.strip_prefix('#')) {
            Some(anchor) => {
                used.entry(anchor).or_insert(entry.id());
            }
            None => {
                complaints.push(format!("{}: `portcullis.runbook` names no section of docs/runbook.md", entry.id()));
            }
        }
    }
    complaints.extend(gaps(markdown));
    let mut there = BTreeSet::new();
    for anchor in anchors(markdown) {
        if !there.insert(anchor.clone()) {
            complaints.push(format!("docs/runbook.md has two sections `{anchor}`; give each its own heading"));
        }
    }
    for (anchor, rule) in &used {
        if !there.contains(*anchor) {
            complaints
                .push(format!("{rule}: docs/runbook.md has no section `{anchor}`; write it, or name another one"));
        }
    }
    let alarms = of_alarms();
    for anchor in alarms.difference(&there) {
        complaints.push(format!("docs/runbook.md has no section `{anchor}`, which an alarm leads to; write it"));
    }
    for anchor in there.difference(&alarms).filter(|anchor| !used.contains_key(anchor.as_str())) {
        complaints.push(format!("docs/runbook.md: no rule leads to section `{anchor}`; take it out"));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::anchors;

    #[test]
    fn headings_become_addresses() {
        let text =
            "# No\n## No\n### Key deletion\n```sh\n### no\n```\n### AWS Config\n#### No\n### A page, what's next?\n";
        assert_eq!(anchors(text), ["key-deletion", "aws-config", "a-page-whats-next"]);
    }
}
