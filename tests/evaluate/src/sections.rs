//! What a report says, in order: title, notes, table.

use std::collections::BTreeMap;

use portcullis_domain::Severity;

use crate::evaluation::{Both, RuleCounts, SourceScore};
use crate::noise::Findings;
use crate::report::Report;
use crate::runs::runs;
use crate::score::{Score, per_thousand};
use crate::wrong::Wrong;

/// One table with its title and what must be said about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) notes: Vec<String>,
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}

pub(crate) fn sections(report: &Report) -> Vec<Section> {
    let mut sections = vec![
        scores(report),
        rules(report),
        misses(report),
        false_positives(report),
        unclaimed(report),
        beside(report),
        noise(report),
    ];
    if !report.evaluation.problems.is_empty() {
        sections.push(problems(report));
    }
    sections
}

fn scores(report: &Report) -> Section {
    let evaluation = &report.evaluation;
    let mut section = Section {
        title: "Score by source".to_owned(),
        notes: vec![
            format!("{} built-in rules, {}.", report.loaded, report.settings),
            "Alone: each record without history or neighbours. Stream: the records of a source in the order of their \
             times, with windows and first sightings. Attacks: played attacks of which at least one call was found."
                .to_owned(),
        ],
        header: vec![
            "source",
            "records",
            "concerned",
            "view",
            "positives",
            "found",
            "missed",
            "recall",
            "negatives",
            "false positives",
            "precision",
            "attacks",
        ],
        rows: Vec::new(),
    };
    for source in evaluation.sources.iter().chain([&evaluation.overall]) {
        section.rows.push(score_row(source, "alone", |both| both.alone, |both| both.alone));
        section.rows.push(score_row(source, "stream", |both| both.stream, |both| both.stream));
    }
    section
}

fn score_row(
    source: &SourceScore,
    view: &str,
    score: fn(&Both<Score>) -> Score,
    found: fn(&Both<usize>) -> usize,
) -> Vec<String> {
    let score = score(&source.score);
    let attacks = match source.attacks.played {
        0 => String::new(),
        played => format!("{} of {played}", found(&source.attacks.found)),
    };
    vec![
        source.name.clone(),
        source.records.to_string(),
        source.concerned.to_string(),
        view.to_owned(),
        score.positives.to_string(),
        score.true_positives.to_string(),
        score.misses().to_string(),
        percent(score.recall()),
        score.negatives.to_string(),
        score.false_positives.to_string(),
        percent(score.precision()),
        attacks,
    ]
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

fn rules(report: &Report) -> Section {
    let cell =
        |counts: RuleCounts| format!("{} / {} / {}", counts.true_positives, counts.false_positives, counts.unclaimed);
    let rows = report.evaluation.rules.iter().map(|row| {
        vec![row.rule.clone(), severity(row.severity, row.shadow), cell(row.counts.alone), cell(row.counts.stream)]
    });
    Section {
        title: "Rules that fired".to_owned(),
        notes: vec!["Records on which a rule fired: attacks / harmless / nothing claimed.".to_owned()],
        header: vec!["rule", "severity", "alone", "stream"],
        rows: rows.collect(),
    }
}

fn misses(report: &Report) -> Section {
    let misses = &report.evaluation.misses;
    let unexplained = report.evaluation.unexplained().count();
    Section {
        title: "Misses".to_owned(),
        notes: vec![match (misses.len(), unexplained) {
            (0, _) => "None.".to_owned(),
            (all, 0) => format!("{all} records, each with the reason why the pack does not fire."),
            (all, some) => format!("{all} records, {some} of them UNEXPLAINED."),
        }],
        header: vec!["reason", "event", "outcome", "missed", "label", "records"],
        // What nobody has explained comes first.
        rows: grouped(misses, |miss| {
            vec![
                miss.reason.clone().unwrap_or_else(|| "UNEXPLAINED".to_owned()),
                miss.event.clone(),
                miss.outcome.to_string(),
                views(miss.wrong).to_owned(),
                miss.label.clone(),
            ]
        }),
    }
}

/// One row for records that differ in nothing but their ids, which come last.
fn grouped(records: &[Wrong], cells: impl Fn(&Wrong) -> Vec<String>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<(bool, Vec<String>), Vec<&str>> = BTreeMap::new();
    for record in records {
        groups.entry((record.reason.is_some(), cells(record))).or_default().push(&record.id);
    }
    let row = |((_, mut cells), ids): ((bool, Vec<String>), Vec<&str>)| {
        cells.push(runs(&ids));
        cells
    };
    groups.into_iter().map(row).collect()
}

const fn views(wrong: Both<bool>) -> &'static str {
    match (wrong.alone, wrong.stream) {
        (true, true) => "in both views",
        (true, false) => "alone",
        (false, true) => "in the stream",
        (false, false) => "",
    }
}

