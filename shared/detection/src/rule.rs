//! One Sigma rule, as far as findings and people need it.

use std::collections::HashMap;

use portcullis_domain::{RuleRef, Severity};
use rsigma_parser::{CorrelationRule, Level, SigmaRule};

/// A rule that is loaded.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What travels with its findings.
    pub reference: RuleRef,
    /// What it catches, in a paragraph.
    pub description: String,
    /// When it fires on something harmless.
    pub false_positives: Vec<String>,
    /// ATT&CK tactics, as Sigma tags write them: `credential-access`.
    pub tactics: Vec<String>,
    /// What it does not catch.
    pub misses: Option<String>,
    /// How to fit it to a deployment.
    pub tuning: Option<String>,
    /// The anchor of its section in the runbook: `#key-deletion`.
    pub runbook: Option<String>,
    /// Whether it is only tried out: findings are written down, and nobody is paged.
    pub shadow: bool,
    /// The file it was read from.
    pub file: String,
}

/// The parts that detection rules and correlations have in common.
struct Parts<'r> {
    name: Option<&'r String>,
    title: &'r str,
    level: Option<Level>,
    tags: &'r [String],
    description: Option<&'r String>,
    false_positives: &'r [String],
    attributes: &'r HashMap<String, yaml_serde::Value>,
}

impl Rule {
    /// Reads the metadata; says what is missing or malformed.
    pub(crate) fn of(rule: &SigmaRule, file: &str) -> Result<Self, String> {
        let product = rule.logsource.product.as_deref();
        let service = rule.logsource.service.as_deref();
        let parts = Parts {
            name: rule.name.as_ref(),
            title: &rule.title,
            level: rule.level,
            tags: &rule.tags,
            description: rule.description.as_ref(),
            false_positives: &rule.falsepositives,
            attributes: &rule.custom_attributes,
        };
        let rule = Self::of_parts(&parts, file)?;
        if (product, service) != (Some("aws"), Some("cloudtrail")) {
            return Err(
                "`logsource` must be {product: aws, service: cloudtrail}: the rule would never see a record".to_owned()
            );
        }
        Ok(rule)
    }

    /// Reads the metadata of a correlation; says what is missing or malformed.
    pub(crate) fn of_correlation(rule: &CorrelationRule, file: &str) -> Result<Self, String> {
        let parts = Parts {
            name: rule.name.as_ref(),
            title: &rule.title,
            level: rule.level,
            tags: &rule.tags,
            description: rule.description.as_ref(),
            false_positives: &rule.falsepositives,
            attributes: &rule.custom_attributes,
        };
        Self::of_parts(&parts, file)
    }

    fn of_parts(parts: &Parts<'_>, file: &str) -> Result<Self, String> {
        let id = parts
            .name
            .cloned()
            .ok_or("`name` is missing: the rule's permanent id in kebab case, `secret-read-at-night`")?;
        if !is_kebab_case(&id) {
            return Err(format!("`name: {id}` is not kebab case: lower-case letters, digits and single hyphens"));
        }
        let level = parts.level.ok_or("`level` is missing: informational, low, medium, high or critical")?;
        let reference = RuleRef {
            id,
            title: parts.title.to_owned(),
            severity: severity(level),
            attack: parts.tags.iter().filter_map(|tag| technique(tag)).collect(),
        };
        let own = parts.attributes.get("portcullis");
        let text = |key: &str| own.and_then(|own| own.get(key)).and_then(|value| value.as_str()).map(one_line);
        let shadow = match own.and_then(|own| own.get("shadow")) {
            None => false,
            Some(value) => value.as_bool().ok_or("`portcullis.shadow` is true or false")?,
        };
        Ok(Self {
            reference,
            description: parts.description.map(|text| text.trim().to_owned()).unwrap_or_default(),
            false_positives: parts.false_positives.to_vec(),
            tactics: parts.tags.iter().filter_map(|tag| tactic(tag)).collect(),
            misses: text("misses"),
            tuning: text("tuning"),
            runbook: text("runbook"),
            shadow,
            file: file.to_owned(),
        })
    }
}

/// YAML's folded text keeps line ends at paragraphs only; what is left of them is a space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

/// `attack.credential-access` → `credential-access`.
fn tactic(tag: &str) -> Option<String> {
    let word = tag.strip_prefix("attack.")?;
    technique(tag).is_none().then(|| word.to_owned())
}
