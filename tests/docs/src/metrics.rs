//! The page of metrics: `docs/metrics.md`.

mod bound;
mod example;

use std::path::Path;

use anyhow::Result;
use portcullis_metrics::{Group, METRICS, Metric, NAMESPACE, Values};

use crate::wrap::{code, wrap};

const NOTICE: &str = "<!-- Made by `cargo xtask docs` from the catalogue in shared/metrics. Change that. -->\n";

/// The page, for a deployment with so many rules.
///
/// # Errors
///
/// When the example logs cannot be read.
pub(crate) fn page(root: &Path, rules: usize) -> Result<String> {
    let mut page = format!("{NOTICE}# Metrics\n\n");
    page.push_str(&wrap(
        &format!(
            "Everything that Portcullis counts, in CloudWatch's namespace `{NAMESPACE}`. Each metric has the dimension `Stack`, \
             and for each set of further dimensions CloudWatch keeps it once more. \"Look at\" is the statistic that means \
             something."
        ),
        "",
        "",
    ));
    for group in Group::ALL {
        page.push_str(&section(*group));
    }
    page.push_str(&values());
    page.push_str(&example::text(root)?);
    page.push_str(&bound::text(rules));
    Ok(page)
}

fn section(group: Group) -> String {
    let senders: Vec<String> = group.senders().iter().map(|sender| code(sender)).collect();
    let rows: String = group.metrics().iter().map(row).collect();
    format!(
        "\n## {}\n\nSent by {}.\n\n| Metric | Unit | Look at | Counted by | What it is |\n|---|---|---|---|---|\n{rows}",
        group.title(),
        senders.join(", "),
    )
}

fn row(metric: &Metric) -> String {
    let set = |set: &&[&str]| match *set {
        [] => "all together".to_owned(),
        names => names.iter().map(|name| code(name)).collect::<Vec<_>>().join(" × "),
    };
    let sets: Vec<String> = metric.sets.iter().map(set).collect();
    let Metric { name, unit, statistic, meaning, .. } = metric;
    format!("| `{name}` | {unit} | {} | {} | {meaning} |\n", statistic.as_str(), sets.join("; "))
}

/// What the values of each dimension are, and of which metrics.
fn values() -> String {
    let mut rows: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for metric in METRICS {
        for dimension in metric.dimensions() {
            let text = meaning(metric.values(dimension));
            match rows.iter_mut().find(|(name, known, _)| *name == dimension && *known == text) {
                Some((_, _, metrics)) => metrics.push(metric.name),
                None => rows.push((dimension, text, vec![metric.name])),
            }
        }
    }
    rows.sort_by_key(|(name, _, _)| *name);
    let row = |(name, text, metrics): &(&str, String, Vec<&str>)| {
        let metrics: Vec<String> = metrics.iter().map(|metric| code(metric)).collect();
        format!("| `{name}` | {text} | {} |\n", metrics.join(", "))
    };
    let about = "No value of a dimension is taken out of a log. Names that anybody may choose, such as those of roles, secrets, \
                 calls and error codes, are in none.";
    let rows: String = rows.iter().map(row).collect();
    format!(
        "\n## Values of dimensions\n\n{}\n| Dimension | Values | Of |\n|---|---|---|\n| `Stack` | the stack's name | all |\n{rows}",
        wrap(about, "", "")
    )
}

fn meaning(values: Values) -> String {
    let list = |words: &[&str]| words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" ");
    match values {
        Values::Words(words) => list(words),
        Values::OfRule(words) => format!("that of the rule: {}", list(words)),
        Values::Accounts => "the home account, those under `accounts` and `members` of the settings, else `other`".to_owned(),
        Values::Assets => "the names of entries of `assets` whose tier is critical or sensitive; what a dimension cannot hold is \
                           written as `%` and two hexadecimal digits, and a name longer than 100 characters ends in a hash"
            .to_owned(),
        Values::Rules => "the ids of the rules that are loaded".to_owned(),
    }
}
