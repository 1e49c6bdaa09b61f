//! What happened, of one event or many: who did what, from where, on what.

use jiff::Timestamp;
use portcullis_domain::{Asset, Evidence, Finding, Outcome, Principal, Tier};

use crate::burst;
use crate::limits::Limits;
use crate::text::{clean, one_line};

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Of many events: how many, when, and what they have in common.
    pub(crate) burst: Vec<String>,
    /// Who, with the session.
    pub(crate) who: Vec<String>,
    /// From where, with which program.
    pub(crate) origin: Vec<String>,
    /// In which account and Region.
    pub(crate) place: Option<String>,
    /// The keys and secrets.
    pub(crate) assets: Vec<String>,
    /// The highest tier among them.
    pub(crate) tier: Option<Tier>,
    /// The events.
    pub(crate) events: Vec<Event>,
    /// How many events there were.
    pub(crate) total: usize,
    /// Whether there were more than could be counted.
    pub(crate) at_least: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) action: String,
    pub(crate) outcome: Outcome,
    error: Option<String>,
}

impl Facts {
    pub(crate) fn of(finding: &Finding) -> Self {
        let single = || finding.evidence.last().map(origin).unwrap_or_default();
        let burst = finding.burst.as_ref();
        Self {
            burst: burst.map(burst::summary).unwrap_or_default(),
            who: burst::actors(finding).unwrap_or_else(|| who(finding)),
            origin: if burst.is_some() { burst::origins(finding) } else { single() },
            place: Some(place(finding)),
            assets: finding.assets.iter().map(asset).collect(),
            tier: finding.tier,
            events: finding.evidence.iter().map(Event::of).collect(),
            total: burst.map_or(finding.evidence.len(), |burst| burst.events),
            at_least: burst.is_some_and(|burst| burst.at_least),
        }
    }

    /// The keys and secrets, each with its tier where there is one only.
    pub(crate) fn asset_lines(&self, limits: Limits) -> Vec<String> {
        let tier = self.tier.map_or("unclassified".to_owned(), |tier| format!("tier {tier}"));
        match self.assets.as_slice() {
            [] => vec!["none: it concerns the account".to_owned()],
            [one] => limits.some(&[format!("{one} ({tier})")]),
            many => {
                let tier =
                    self.tier.map_or("unclassified".to_owned(), |tier| format!("highest tier among them: {tier}"));
                limits.some(many).into_iter().chain([tier]).collect()
            }
        }
    }

    /// Some of the events: the first, the last, and one in between that was not denied, where there is one.
    pub(crate) fn chosen(&self, limits: Limits) -> Vec<&Event> {
        let undenied = |index: usize| self.events.get(index).is_some_and(|event| event.outcome != Outcome::Denied);
        let chosen = limits.chosen(self.events.len(), undenied);
        chosen.into_iter().filter_map(|index| self.events.get(index)).collect()
    }

    /// The same as lines, below how many they are of how many.
    pub(crate) fn event_lines(&self, limits: Limits) -> Vec<String> {
        let shown = self.chosen(limits);
        let at_least = if self.at_least { "at least " } else { "" };
        let some = self.at_least || shown.len() < self.total;
        let count = some.then(|| format!("{} of {at_least}{}:", shown.len(), self.total));
        count.into_iter().chain(shown.into_iter().map(Event::line)).collect()
    }
}

impl Event {
    fn of(evidence: &Evidence) -> Self {
        Self {
            id: evidence.event_id.as_deref().map(one_line),
            time: evidence.time,
            action: one_line(&evidence.action.to_string()),
            outcome: evidence.outcome,
            error: evidence.error_code.as_deref().map(one_line),
        }
    }

    fn line(&self) -> String {
        let time = self.time.map_or("no readable time".to_owned(), |time| format!("{time:.0}"));
        let error = self.error.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
        let id = self.id.as_deref().unwrap_or("without an id");
        one_line(&format!("{time} {} {}{error}, event {id}", self.action, self.outcome))
    }
}

/// A name a person says: `role reporting`, not the whole ARN.
pub(crate) fn short_name(principal: &Principal) -> String {
    match principal {
        Principal::Role { arn, .. } => one_line(&format!("role {}", arn.name())),
        Principal::User { arn, .. } => one_line(&format!("user {}", arn.name())),
        other => one_line(&other.to_string()),
    }
}

/// The whole ARN, of which a part would name somebody else, or what stands for it.
pub(crate) fn full_name(principal: &Principal) -> String {
    match principal.arn() {
        Some(arn) => clean(arn),
        None => one_line(&principal.to_string()),
    }
}

fn who(finding: &Finding) -> Vec<String> {
    let session = &finding.actor.session;
    let mut lines = vec![format!("{} {}", finding.actor.kind().as_str(), full_name(&finding.actor.principal))];
    let mut add = |label: &str, value: Option<&str>| {
        lines.extend(value.map(|value| one_line(&format!("{label} {value}"))));
    };
    add("session", session.name.as_deref());
    add("federated as", session.federated_as.as_deref());
    add("source identity", session.source_identity.as_deref());
    add("credentials issued to", session.issued_to.as_deref());
    add("access key", session.access_key_id.as_deref());
    add("MFA", session.mfa.map(|mfa| if mfa { "yes" } else { "no" }));
    add("authorized for the asset:", finding.authorized.map(|authorized| if authorized { "yes" } else { "no" }));
    lines
}

fn origin(evidence: &Evidence) -> Vec<String> {
    let origin = &evidence.origin;
    let mut lines = vec![source(evidence)];
    lines.extend(origin.vpc_endpoint.as_ref().map(|endpoint| one_line(&format!("VPC endpoint {endpoint}"))));
    lines.extend(evidence.via.as_ref().map(|via| one_line(&format!("through {via}"))));
    lines.extend(origin.user_agent.as_ref().map(|agent| one_line(agent)));
    lines
}

/// The address that a call came from, or what stands for it.
pub(crate) fn source(evidence: &Evidence) -> String {
    one_line(&format!("{} ({})", evidence.origin.source, evidence.origin.network().as_str()))
}

fn place(finding: &Finding) -> String {
    let many = finding.burst.is_some();
    one_line(&match (&finding.account, &finding.region) {
        (Some(account), Some(region)) => format!("account {account}, Region {region}"),
        (Some(account), None) if many => format!("account {account}, not all in one Region"),
        (Some(account), None) => format!("account {account}, Region unknown"),
        (None, Some(region)) if many => format!("not all in one account, Region {region}"),
        (None, Some(region)) => format!("account unknown, Region {region}"),
        (None, None) if many => "not all in one account or Region".to_owned(),
        (None, None) => "account and Region unknown".to_owned(),
    })
}

fn asset(asset: &Asset) -> String {
    one_line(&format!("{} {asset}", asset.kind().as_str()))
}
