//! What on-call sees as one thing: the pages about one actor within a while, under one key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_domain::{FindingId, Severity, sha256_hex};
use portcullis_settings::Response;
use serde::{Deserialize, Serialize};

use crate::decide::word;

/// What a message does to an incident, in the words of PagerDuty's Events API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Somebody is woken.
    Trigger,
    /// What is known of it is brought up to date.
    Update,
    /// It is over.
    Resolve,
}

impl Action {
    /// The word used in message attributes and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Update => "update",
            Self::Resolve => "resolve",
        }
    }
}

/// An incident. There is one entry per actor; a new one takes the place of the old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The key that every message about it has: `I-` and 16 hexadecimal digits.
    pub id: String,
    /// The finding that somebody was last woken for.
    pub woken_for: FindingId,
    /// The worst that was paged.
    pub severity: Severity,
    /// The strongest response that was paged.
    #[serde(with = "word")]
    pub response: Response,
    /// Until when what follows brings it up to date instead of waking somebody again.
    pub quiet_until: Timestamp,
    /// The rules that were paged, each with the finding.
    pub rules: BTreeMap<String, FindingId>,
    /// The question that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<FindingId>,
    /// Whether it is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resolved: bool,
}

/// The key of the incident that the finding opens.
pub(crate) fn incident_id(finding: &FindingId) -> String {
    let hash = sha256_hex(&format!("incident {finding}"));
    format!("I-{}", hash.get(..16).unwrap_or(&hash))
}

/// What is to be paged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News<'n> {
    pub(crate) finding: &'n FindingId,
    pub(crate) rule: &'n str,
    pub(crate) severity: Severity,
    pub(crate) response: Response,
    /// Whether somebody was contained, or could not be, or on-call is asked: always a reason to wake.
    pub(crate) acted: bool,
    pub(crate) asks: bool,
    pub(crate) quiet_until: Timestamp,
}

/// What comes of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A message, and the incident as it is afterwards.
    Message(Action, Incident),
    /// Nothing, if on-call was told of this finding in truth.
    RepeatOf(FindingId, Box<Self>),
}

/// Whether the news wake somebody, bring an incident up to date, or repeat what is known. The same news again come to the
/// same: a crash after this was written down changes nothing.
pub(crate) fn tell(known: Option<&Incident>, news: News<'_>, now: Timestamp) -> Told {
    let open = known.filter(|known| !known.resolved && (now < known.quiet_until || known.woken_for == *news.finding));
    let Some(open) = open else {
        let rules = BTreeMap::from([(news.rule.to_owned(), news.finding.clone())]);
        let fresh = Incident {
            id: incident_id(news.finding),
            woken_for: news.finding.clone(),
            severity: news.severity,
            response: news.response,
            quiet_until: news.quiet_until,
            rules,
            asked: news.asks.then(|| news.finding.clone()),
            resolved: false,
        };
        return Told::Message(Action::Trigger, fresh);
    };
    let worse = news.severity > open.severity || news.response > open.response;
    let wakes = news.acted || worse || open.woken_for == *news.finding;
    let mut next = open.clone();
    let repeated = next.rules.insert(news.rule.to_owned(), news.finding.clone()).filter(|other| other != news.finding);
    next.severity = next.severity.max(news.severity);
    next.response = next.response.max(news.response);
    if news.asks {
        next.asked = Some(news.finding.clone());
    }
    if wakes {
        next.woken_for = news.finding.clone();
        next.quiet_until = next.quiet_until.max(news.quiet_until);
        return Told::Message(Action::Trigger, next);
    }
    match repeated {
        Some(of) => Told::RepeatOf(
            of,
            Box::new(Told::Message(
                Action::Trigger,
                // It wakes somebody, and so begins a quiet time of its own.
                Incident {
                    woken_for: news.finding.clone(),
                    quiet_until: next.quiet_until.max(news.quiet_until),
                    ..next
                },
            )),
        ),
        None => Told::Message(Action::Update, next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(finding: &FindingId, quiet_until: &str) -> News<'static> {
        News {
            finding: Box::leak(Box::new(finding.clone())),
            rule: "rule",
            severity: Severity::Medium,
            response: Response::Page,
            acted: false,
            asks: false,
            quiet_until: quiet_until.parse().unwrap(),
        }
    }

    #[test]
    fn a_repeat_of_what_nobody_was_told_begins_a_quiet_time_of_its_own() {
        let [first, second] = ["a", "b"].map(|event| FindingId::of_event("rule", "111122223333", event));
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let Told::Message(_, known) = tell(None, news(&first, "2026-01-05T09:00:00Z"), now) else { panic!() };
        let later = "2026-01-05T08:50:00Z".parse().unwrap();
        let told = tell(Some(&known), news(&second, "2026-01-05T09:50:00Z"), later);
        let Told::RepeatOf(of, otherwise) = told else { panic!("{told:?}") };
        assert_eq!(of, first);
        let Told::Message(Action::Trigger, next) = *otherwise else { panic!("{otherwise:?}") };
        assert_eq!((next.woken_for, next.quiet_until), (second, "2026-01-05T09:50:00Z".parse().unwrap()));
    }
}
