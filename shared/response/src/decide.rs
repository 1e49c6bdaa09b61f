//! What to do about a finding. Pure: the same finding, settings and state give the same decision.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AccountId, Finding, RoleArn};
use portcullis_settings::{Response, Settings};
use serde::{Deserialize, Serialize};

use crate::entry::{Quarantine, QuarantineState};
use crate::form::{last_event, newest_ground};
use crate::guard::{Refusal, Target, target};

/// What Portcullis knows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// The account it may act in; absent in a replay, where each finding's own account counts as home.
    pub account: Option<AccountId>,
    /// Its own roles, which it never acts on.
    pub own_roles: Vec<RoleArn>,
}

/// What to do about a finding, and why not more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What the settings ask for, before the mode caps it and the guards are heard.
    #[serde(with = "word")]
    pub wanted: Response,
    /// What is to be done.
    #[serde(with = "word")]
    pub response: Response,
    /// The guards that refused to contain the actor; empty unless containment was to be done, or the rule is in shadow.
    #[serde(default)]
    pub refusals: Vec<Refusal>,
}

/// An event older than this, or a burst whose last event is, is paged about and not acted on: it comes from a backfill or a queue that stood still, and
/// whoever it was has long been dealt with, or must be by people.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// Decides by severity, tier and mode, then hears the guards that can be judged from the record, the settings and the
/// ledger. A refused containment becomes a page, unless the actor was merely denied while in quarantine. What a rule in
/// shadow finds is only written down.
///
/// `known` is the actor's quarantine, past or present, as far as it can be trusted.
pub fn decide(
    finding: &Finding,
    settings: &Settings,
    deployment: &Deployment,
    known: Option<&Quarantine>,
    now: Timestamp,
) -> (Decision, Option<Target>) {
    let wanted = settings.uncapped_response(finding.rule.severity, finding.tier);
    let response = settings.response(finding.rule.severity, finding.tier);
    let decision = Decision { wanted, response, refusals: Vec::new() };
    if finding.shadow {
        return (Decision { response: Response::Observe, ..decision.refused(Refusal::Shadow) }, None);
    }
    // Being denied is what a quarantine is for: written down, but nobody is woken by it.
    if let Some(quarantine) = known.filter(|known| known.is_in_force() && finding.is_denied())
        && response > Response::Observe
    {
        let refused = decision.refused(Refusal::AlreadyQuarantined { until: quarantine.until });
        return (Decision { response: Response::Observe, ..refused }, None);
    }
    if response < Response::Quarantine {
        return (decision, None);
    }
    match containable(finding, settings, deployment, known, now) {
        Ok(target) => (decision, Some(target)),
        Err(refusal) => (decision.refused(refusal), None),
    }
}

impl Decision {
    /// The same decision with the containment refused: page, don't act.
    #[must_use]
    pub fn refused(mut self, refusal: Refusal) -> Self {
        self.response = self.response.min(Response::Page);
        self.refusals.push(refusal);
        self
    }
}

fn containable(
    finding: &Finding,
    settings: &Settings,
    deployment: &Deployment,
    known: Option<&Quarantine>,
    now: Timestamp,
) -> Result<Target, Refusal> {
    let target = target(finding, deployment)?;
    if let Some(pattern) = settings.is_protected(&finding.actor.principal) {
        return Err(Refusal::Protected { pattern: pattern.clone() });
    }
    if let Some(via) = finding.evidence.iter().find_map(|evidence| evidence.via.clone()) {
        return Err(Refusal::Indirect { via });
    }
    if let Some(quarantine) = known {
        refuse_known(quarantine, newest_ground(finding))?;
    }
    let event = last_event(finding);
    if event.is_none_or(|event| now.duration_since(event) > STALE) {
        return Err(Refusal::Stale { event });
    }
    Ok(target)
}

fn refuse_known(quarantine: &Quarantine, event: Option<Timestamp>) -> Result<(), Refusal> {
    match quarantine.state {
        QuarantineState::Attaching | QuarantineState::Active { .. } => {
            Err(Refusal::AlreadyQuarantined { until: quarantine.until })
        }
        // An event without a readable time cannot be told from one before the release, so it is not acted on.
        QuarantineState::Released { at, .. } if event.is_none_or(|event| event <= at) => {
            Err(Refusal::ReleasedSince { at })
        }
        QuarantineState::Released { .. } | QuarantineState::Failed => Ok(()),
    }
}

/// The settings' word for a response, in JSON.
pub(crate) mod word {
    use portcullis_settings::Response;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(response: &Response, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(response.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Response, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = Response::ALL.iter().find(|response| response.as_str() == word);
        known.copied().ok_or_else(|| D::Error::custom(format!("`{word}` is not a response")))
    }
}
