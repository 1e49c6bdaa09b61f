//! The blast cap: how many may be contained in an hour, and how many at once. A place is taken before anything is done, by
//! a conditional write, so that two workers cannot both take the last one.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::FindingId;
use portcullis_settings::LimitSettings;
use serde::{Deserialize, Serialize};

use crate::quarantine::{Quarantine, QuarantineState};
use crate::refusal::Refusal;

/// How long a place counts.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The places that were taken lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    taken: Vec<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    arn: String,
    at: Timestamp,
    finding: FindingId,
}

/// Who asks for a place, and whether people decided so: people are counted, and not refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'c> {
    pub(crate) arn: &'c str,
    pub(crate) finding: &'c FindingId,
    pub(crate) by_people: bool,
}

impl Places {
    /// Who has a place, and was not released since.
    pub(crate) fn held<'p>(&'p self, all: &'p [Quarantine], now: Timestamp) -> impl Iterator<Item = String> + 'p {
        let released = |place: &Place| {
            let mut of_it = all.iter().filter(|known| known.target.arn() == place.arn);
            of_it.any(|known| matches!(known.state, QuarantineState::Released { at, .. } if at >= place.at))
        };
        let lately = self.taken.iter().filter(move |place| now.duration_since(place.at) < HOUR);
        lately.filter(move |place| !released(place)).map(|place| place.arn.clone())
    }

    /// The places with one more, unless the claim has one, or there is none left. `contained` are the principals that are
    /// contained now, `active` is how many roles and users were seen active.
    ///
    /// # Errors
    ///
    /// The limit that is reached.
    pub(crate) fn take(
        &self,
        claim: Claim<'_>,
        limits: &LimitSettings,
        contained: &BTreeSet<String>,
        active: usize,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut taken: Vec<Place> =
            self.taken.iter().filter(|place| now.duration_since(place.at) < HOUR).cloned().collect();
        let others: BTreeSet<&str> =
            taken.iter().map(|place| place.arn.as_str()).filter(|arn| *arn != claim.arn).collect();
        // Whoever is contained further, or resumed, takes no place from anybody.
        let held = contained.contains(claim.arn)
            || taken.iter().any(|place| place.arn == claim.arn && place.finding == *claim.finding);
        if !claim.by_people && !held {
            if others.len() >= usize::try_from(limits.per_hour).unwrap_or(usize::MAX) {
                return Err(Refusal::HourlyLimit { limit: limits.per_hour });
            }
            let limit = limits.cap_by_share(active);
            // Whoever took a place a moment ago may not be contained yet.
            let all: BTreeSet<&str> = contained.iter().map(String::as_str).chain(others.iter().copied()).collect();
            if all.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                return Err(Refusal::ShareLimit { limit, active });
            }
        }
        // What is tried again counts from now on.
        taken.retain(|place| place.arn != claim.arn || place.finding != *claim.finding);
        taken.push(Place { arn: claim.arn.to_owned(), at: now, finding: claim.finding.clone() });
        Ok(Self { taken })
    }
}
