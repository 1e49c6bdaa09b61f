//! What the rule looks for, as its file says.

use portcullis_detection::RuleSet;
use portcullis_domain::RuleRef;

use crate::finding::fact;
use crate::html::Page;
use crate::words::raw;

/// Writes what is known of the rule.
pub(super) fn rule(page: &mut Page, rules: &RuleSet, reference: &RuleRef) {
    page.tag("h4").text("Rule");
    let Some(rule) = rules.rule(&reference.id) else {
        page.tag("p").text("The rule is not among those that are loaded; no more is known of it.");
        return;
    };
    for paragraph in rule.description.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        page.tag("p").text(paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    page.tag("dl").class("lines").holds(|page| {
        let attack = [rule.tactics.join(", "), reference.attack.join(", ")];
        let attack: Vec<&str> = attack.iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
        if !attack.is_empty() {
            fact(page, "MITRE ATT&CK", |page| page.text(attack.join(": ")));
        }
        for harmless in &rule.false_positives {
            fact(page, "harmless when", |page| page.text(harmless));
        }
        if let Some(misses) = &rule.misses {
            fact(page, "does not see", |page| page.text(misses));
        }
        if let Some(tuning) = &rule.tuning {
            fact(page, "to fit it", |page| page.text(tuning));
        }
        if let Some(runbook) = &rule.runbook {
            fact(page, "runbook", |page| raw(page, format_args!("docs/runbook.md{runbook}")));
        }
    });
}
