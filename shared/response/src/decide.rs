//! What to do about a finding. Pure: the same finding, settings and state give the same decision.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AccountId, ArnPattern, Finding, PolicyArn, RoleArn};
use portcullis_settings::{Inventory, Response, Settings};
use serde::{Deserialize, Serialize};

use crate::form::{last_event, newest_ground};
use crate::guard::target;
use crate::quarantine::{Level, Quarantine, QuarantineState};
use crate::refusal::Refusal;
use crate::target::Target;

/// What Portcullis knows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// The account it runs in; absent in a replay, where each finding's own account counts as home.
    pub account: Option<AccountId>,
    /// Its own roles, which it never acts on.
    pub own_roles: Vec<RoleArn>,
    /// Who deploys it, whom it never acts on either.
    pub deployers: Vec<ArnPattern>,
    /// Path and name of the policy that locks out, the same in every account: `portcullis/portcullis-lockout`.
    pub lockout_policy: Option<String>,
}

impl Deployment {
    /// The policy that locks out in the target's account, where there is one.
    pub fn lockout_policy(&self, target: &Target) -> Option<PolicyArn> {
        let name = self.lockout_policy.as_ref()?;
        format!("arn:{}:iam::{}:policy/{name}", target.partition(), target.account()).parse().ok()
    }
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

/// A denial takes some seconds to be felt everywhere (IAM User Guide, *Troubleshoot IAM*): whoever acts later than this
/// after a lockout goes on trying.
const FELT: SignedDuration = SignedDuration::from_secs(60);

/// What a containment would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containable {
    /// On whom.
    pub target: Target,
    /// How far.
    pub level: Level,
}

/// Decides by severity, tier and mode, then hears the guards that can be judged from the record, the settings and the
/// ledger. A refused containment becomes a page, unless the actor was merely denied while contained. What a rule in
/// shadow finds is only written down.
///
/// `known` is the actor's containment, past or present, as far as it can be trusted.
pub fn decide(
    finding: &Finding,
    settings: &Settings,
    deployment: &Deployment,
    known: Option<&Quarantine>,
    now: Timestamp,
) -> (Decision, Option<Containable>) {
    let wanted = settings.uncapped_response(finding.rule.severity, finding.tier);
    let response = settings.response(finding.rule.severity, finding.tier);
    let decision = Decision { wanted, response, refusals: Vec::new() };
    if finding.shadow {
        return (Decision { response: Response::Observe, ..decision.refused(Refusal::Shadow) }, None);
    }
    let escalates = known.is_some_and(|known| escalates(finding, settings, response, known));
    // Being denied is what a containment is for: written down, but nobody is woken by it.
    if let Some(known) = known.filter(|known| known.is_in_force() && finding.is_denied() && !escalates)
        && response > Response::Observe
    {
        let refused = decision.refused(Refusal::AlreadyContained { level: known.level, until: known.until });
        return (Decision { response: Response::Observe, ..refused }, None);
    }
    if response < Response::Ask {
        return (decision, None);
    }
    let level = match response {
        _ if escalates => Level::Quarantine,
        Response::Ask => proposed(wanted, settings),
        Response::Lockout => Level::Lockout,
        _ => Level::Quarantine,
    };
    contain_to(level, decision, finding, settings, deployment, known, now)
}

/// The same with the level given: what an operator approved, or what nobody answered about.
pub(crate) fn contain_to(
    level: Level,
    decision: Decision,
    finding: &Finding,
    settings: &Settings,
    deployment: &Deployment,
    known: Option<&Quarantine>,
    now: Timestamp,
) -> (Decision, Option<Containable>) {
    match containable(level, finding, settings, deployment, known, now) {
        Ok(target) => (decision, Some(Containable { target, level })),
        Err(refusal) => (decision.refused(refusal), None),
    }
}

/// How far an operator is asked to go: as far as the table says where only the mode is in the way.
fn proposed(wanted: Response, settings: &Settings) -> Level {
    let proposed = if wanted > Response::Ask { wanted } else { settings.asking.propose };
    if proposed == Response::Lockout { Level::Lockout } else { Level::Quarantine }
}

