//! The page as JSON for programs: the schema `portcullis.page/1`. What is absent is left out. Later versions of this
//! schema may add members and outcomes; none is taken away.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts;
use crate::limits::Limits;
use crate::story::Story;
use crate::text::shorten;

/// The longest summary: PagerDuty takes 1,024 characters (PagerDuty, *Events API v2*, `payload.summary`).
const SUMMARY: usize = 600;

#[derive(Serialize)]
struct Generic<'s> {
    schema: &'static str,
    action: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    dedup_key: &'s str,
    kind: &'static str,
    severity: &'static str,
    summary: String,
    subject: &'s str,
    stack: &'s str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'s str>,
    finding: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    continues: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule<'s>>,
    outcome: &'static str,
    actor: Actor<'s>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<String, &'s str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origin: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    burst: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_more: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plan: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answer: Vec<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_until: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    first: &'s [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    done: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_done: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    workload: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    onward: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'s str>,
    runbook: &'s str,
    text: &'s str,
}

#[derive(Serialize)]
struct Rule<'s> {
    id: &'s str,
    title: &'s str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    attack: &'s [String],
}

#[derive(Serialize)]
struct Actor<'s> {
    kind: &'s str,
    name: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key: Option<&'s str>,
}

#[derive(Serialize)]
struct Evidence<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    action: &'s str,
    outcome: &'static str,
}

impl<'s> Evidence<'s> {
    fn of(event: &'s facts::Event) -> Self {
        Self {
            event_id: event.id.as_deref(),
            time: event.time.map(|time| format!("{time:.0}")),
            action: &event.action,
            outcome: event.outcome.as_str(),
        }
    }
}

impl Story {
    /// The page as JSON, on one line; with the mail's subject and text, for programs that show it to people.
    pub(crate) fn generic(&self, limits: Limits, subject: &str, text: &str) -> String {
        let unknown = self.around.unknown.iter().map(|line| format!("not known: {line}"));
        let workload: Vec<String> = self.around.workload.iter().cloned().chain(unknown).collect();
        let (question, actor) = (self.question.as_ref(), &self.actor);
        let page = Generic {
            schema: "portcullis.page/1",
            action: self.action.as_str(),
            dedup_key: &self.incident,
            kind: self.kind.class(),
            severity: self.severity.as_str(),
            summary: shorten(&self.headline, SUMMARY),
            subject,
            stack: &self.stack,
            timestamp: format!("{:.0}", self.at),
            account: self.account.as_deref(),
            region: self.region.as_deref(),
            finding: &self.finding,
            continues: self.continues.as_deref(),
            rule: self.rule.as_ref().map(|rule| Rule { id: &rule.id, title: &rule.title, attack: &rule.attack }),
            outcome: self.kind.outcome(),
            actor: Actor {
                kind: &actor.kind,
                name: &actor.name,
                session: actor.session.as_deref(),
                source_identity: actor.source_identity.as_deref(),
                access_key: actor.access_key.as_deref(),
            },
            remarks: limits.most(&self.remarks),
            details: self.details().collect(),
            origin: limits.some(&self.facts.origin),
            assets: limits.some(&self.facts.assets),
            tier: self.facts.tier.map(portcullis_domain::Tier::as_str),
            burst: limits.most(&self.facts.burst),
            evidence: self.events(limits),
            evidence_more: self.more(limits),
            plan: question.map(|question| limits.whole(&question.plan)).unwrap_or_default(),
            answer: question.map(|question| vec![question.approve.as_str(), &question.reject]).unwrap_or_default(),
            answer_until: question.map(|question| format!("{:.0}", question.ends)),
            first: &self.first,
            done: limits.whole(&self.done),
            not_done: limits.whole(&self.not_done),
            workload: limits.most(&workload),
            onward: limits.most(&self.around.onward),
            ends: self.ends.map(|ends| format!("{ends:.0}")),
            undo: self.undo.as_ref().and_then(|undo| undo.release.as_deref()),
            runbook: &self.runbook,
            text,
        };
        // Text, numbers and maps with texts as keys: nothing in it that JSON could not say.
        serde_json::to_string(&page).unwrap_or_default()
    }

    fn details(&self) -> impl Iterator<Item = (String, &str)> {
        let was_for = self.was_for.as_deref().map(|why| ("was_for".to_owned(), why));
        let label = |label: &str| label.to_lowercase().replace(' ', "_");
        self.details.iter().map(move |(name, value)| (label(name), value.as_str())).chain(was_for)
    }

    fn events(&self, limits: Limits) -> Vec<Evidence<'_>> {
        self.facts.chosen(limits).into_iter().map(Evidence::of).collect()
    }

    /// How many events are not listed.
    fn more(&self, limits: Limits) -> Option<String> {
        let more = self.facts.total.saturating_sub(self.facts.chosen(limits).len());
        let at_least = if self.facts.at_least { "at least " } else { "" };
        (more > 0 || self.facts.at_least).then(|| format!("and {at_least}{more} more"))
    }
}