fn false_positives(report: &Report) -> Section {
    let list = &report.evaluation.false_positives;
    let cells = |wrong: &Wrong| {
        vec![
            wrong.reason.clone().unwrap_or_else(|| "none given".to_owned()),
            wrong.event.clone(),
            wrong.outcome.to_string(),
            views(wrong.wrong).to_owned(),
            wrong.rules.iter().cloned().collect::<Vec<_>>().join(", "),
            wrong.label.clone(),
        ]
    };
    Section {
        title: "False positives".to_owned(),
        notes: list.is_empty().then(|| "None.".to_owned()).into_iter().collect(),
        header: vec!["reason", "event", "outcome", "fired", "rules", "label", "records"],
        rows: grouped(list, cells),
    }
}

fn unclaimed(report: &Report) -> Section {
    Section {
        title: "Not scored".to_owned(),
        notes: vec!["Records about keys, secrets or the audit trail whose label claims nothing of them.".to_owned()],
        header: vec!["why", "records"],
        rows: report.evaluation.unclaimed.iter().map(|(why, count)| vec![why.clone(), count.to_string()]).collect(),
    }
}

fn beside(report: &Report) -> Section {
    let mut groups: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    for beside in &report.evaluation.beside {
        let rules = beside.rules.iter().cloned().collect::<Vec<_>>().join(", ");
        let cells = vec![beside.says.to_owned(), rules, beside.event.clone(), beside.label.clone()];
        groups.entry(cells).or_default().push(&beside.id);
    }
    let row = |(mut cells, ids): (Vec<String>, Vec<&str>)| {
        cells.push(runs(&ids));
        cells
    };
    Section {
        title: "Fired beside the score".to_owned(),
        notes: vec!["Labelled records that are not scored, and on which a rule fired all the same.".to_owned()],
        header: vec!["label says", "rules", "event", "label", "records"],
        rows: groups.into_iter().map(row).collect(),
    }
}

fn noise(report: &Report) -> Section {
    let noise = &report.noise;
    let row = |severity: String, name: String, findings: Findings, rate: Option<f64>| {
        let counts = [findings.alone, findings.learning, findings.stream].map(|count| count.to_string());
        let rate = rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
        [severity, name].into_iter().chain(counts).chain([rate]).collect::<Vec<_>>()
    };
    let rules = noise
        .rules
        .iter()
        .map(|rule| row(severity(rule.severity, rule.shadow), rule.rule.clone(), rule.findings, rule.per_thousand));
    let sources = noise.sources.iter().map(|(name, records, findings)| {
        let rate = per_thousand(findings.stream, *records);
        row("any".to_owned(), format!("{name}: {records} records"), *findings, rate)
    });
    Section {
        title: "Noise".to_owned(),
        notes: vec![format!(
            "Findings on {} records without labels, which may hold attacks as well. Learning: the stream in an account \
             that is watched since its first record. Stream: in one that has been watched for long, where everybody in \
             these records is new to everything. Per 1,000: of the stream.",
            noise.records
        )],
        header: vec!["severity", "rule or source", "alone", "learning", "stream", "per 1,000"],
        rows: rules.chain(sources).collect(),
    }
}

fn severity(severity: Severity, shadow: bool) -> String {
    if shadow { format!("{severity}, in shadow") } else { severity.to_string() }
}

fn problems(report: &Report) -> Section {
    let problems = &report.evaluation.problems;
    Section {
        title: "Problems".to_owned(),
        notes: vec!["Left out, because they could not be read.".to_owned()],
        header: vec!["where", "what"],
        rows: problems.iter().map(|problem| vec![problem.place.clone(), problem.reason.clone()]).collect(),
    }
}
