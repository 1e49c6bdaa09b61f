//! How many metrics there can be.

use portcullis_metrics::{Group, METRICS, Metric, Scope, Values};

use crate::wrap::wrap;

pub(super) fn text(rules: usize) -> String {
    let scopes = [
        ("accounts: 1, entries: 5", Scope { accounts: 2, assets: 5, rules }),
        ("accounts: 3, entries: 50", Scope { accounts: 4, assets: 50, rules }),
        ("accounts: 50, entries: 1,000", Scope { accounts: 51, assets: 1000, rules }),
    ];
    let heads: String = scopes.iter().map(|(name, _)| format!(" {name} |")).collect();
    let about = format!(
        "CloudWatch has a metric for each combination of values that was ever sent. Whatever a log says, there are no more than \
         these: a function of the settings and of the rules that are loaded (here the {rules} built-in ones, of which few fire at \
         all). `a` is the number of accounts that are ours, and one for all others; `e` the number of critical and sensitive \
         entries; `r` the number of rules. A test floods the functions with new names and counts. An entry, an account or a rule \
         that is taken away or renamed leaves its metrics behind until CloudWatch forgets them, 15 months after the last value."
    );
    let row = |metric: &Metric| {
        let count = |(_, scope): &(&str, Scope)| format!(" {} |", number(metric.cardinality(scope)));
        let counts: String = scopes.iter().map(count).collect();
        format!("| `{}` | {} |{counts}\n", metric.name, formula(metric))
    };
    let rows: String = Group::ALL.iter().flat_map(|group| group.metrics()).map(row).collect();
    let total = |scope: &Scope| METRICS.iter().map(|metric| metric.cardinality(scope)).sum::<usize>();
    let totals: String = scopes.iter().map(|(_, scope)| format!(" **{}** |", number(total(scope)))).collect();
    let columns = "|---|---|".to_owned() + &"---:|".repeat(scopes.len());
    format!(
        "\n## How many there can be\n\n{}\n| Metric | At most |{heads}\n{columns}\n{rows}| **all** | |{totals}\n",
        wrap(&about, "", "")
    )
}

/// `3 × 4 + a`
fn formula(metric: &Metric) -> String {
    let of_set = |set: &&[&str]| {
        let factors: Vec<String> = set.iter().filter_map(|dimension| factor(metric.values(dimension))).collect();
        if factors.is_empty() { "1".to_owned() } else { factors.join(" × ") }
    };
    metric.sets.iter().map(of_set).collect::<Vec<_>>().join(" + ")
}

/// Nothing for what another dimension decides.
fn factor(values: Values) -> Option<String> {
    match values {
        Values::Words(words) => Some(words.len().to_string()),
        Values::Accounts => Some("a".to_owned()),
        Values::Assets => Some("e".to_owned()),
        Values::Rules => Some("r".to_owned()),
        Values::OfRule(_) => None,
    }
}

/// `1,234`
fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas() {
        let of = |metric: Metric| formula(&metric);
        assert_eq!(of(Metric::SECRET_ACCESSES), "3 × 4 + a");
        assert_eq!(of(Metric::ROTATIONS_OVERDUE), "e + 1");
        assert_eq!(of(Metric::FINDINGS), "r");
        assert_eq!(of(Metric::RECORDS_READ), "1");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }
}