/// Whether somebody who is locked out goes on, or did worse: then everything is denied.
pub(crate) fn escalates(finding: &Finding, settings: &Settings, response: Response, known: &Quarantine) -> bool {
    let goes_on = last_event(finding).is_some_and(|event| event > known.since + FELT);
    known.level == Level::Lockout
        && matches!(known.state, QuarantineState::Active { .. })
        && response.contains()
        && (response == Response::Quarantine || (settings.lockout.escalates && goes_on))
        && (goes_on || !finding.is_denied())
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
    level: Level,
    finding: &Finding,
    settings: &Settings,
    deployment: &Deployment,
    known: Option<&Quarantine>,
    now: Timestamp,
) -> Result<Target, Refusal> {
    let target = target(finding, settings, deployment)?;
    if let Some(via) = finding.evidence.iter().find_map(|evidence| evidence.via.clone()) {
        return Err(Refusal::Indirect { via });
    }
    if let Some(quarantine) = known {
        refuse_known(quarantine, level, ground(finding))?;
    }
    let event = last_event(finding);
    if event.is_none_or(|event| now.duration_since(event) > STALE) {
        return Err(Refusal::Stale { event });
    }
    if let Some(name) = pausing(finding, settings, &Inventory::default(), now) {
        return Err(Refusal::ChangeWindow { name });
    }
    if level == Level::Lockout && deployment.lockout_policy(&target).is_none() {
        return Err(Refusal::NoLockout);
    }
    Ok(target)
}

/// `detect` knows for a minute after a release, and a little longer, no better than that the actor is contained.
const LAGS: SignedDuration = SignedDuration::from_secs(120);

/// The time of what speaks against the actor most lately. A rule that speaks against it for being contained may not have
/// heard of the release yet.
fn ground(finding: &Finding) -> Option<Timestamp> {
    let lags = finding.rule.id.starts_with("quarantined-actor-");
    newest_ground(finding).map(|ground| if lags { ground - LAGS } else { ground })
}

/// The planned work that is under way now, or was when the call was made.
pub(crate) fn pausing(finding: &Finding, settings: &Settings, inventory: &Inventory, now: Timestamp) -> Option<String> {
    let mut times = last_event(finding).into_iter().chain([now]);
    let change = times.find_map(|at| settings.pausing_change(&finding.actor, inventory, at));
    change.map(|change| change.name.clone())
}

fn refuse_known(known: &Quarantine, level: Level, event: Option<Timestamp>) -> Result<(), Refusal> {
    match known.state {
        // A lockout may become a quarantine.
        QuarantineState::Active { .. } if known.level < level => Ok(()),
        QuarantineState::Applying | QuarantineState::Active { .. } | QuarantineState::Releasing { .. } => {
            Err(Refusal::AlreadyContained { level: known.level, until: known.until })
        }
        QuarantineState::Released { .. } | QuarantineState::Failed => {
            known.released_since(event).map_or(Ok(()), |at| Err(Refusal::ReleasedSince { at }))
        }
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

#[cfg(test)]
mod tests {
    use portcullis_testkit::finding;
    use test_case::test_case;

    use super::*;

    #[test_case("quarantined-actor-succeeded", Some("released-since") ; "a rule that has not heard of the release")]
    #[test_case("unauthorized-access-critical-asset", None ; "any other")]
    fn just_released(rule: &str, refused: Option<&str>) {
        // The call was made a minute after the release.
        let released = "2026-01-05T08:09:00Z".parse().unwrap();
        let mut finding = finding("e");
        finding.rule.id = rule.to_owned();
        let settings = portcullis_settings::parse("mode: enforce\n").unwrap();
        let target = target(&finding, &settings, &Deployment::default()).unwrap();
        let (by, reason) = ("alice".to_owned(), "known".to_owned());
        let known = Quarantine {
            target,
            level: Level::Quarantine,
            steps: Vec::new(),
            finding: finding.id.clone(),
            why: String::new(),
            since: released,
            until: released,
            state: QuarantineState::Released { at: released, by, reason, found: Vec::new() },
            lease_until: released,
            extensions: Vec::new(),
            tampering: None,
            reapplied: 0,
        };
        let now = "2026-01-05T08:10:05Z".parse().unwrap();
        let (decision, _) = decide(&finding, &settings, &Deployment::default(), Some(&known), now);
        assert_eq!(decision.refusals.first().map(Refusal::name), refused);
    }
}
