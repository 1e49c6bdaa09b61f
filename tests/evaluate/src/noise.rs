//! How much the rules say about records that nobody calls an attack.

use std::collections::BTreeMap;

use portcullis_domain::Severity;
use serde::Serialize;

use crate::score::per_thousand;
use crate::source::Source;
use crate::views::{Fired, View, Views};

/// Findings, not records: a burst counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Each record alone.
    pub alone: usize,
    /// The stream, in an account that has been watched for long: everybody is new to everything.
    pub stream: usize,
    /// The stream, in an account that is watched since its first record.
    pub learning: usize,
}

/// One rule's findings on records without labels.
#[derive(Clone, Debug, Serialize)]
pub struct NoiseRow {
    /// How bad the rule says it is.
    pub severity: Severity,
    /// Whether it is being tried out, and reaches nobody.
    pub shadow: bool,
    /// The rule.
    pub rule: String,
    /// How many.
    pub findings: Findings,
    /// The stream's findings for each thousand of the records.
    pub per_thousand: Option<f64>,
}

/// Findings on records without labels.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Noise {
    /// The sources, with their records and findings.
    pub sources: Vec<(String, usize, Findings)>,
    /// Records in all.
    pub records: usize,
    /// By rule, the worst first.
    pub rules: Vec<NoiseRow>,
}

/// Counts the findings on the sources that have no labels.
pub fn noise(sources: &[(Source, Views)]) -> Noise {
    let mut noise = Noise::default();
    let mut rows: BTreeMap<(Severity, Fired), Findings> = BTreeMap::new();
    let mut count = |view: &View, pick: fn(&mut Findings) -> &mut usize| {
        for finding in &view.findings {
            let row = (finding.rule.severity, Fired::of(finding));
            *pick(rows.entry(row).or_default()) += 1;
        }
    };
    for (source, views) in sources.iter().filter(|(source, _)| !source.labelled) {
        noise.records += source.items.len();
        count(&views.alone, |findings| &mut findings.alone);
        count(&views.stream, |findings| &mut findings.stream);
        count(&views.learning, |findings| &mut findings.learning);
        let findings = Findings {
            alone: views.alone.findings.len(),
            stream: views.stream.findings.len(),
            learning: views.learning.findings.len(),
        };
        noise.sources.push((source.name.clone(), source.items.len(), findings));
    }
    let row = |((severity, fired), findings): ((Severity, Fired), Findings)| NoiseRow {
        severity,
        shadow: fired.shadow,
        rule: fired.rule,
        findings,
        per_thousand: per_thousand(findings.stream, noise.records),
    };
    noise.rules = rows.into_iter().rev().map(row).collect();
    noise
}
