//! From a record's JSON to its findings: the one path that the function and `replay` share.

use portcullis_cloudtrail::{Access, Contents, Record, RecordError, Unreadable};
use portcullis_domain::{Finding, FindingId, sha256_hex};
use portcullis_settings::{Inventory, Judgement, Settings};

use crate::event::RuleEvent;
use crate::rule::Rule;
use crate::ruleset::RuleSet;

/// Rules, settings and inventory: everything that a record is examined with.
#[derive(Debug)]
pub struct Pipeline {
    /// The rules.
    pub rules: RuleSet,
    /// The settings.
    pub settings: Settings,
    /// What the settings' aliases and tags stand for.
    pub inventory: Inventory,
}

/// What examining one record came to.
#[derive(Debug)]
pub struct Examination {
    /// What the record means.
    pub access: Access,
    /// What the settings say of it.
    pub judgement: Judgement,
    /// The rules that fired.
    pub findings: Vec<Finding>,
}

impl Pipeline {
    /// Examines one record.
    ///
    /// # Errors
    ///
    /// When `json` is not a CloudTrail record; whoever calls keeps it and counts it.
    pub fn examine(&self, json: &str) -> Result<Examination, RecordError> {
        let record = Record::parse(json)?;
        let access = Access::of(&record);
        let judgement = self.settings.judge(&access.actor, &access.assets, &self.inventory);
        let event = RuleEvent { record: &record, access: &access, judgement: &judgement };
        let findings =
            self.rules.matches(&event).into_iter().map(|rule| finding(rule, &record, &access, &judgement)).collect();
        Ok(Examination { access, judgement, findings })
    }
}

/// What examining many records came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Records that could be read.
    pub read: usize,
    /// Those of them about keys, secrets or the audit trail.
    pub relevant: usize,
    /// What fired, in the order of the records.
    pub findings: Vec<Finding>,
    /// What could not be read, with its place and reason.
    pub unreadable: Vec<Unreadable>,
}

impl Pipeline {
    /// Examines everything in an opened input, and keeps what could not be read. `seen` is told of every access.
    pub fn examine_all(&self, contents: Contents<'_>, tally: &mut Tally, mut seen: impl FnMut(&Access)) {
        tally.unreadable.extend(contents.unreadable);
        for raw in contents.records {
            match self.examine(&raw.json) {
                Ok(examination) => {
                    tally.read += 1;
                    tally.relevant += usize::from(examination.access.is_relevant());
                    seen(&examination.access);
                    tally.findings.extend(examination.findings);
                }
                Err(error) => tally.unreadable.push(Unreadable {
                    place: format!("record {}", raw.number),
                    reason: error.to_string(),
                    raw: raw.json.into_owned(),
                }),
            }
        }
    }
}

fn finding(rule: &Rule, record: &Record<'_>, access: &Access, judgement: &Judgement) -> Finding {
    let account = access.account.as_ref().map_or("", |account| account.as_str());
    // A record without an id is named by its content, so that the same text is the same finding.
    let event_id = access.event_id.clone().unwrap_or_else(|| sha256_hex(record.raw));
    Finding {
        id: FindingId::of_event(&rule.reference.id, account, &event_id),
        rule: rule.reference.clone(),
        actor: access.actor.clone(),
        assets: access.assets.clone(),
        tier: judgement.tier,
        authorized: judgement.authorized,
        account: access.account.clone(),
        region: access.region.clone(),
        evidence: vec![access.evidence(record)],
    }
}
