//! What Portcullis adds to a record under `portcullis.`, worked out when a rule asks for it.

mod actor;
mod exposure;
mod named;
mod origin;
mod own;
mod policy;
mod store;
mod target;

use std::borrow::Cow;

use portcullis_domain::{Asset, Network, Principal, Source};
use rsigma_eval::EventValue;

use crate::event::RuleEvent;
use crate::geo::Geo;
use crate::trail;

pub use actor::actor_name;
pub use origin::origin_id;
pub use target::contained_target;

impl RuleEvent<'_, '_> {
    /// The value of one of [`crate::PORTCULLIS_FIELDS`], named without its prefix.
    pub(crate) fn derived(&self, field: &str) -> Option<EventValue<'_>> {
        match field.split_once('.') {
            Some(("actor", rest)) => self.of_actor(rest),
            Some(("asset", rest)) => self.of_asset(rest),
            Some(("origin", rest)) => self.of_origin(rest),
            Some(("time", "off_hours")) => self.judgement.off_hours.map(EventValue::Bool),
            Some(("time", "change")) => self.judgement.change.as_deref().map(text),
            Some(("rate", "level")) => self.history.rate.map(|level| text(level.as_str())),
            Some(("audit", "store")) => store::kind(self.record, &self.settings.audit).map(text),
            Some(("target", "quarantined")) => present(self.is_target_quarantined()),
            Some(("trail", "lost")) => words(trail::lost(self.record)),
            Some(_) => None,
            None => self.of_call(field),
        }
    }

    fn of_call(&self, field: &str) -> Option<EventValue<'_>> {
        match field {
            "outcome" => Some(text(self.access.outcome.as_str())),
            "via" => self.access.via.as_deref().map(text),
            "first_seen" => self.history.first_seen.map(EventValue::Bool),
            "learning" => self.history.learning.map(EventValue::Bool),
            "exposes_to" => words(exposure::exposes_to(self.record, &self.accounts())),
            "self" => present(own::is_own(self.record, &self.context.stack, self.settings)),
            _ => None,
        }
    }

    fn of_actor(&self, field: &str) -> Option<EventValue<'_>> {
        let actor = &self.access.actor;
        match field {
            "kind" => Some(text(actor.kind().as_str())),
            "arn" => actor.principal.arn().map(text),
            "role" => match &actor.principal {
                Principal::Role { arn, .. } => Some(text(arn.as_str())),
                _ => None,
            },
            "name" => actor_name(&actor.principal).map(owned),
            "authorized" => self.judgement.authorized.map(EventValue::Bool),
            "protected" => Some(EventValue::Bool(self.judgement.protected)),
            "issued_to" => actor.session.issued_to.as_deref().map(text),
            "rotator" => Some(EventValue::Bool(actor::is_rotator(self.record, actor, self.judgement.rotator))),
            "quarantined" => present(actor.principal.arn().is_some_and(|arn| self.context.quarantined.contains(arn))),
            _ => None,
        }
    }

    fn of_asset(&self, field: &str) -> Option<EventValue<'_>> {
        match field {
            "arn" => self.assets(ToString::to_string),
            "name" => self.assets(|asset| match asset {
                Asset::Secret(secret) => secret.short_name().to_owned(),
                other => other.to_string(),
            }),
            "kind" => self.assets(|asset| asset.kind().as_str().to_owned()),
            "tier" => self.judgement.tier.map(|tier| text(tier.as_str())),
            "decoy" => present(self.judgement.decoy),
            "first_use" => self.history.asset_first_use.map(EventValue::Bool),
            _ => None,
        }
    }

    fn of_origin(&self, field: &str) -> Option<EventValue<'_>> {
        let origin = &self.access.origin;
        match field {
            "ip" => match &origin.source {
                Source::Ip(ip) => Some(owned(ip.to_string())),
                _ => None,
            },
            "network" => Some(text(origin.network().as_str())),
            "name" => self.judgement.network.as_deref().map(text),
            "id" => origin_id(origin, self.judgement.network.as_deref(), self.context.geo.as_ref()).map(owned),
            "country" => self.of_address(Geo::country).map(owned),
            "asn" => self.of_address(Geo::asn).map(|asn| EventValue::Int(asn.into())),
            "organization" => self.of_address(Geo::organization).map(owned),
            "first_seen" => self.history.origin_first_seen.map(EventValue::Bool),
            "first_use" => self.history.origin_first_use.map(EventValue::Bool),
            _ => None,
        }
    }

    /// What the databases say of the caller's address. Behind a VPC endpoint addresses are those of a VPC, which may use
    /// any, so that they tell no place.
    fn of_address<T>(&self, look_up: impl Fn(&Geo, std::net::IpAddr) -> Option<T>) -> Option<T> {
        match (&self.access.origin.source, self.access.origin.network()) {
            (Source::Ip(ip), Network::Public) => look_up(self.context.geo.as_ref()?, *ip),
            _ => None,
        }
    }

    /// One value for one asset, a list for several.
    fn assets(&self, of: impl Fn(&Asset) -> String) -> Option<EventValue<'_>> {
        let mut values: Vec<_> = self.access.assets.iter().map(|asset| owned(of(asset))).collect();
        if values.len() > 1 { Some(EventValue::Array(values)) } else { values.pop() }
    }

    fn is_target_quarantined(&self) -> bool {
        let account = self.access.account.as_ref();
        account.is_some_and(|account| target::target(self.record, account, &self.context.quarantined).is_some())
    }

    fn accounts(&self) -> exposure::Accounts<'_> {
        exposure::Accounts { home: self.access.account.as_ref(), settings: self.settings }
    }
}

fn text(text: &str) -> EventValue<'_> {
    EventValue::Str(Cow::Borrowed(text))
}

fn owned(text: String) -> EventValue<'static> {
    EventValue::Str(Cow::Owned(text))
}

/// True, or absent.
fn present(holds: bool) -> Option<EventValue<'static>> {
    holds.then_some(EventValue::Bool(true))
}

/// A list, or absent when it is empty.
fn words(words: Vec<&'static str>) -> Option<EventValue<'static>> {
    (!words.is_empty()).then(|| EventValue::Array(words.into_iter().map(text).collect()))
}

#[cfg(test)]
mod tests;
