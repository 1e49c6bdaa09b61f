//! The index of the rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_detection::PORTCULLIS_FIELDS;
use portcullis_domain::Severity;

use crate::catalogue::NOTICE;
use crate::correlation::kind;
use crate::wrap::wrap;
use crate::{Catalogue, Entry};

/// What each area is about.
const AREAS: [(&str, &str); 6] = [
    ("kms", "KMS keys: their use, their policies and grants, their end."),
    ("secrets-manager", "Secrets of Secrets Manager: who reads, changes, shares and deletes them."),
    ("parameter-store", "Secure parameters of Systems Manager."),
    ("audit-trail", "What must be there for anything to be seen: the trail, its stores, and other guards."),
    ("iam", "Rights over keys and secrets, and quarantine."),
    ("portcullis", "Portcullis itself."),
];

/// The index, by area, the most severe first.
pub(crate) fn index(catalogue: &Catalogue) -> String {
    let mut by_area: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &catalogue.entries {
        by_area.entry(&entry.area).or_default().push(entry);
    }
    let mut text = format!("{NOTICE}# The built-in rules\n\n{}", intro(catalogue));
    for (area, about) in AREAS {
        if let Some(entries) = by_area.remove(area) {
            text.push_str(&table(catalogue, area, about, entries));
        }
    }
    for (area, entries) in by_area {
        text.push_str(&table(catalogue, area, "", entries));
    }
    text.push_str(&fields());
    text
}

fn intro(catalogue: &Catalogue) -> String {
    let shadow = catalogue.entries.iter().filter(|entry| entry.rule.shadow).count();
    let told = format!(
        "{} rules, {shadow} of them in shadow: recorded, and nobody is paged. The same by [ATT&CK technique](attack.md). What to \
         do about a page stands in the [runbook](../runbook.md).",
        catalogue.entries.len()
    );
    let kinds = "A rule goes by one *record*, or by several: *event_count* counts records, *value_count* different values of a \
                 field, *temporal* waits for several kinds of records in any order, *temporal_ordered* in theirs.";
    format!("{}\n{}\n", wrap(&told, "", ""), wrap(kinds, "", ""))
}

fn table(catalogue: &Catalogue, area: &str, about: &str, mut entries: Vec<&Entry>) -> String {
    entries.sort_by_key(|entry| (std::cmp::Reverse(rank(entry.rule.reference.severity)), entry.id().to_owned()));
    let mut text =
        format!("## {area}\n\n{about}\n\n| Rule | Severity | Title | Goes by | Shadow |\n|---|---|---|---|---|\n");
    for entry in entries {
        let (id, reference) = (entry.id(), &entry.rule.reference);
        let shadow = if entry.rule.shadow { "yes" } else { "" };
        let kind = kind(id, &catalogue.documents);
        let _ =
            writeln!(text, "| [{id}]({id}.md) | {} | {} | {kind} | {shadow} |", reference.severity, reference.title);
    }
    text.push('\n');
    text
}

fn rank(severity: Severity) -> usize {
    Severity::ALL.iter().position(|other| *other == severity).unwrap_or_default()
}

fn fields() -> String {
    let about = "What Portcullis adds to a record, for rules to go by. All other fields are CloudTrail's own. `*` in a value \
                 stands for anything; upper and lower case are the same.";
    let mut text = format!("## Fields\n\n{}\n| Field | Meaning |\n|---|---|\n", wrap(about, "", ""));
    for (name, meaning) in PORTCULLIS_FIELDS {
        let _ = writeln!(text, "| `{name}` | {meaning} |");
    }
    text
}
