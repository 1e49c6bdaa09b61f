//! What a page about a finding tells.

use jiff::Timestamp;
use portcullis_domain::{Finding, RuleRef};
use portcullis_response::{Action, AskState, Containment, Entry, Level, Notice, Refusal};

use crate::PageContext;
use crate::answer::{self, prefix};
use crate::facts::{Facts, full_name, short_name};
use crate::headline::{boundary, escalated, headline};
use crate::kind::Kind;
use crate::outcome::{done, not_done, undo};
use crate::story::{Person, Story, runbook, short_person};
use crate::surroundings::around;
use crate::text::one_line;
use crate::undo::status_command;

pub(crate) fn tell(entry: &Entry, notice: Notice<'_>, context: &PageContext) -> Story {
    let (finding, kind) = (&entry.finding, standing(entry));
    let escalated = escalated(entry);
    let anchor = if escalated.is_some() { "escalated" } else { kind.anchor() };
    let rule = rule(&finding.rule);
    let remarks = [escalated.clone(), answer::remark(entry, kind), boundary(entry)];
    Story {
        action: notice.action,
        incident: one_line(notice.incident),
        kind,
        words: words(entry, kind, notice.action, escalated.is_some()),
        severity: finding.rule.severity,
        who: short_name(&finding.actor.principal),
        topic: rule.title.clone(),
        headline: headline(entry, kind),
        remarks: remarks.into_iter().flatten().collect(),
        at: happened_at(entry),
        stack: one_line(&context.stack),
        account: finding.account.as_ref().map(ToString::to_string),
        region: finding.region.as_deref().map(one_line),
        actor: person(finding),
        what: Some(rule.title.clone()),
        facts: Facts::of(finding),
        details: Vec::new(),
        question: answer::question(entry, kind, context),
        first: Vec::new(),
        done: done(entry, kind),
        not_done: not_done(entry, kind),
        around: around(entry.surroundings.as_ref()),
        ends: ends(entry),
        undo: (kind != Kind::Asked).then(|| undo(entry, kind, context)),
        was_for: None,
        rule: Some(rule),
        finding: finding.id.to_string(),
        continues: entry.continues.as_ref().map(ToString::to_string),
        runbook: runbook(context, anchor),
        status: status_command(context),
    }
}

/// What the page is, first of all.
fn standing(entry: &Entry) -> Kind {
    let refused = !entry.decision.refusals.is_empty();
    match (&entry.containment, entry.ask.as_ref().map(|ask| &ask.state)) {
        // Already so when it was decided, or another finding on the same actor was quicker.
        _ if already(entry).is_some() => already(entry).map_or(Kind::NotTouched, |(level, _)| Kind::Already(level)),
        (Some(Containment::Contained { level, .. }), _) => Kind::of_level(*level),
        (Some(Containment::Failed { .. }), _) => Kind::NotContained,
        (None, Some(AskState::Rejected { .. })) => Kind::Rejected,
        (None, _) if refused => Kind::NotTouched,
        (None, Some(AskState::Pending)) => Kind::Asked,
        (None, Some(AskState::Approved { .. })) => Kind::Approved,
        (None, Some(AskState::Unanswered { .. })) => Kind::Unanswered,
        (None, None) => Kind::Paged,
    }
}

/// How far, and until when, the actor was contained without this finding.
pub(crate) fn already(entry: &Entry) -> Option<(Level, Timestamp)> {
    entry.decision.refusals.iter().find_map(|refusal| match refusal {
        Refusal::AlreadyContained { level, until } => Some((*level, *until)),
        _ => None,
    })
}

fn words(entry: &Entry, kind: Kind, action: Action, escalated: bool) -> String {
    let own = match (kind, entry.ask.as_ref().map(|ask| &ask.state)) {
        (Kind::Approved, Some(AskState::Approved { by, .. }))
        | (Kind::Rejected, Some(AskState::Rejected { by, .. })) => {
            format!("{} by {}", kind.word(), short_person(by))
        }
        _ => kind.word().to_owned(),
    };
    let update = (action == Action::Update).then(|| "UPDATE".to_owned());
    let escalated = escalated.then(|| "ESCALATED".to_owned());
    let parts = [update, escalated, prefix(entry, kind), Some(own)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn happened_at(entry: &Entry) -> Timestamp {
    match (&entry.containment, entry.ask.as_ref().map(|ask| &ask.state)) {
        (Some(Containment::Contained { at, .. } | Containment::Failed { at, .. }), _) => *at,
        (None, Some(AskState::Approved { at, .. } | AskState::Rejected { at, .. } | AskState::Unanswered { at })) => {
            *at
        }
        (None, _) => entry.decided_at,
    }
}

fn ends(entry: &Entry) -> Option<Timestamp> {
    let contained = match &entry.containment {
        Some(Containment::Contained { until, .. }) => Some(*until),
        _ => None,
    };
    already(entry).map(|(_, until)| until).or(contained)
}

fn person(finding: &Finding) -> Person {
    let session = &finding.actor.session;
    let clean = |value: &Option<String>| value.as_deref().map(one_line);
    Person {
        kind: finding.actor.kind().as_str().to_owned(),
        name: full_name(&finding.actor.principal),
        session: clean(&session.name),
        source_identity: clean(&session.source_identity),
        access_key: clean(&session.access_key_id),
    }
}

/// The rule, as it can be shown: its author may be anybody who writes rules for the stack.
pub(crate) fn rule(rule: &RuleRef) -> RuleRef {
    RuleRef {
        id: one_line(&rule.id),
        title: one_line(&rule.title),
        severity: rule.severity,
        attack: rule.attack.iter().take(10).map(|technique| one_line(technique)).collect(),
    }
}
