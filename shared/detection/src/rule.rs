//! One Sigma rule, as far as findings and people need it.

use portcullis_domain::{RuleRef, Severity};
use rsigma_parser::{Level, SigmaRule};

/// A rule that is loaded.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What travels with its findings.
    pub reference: RuleRef,
    /// What it catches, in a paragraph.
    pub description: String,
    /// When it fires on something harmless.
    pub false_positives: Vec<String>,
    /// The file it was read from.
    pub file: String,
}

impl Rule {
    /// Reads the metadata; says what is missing or malformed.
    pub(crate) fn of(rule: &SigmaRule, file: &str) -> Result<Self, String> {
        let id = rule
            .name
            .clone()
            .ok_or("`name` is missing: the rule's permanent id in kebab case, `secret-read-at-night`")?;
        if !is_kebab_case(&id) {
            return Err(format!("`name: {id}` is not kebab case: lower-case letters, digits and single hyphens"));
        }
        let level = rule.level.ok_or("`level` is missing: informational, low, medium, high or critical")?;
        let product = rule.logsource.product.as_deref();
        let service = rule.logsource.service.as_deref();
        if (product, service) != (Some("aws"), Some("cloudtrail")) {
            return Err(
                "`logsource` must be {product: aws, service: cloudtrail}: the rule would never see a record".to_owned()
            );
        }
        let reference = RuleRef {
            id,
            title: rule.title.clone(),
            severity: severity(level),
            attack: rule.tags.iter().filter_map(|tag| technique(tag)).collect(),
        };
        Ok(Self {
            reference,
            description: rule.description.clone().unwrap_or_default().trim().to_owned(),
            false_positives: rule.falsepositives.clone(),
            file: file.to_owned(),
        })
    }
}

const fn severity(level: Level) -> Severity {
    match level {
        Level::Informational => Severity::Informational,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}

fn is_kebab_case(id: &str) -> bool {
    id.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// `attack.t1555.006` → `T1555.006`; tactics and other tags are left out.
fn technique(tag: &str) -> Option<String> {
    let technique = tag.strip_prefix("attack.t")?;
    technique.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("T{technique}"))
}
