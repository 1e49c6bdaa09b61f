//! Claims and findings, put side by side.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::Severity;
use serde::Serialize;

use crate::labels::{Problem, Shape};
use crate::score::Score;
use crate::source::Source;
use crate::verdict::Verdict;
use crate::views::{View, Views};
use crate::wrong::{Beside, Wrong, beside, false_positive, miss};

/// Something counted in both views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// Each record alone: no history, no other record.
    pub alone: T,
    /// The records of a source in the order of their times.
    pub stream: T,
}

/// How one source, or all of them, came out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceScore {
    /// The folder's name.
    pub name: String,
    /// How its labels are written.
    pub shapes: BTreeSet<Shape>,
    /// Its records, each text once.
    pub records: usize,
    /// Records left out because the same text was there already.
    pub copies: usize,
    /// Records about keys, secrets or the audit trail.
    pub concerned: usize,
    /// How often the rules were right.
    pub score: Both<Score>,
    /// Attacks that were played: how many there are, and of how many at least one call was found.
    pub attacks: Attacks,
}

/// Attacks that consist of several records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attacks {
    /// How many were played.
    pub played: usize,
    /// Of how many at least one call was found.
    pub found: Both<usize>,
}

/// How often one rule fired, by what is claimed of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleCounts {
    /// On attacks.
    pub true_positives: usize,
    /// On harmless records.
    pub false_positives: usize,
    /// On records of which nothing is claimed.
    pub unclaimed: usize,
}

/// One rule's row.
#[derive(Clone, Debug, Serialize)]
pub struct RuleScore {
    /// Its name.
    pub rule: String,
    /// How bad it says it is.
    pub severity: Severity,
    /// Whether it is being tried out, and reaches nobody.
    pub shadow: bool,
    /// How often it fired.
    pub counts: Both<RuleCounts>,
}

/// Everything that came of the labelled sources.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evaluation {
    /// By source.
    pub sources: Vec<SourceScore>,
    /// All sources together.
    pub overall: SourceScore,
    /// By rule.
    pub rules: Vec<RuleScore>,
    /// Attacks on which no rule fired.
    pub misses: Vec<Wrong>,
    /// Harmless records on which a rule fired.
    pub false_positives: Vec<Wrong>,
    /// Records about keys, secrets or the audit trail of which nothing is claimed, by the reason.
    pub unclaimed: BTreeMap<String, usize>,
    /// What fired on labelled records that are not scored, whatever they are about.
    pub beside: Vec<Beside>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Evaluation {
    /// Misses for which nobody has given a reason.
    pub fn unexplained(&self) -> impl Iterator<Item = &Wrong> {
        self.misses.iter().filter(|miss| miss.reason.is_none())
    }
}

/// Scores sources with the views of each.
pub fn evaluate(sources: &[(Source, Views)]) -> Evaluation {
    let mut evaluation = Evaluation::default();
    let mut rules: BTreeMap<String, RuleScore> = BTreeMap::new();
    "all".clone_into(&mut evaluation.overall.name);
    for (source, views) in sources {
        evaluation.problems.extend(source.problems.iter().cloned());
        count_rules(source, views, &mut rules);
        if !source.labelled {
            continue;
        }
        let score = score(source, views);
        evaluation.overall.add(&score);
        evaluation.sources.push(score);
        for (place, item) in source.items.iter().enumerate() {
            match &item.verdict {
                Verdict::Positive => evaluation.misses.extend(miss(source, views, place, item)),
                Verdict::Negative => evaluation.false_positives.extend(false_positive(source, views, place, item)),
                Verdict::Nothing(why) => {
                    if item.subject.is_some() {
                        *evaluation.unclaimed.entry(why.clone()).or_default() += 1;
                    }
                    evaluation.beside.extend(beside(views, place, item));
                }
            }
        }
    }
    evaluation.rules = rules.into_values().collect();
    evaluation
}

fn score(source: &Source, views: &Views) -> SourceScore {
    let mut score = SourceScore {
        name: source.name.clone(),
        records: source.items.len(),
        copies: source.copies,
        ..SourceScore::default()
    };
    let mut attacks: BTreeMap<&str, Both<bool>> = BTreeMap::new();
    for (place, item) in source.items.iter().enumerate() {
        let fired = Both { alone: views.alone.hit(place), stream: views.stream.hit(place) };
        score.shapes.extend(item.label.as_ref().map(|label| label.shape));
        score.concerned += usize::from(item.subject.is_some());
        score.score.alone.count(&item.verdict, fired.alone);
        score.score.stream.count(&item.verdict, fired.stream);
        let attack = item.label.as_ref().and_then(|label| label.attack.as_deref());
        if let Some(attack) = attack.filter(|_| item.verdict == Verdict::Positive) {
            let found = attacks.entry(attack).or_default();
            found.alone |= fired.alone;
            found.stream |= fired.stream;
        }
    }
    score.attacks = Attacks {
        played: attacks.len(),
        found: Both {
            alone: attacks.values().filter(|found| found.alone).count(),
            stream: attacks.values().filter(|found| found.stream).count(),
        },
    };
    score
}

impl SourceScore {
    fn add(&mut self, other: &Self) {
        self.shapes.extend(&other.shapes);
        self.records += other.records;
        self.copies += other.copies;
        self.concerned += other.concerned;
        self.score.alone = self.score.alone.plus(other.score.alone);
        self.score.stream = self.score.stream.plus(other.score.stream);
        self.attacks.played += other.attacks.played;
        self.attacks.found.alone += other.attacks.found.alone;
        self.attacks.found.stream += other.attacks.found.stream;
    }
}

fn count_rules(source: &Source, views: &Views, rules: &mut BTreeMap<String, RuleScore>) {
    let mut count = |view: &View, pick: fn(&mut Both<RuleCounts>) -> &mut RuleCounts| {
        for (place, item) in source.items.iter().enumerate() {
            for fired in view.on(place) {
                let row = rules.entry(fired.rule.clone()).or_insert_with(|| RuleScore {
                    rule: fired.rule.clone(),
                    severity: fired.severity,
                    shadow: fired.shadow,
                    counts: Both::default(),
                });
                let counts = pick(&mut row.counts);
                match &item.verdict {
                    Verdict::Positive => counts.true_positives += 1,
                    Verdict::Negative => counts.false_positives += 1,
                    Verdict::Nothing(_) => counts.unclaimed += 1,
                }
            }
        }
    };
    count(&views.alone, |counts| &mut counts.alone);
    count(&views.stream, |counts| &mut counts.stream);
}
