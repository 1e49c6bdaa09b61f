//! What is counted of an actor's use of an asset.

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_domain::Tier;
use portcullis_settings::Judgement;
use serde::Serialize;

use super::class::{Class, Totals};
use super::names::{self, Named};
use super::top::{Several, Top};

/// One row as it is counted.
#[derive(Debug)]
pub(super) struct Tally {
    totals: Totals,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    tier: Option<Tier>,
    authorized: u64,
    unauthorized: u64,
    calls: Top,
    via: Top,
    networks: Top,
    addresses: Top,
    endpoints: Top,
    countries: Top,
    actors: Top,
    sessions: Top,
    identities: Top,
}

/// An actor's use of what was asked for, or what was asked for's use of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The whole name of the actor or the asset: an ARN where there is one.
    pub name: String,
    /// The short one.
    pub label: String,
    /// The kind of the actor or the asset: `role`, `user`, `secret`; `none` for calls that name no asset.
    pub kind: &'static str,
    /// The account it belongs to, where that is told.
    pub account: Option<String>,
    /// The asset's Region, where that is told.
    pub region: Option<String>,
    /// The highest tier that the settings give to what was touched.
    pub tier: Option<Tier>,
    /// Whether the settings authorize it: no, if they did not for a single call; absent when no entry says.
    pub authorized: Option<bool>,
    /// Calls that the settings do not authorize.
    pub unauthorized: u64,
    /// How often.
    #[serde(flatten)]
    pub totals: Totals,
    /// The first of them that tells its time.
    pub first: Option<Timestamp>,
    /// The last of them that tells its time.
    pub last: Option<Timestamp>,
    /// By which calls.
    pub calls: Several,
    /// Through which services, with the actor's rights.
    pub via: Several,
    /// From what kinds of networks, or named networks of the settings.
    pub networks: Several,
    /// From which addresses or services.
    pub addresses: Several,
    /// Through which VPC endpoints.
    pub endpoints: Several,
    /// From which countries, where a database tells.
    pub countries: Several,
    /// Who, where rows are assets.
    pub actors: Several,
    /// Under which session names.
    pub sessions: Several,
    /// Under which source identities.
    pub source_identities: Several,
}

impl Tally {
    pub(super) const fn new() -> Self {
        Self {
            totals: Totals::NONE,
            first: None,
            last: None,
            tier: None,
            authorized: 0,
            unauthorized: 0,
            calls: Top::new(16),
            via: Top::new(8),
            networks: Top::new(8),
            addresses: Top::new(32),
            endpoints: Top::new(8),
            countries: Top::new(16),
            actors: Top::new(16),
            sessions: Top::new(16),
            identities: Top::new(16),
        }
    }

    pub(super) fn add(
        &mut self,
        class: Class,
        access: &Access,
        judgement: &Judgement,
        country: Option<&str>,
        actor: Option<&str>,
    ) {
        self.totals.add(class, access.outcome);
        self.tier = self.tier.max(judgement.tier);
        if class != Class::Beside {
            self.authorized += u64::from(judgement.authorized == Some(true));
            self.unauthorized += u64::from(judgement.authorized == Some(false));
        }
        self.calls.add(&access.action.to_string());
        // What a service does for a call that has a record of its own is done when and where the service does it.
        if class != Class::Beside || access.via.is_none() {
            self.place(access, judgement, country);
        }
        for (top, value) in [
            (&mut self.via, access.via.as_deref()),
            (&mut self.actors, actor),
            (&mut self.sessions, session(access)),
            (&mut self.identities, access.actor.session.source_identity.as_deref()),
        ] {
            if let Some(value) = value {
                top.add(value);
            }
        }
    }

    fn place(&mut self, access: &Access, judgement: &Judgement, country: Option<&str>) {
        self.first = self.first.into_iter().chain(access.time).min();
        self.last = self.last.max(access.time);
        let network = judgement.network.as_deref();
        self.networks.add(network.unwrap_or_else(|| access.origin.network().as_str()));
        self.addresses.add(&access.origin.source.to_string());
        for (top, value) in
            [(&mut self.endpoints, access.origin.vpc_endpoint.as_deref()), (&mut self.countries, country)]
        {
            if let Some(value) = value {
                top.add(value);
            }
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.totals.join(other.totals);
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        self.tier = self.tier.max(other.tier);
        self.authorized += other.authorized;
        self.unauthorized += other.unauthorized;
        self.calls.join(other.calls);
        self.via.join(other.via);
        self.networks.join(other.networks);
        self.addresses.join(other.addresses);
        self.endpoints.join(other.endpoints);
        self.countries.join(other.countries);
        self.actors.join(other.actors);
        self.sessions.join(other.sessions);
        self.identities.join(other.identities);
    }

    pub(super) fn row(self, named: Named) -> Row {
        let is_judged = self.authorized + self.unauthorized > 0;
        Row {
            name: named.name,
            label: named.label,
            kind: named.kind,
            account: named.account,
            region: named.region,
            tier: self.tier,
            authorized: is_judged.then_some(self.unauthorized == 0),
            unauthorized: self.unauthorized,
            totals: self.totals,
            first: self.first,
            last: self.last,
            calls: self.calls.several(),
            via: self.via.several(),
            networks: self.networks.several(),
            addresses: self.addresses.several(),
            endpoints: self.endpoints.several(),
            countries: self.countries.several(),
            actors: self.actors.several(),
            sessions: self.sessions.several(),
            source_identities: self.identities.several(),
        }
    }
}

/// What the session is called, also where the record names the role's session alone.
pub(super) fn session(access: &Access) -> Option<&str> {
    let (principal, session) = (&access.actor.principal, &access.actor.session);
    let told = session.name.as_deref().or(session.federated_as.as_deref());
    let assumed = || super::matching::AssumedRole::of(principal).map(|assumed| assumed.session);
    let foreign = || names::foreign_session(principal);
    told.or_else(assumed).or_else(foreign)
}
