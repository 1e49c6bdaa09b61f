//! The last accesses, one line each.

use jiff::Timestamp;
use portcullis_cloudtrail::Access;
use portcullis_domain::{Asset, Outcome};
use serde::Serialize;

use super::names::{self, cut};
use super::row::session;

/// How many are kept.
const KEPT: usize = 10;

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recent {
    /// When, where the record tells.
    pub time: Option<Timestamp>,
    /// Whether it was a use; else it only looked.
    pub is_use: bool,
    /// The call: `secretsmanager:GetSecretValue`.
    pub call: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The error code, where there is one.
    pub error_code: Option<String>,
    /// Who, in short.
    pub actor: String,
    /// The name of the session.
    pub session: Option<String>,
    /// What was touched, in short.
    pub asset: Option<String>,
    /// The address or service that it came from.
    pub address: String,
    /// The kind of network that it came from.
    pub network: &'static str,
    /// The VPC endpoint that it came through.
    pub endpoint: Option<String>,
    /// The service that made the call with the actor's rights.
    pub via: Option<String>,
    /// What the caller says it is.
    pub user_agent: Option<String>,
    /// `eventID`.
    pub event_id: Option<String>,
    /// The account that logged it.
    pub account: Option<String>,
    /// The Region that logged it.
    pub region: Option<String>,
}

/// The last ones of those seen so far; of two at the same time, the one seen later is later.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// In the order of their times, each with its number.
    kept: Vec<(Option<Timestamp>, u64, Recent)>,
    seen: u64,
}

impl Last {
    pub(super) fn see(&mut self, access: &Access, asset: Option<&Asset>, is_use: bool) {
        self.seen += 1;
        let earliest = self.kept.first().map(|(time, _, _)| *time);
        if self.kept.len() >= KEPT && earliest.is_some_and(|earliest| access.time < earliest) {
            return;
        }
        let recent = (access.time, self.seen, Recent::of(access, asset, is_use));
        let place = self.kept.partition_point(|(time, number, _)| (*time, *number) <= (recent.0, recent.1));
        self.kept.insert(place, recent);
        if self.kept.len() > KEPT {
            self.kept.remove(0);
        }
    }

    /// The last one first.
    pub(super) fn finish(self) -> Vec<Recent> {
        self.kept.into_iter().rev().map(|(_, _, recent)| recent).collect()
    }
}

impl Recent {
    fn of(access: &Access, asset: Option<&Asset>, is_use: bool) -> Self {
        let kept = |text: &Option<String>| text.as_deref().map(|text| cut(text).into_owned());
        Self {
            time: access.time,
            is_use,
            call: cut(&access.action.to_string()).into_owned(),
            outcome: access.outcome,
            error_code: kept(&access.error_code),
            actor: names::actor(&access.actor).label,
            session: session(access).map(|session| cut(session).into_owned()),
            asset: asset.map(|asset| names::asset(asset).label),
            address: cut(&access.origin.source.to_string()).into_owned(),
            network: access.origin.network().as_str(),
            endpoint: kept(&access.origin.vpc_endpoint),
            via: kept(&access.via),
            user_agent: kept(&access.origin.user_agent),
            event_id: kept(&access.event_id),
            account: access.account.as_ref().map(ToString::to_string),
            region: kept(&access.region),
        }
    }
}
