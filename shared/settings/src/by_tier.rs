//! One response for each tier.

use portcullis_domain::Tier;

use crate::Response;

/// A response for each tier, and for assets that no entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByTier {
    pub(crate) critical: Response,
    pub(crate) sensitive: Response,
    pub(crate) standard: Response,
    pub(crate) unclassified: Response,
}

impl ByTier {
    /// The same for every tier.
    pub(crate) const fn every(response: Response) -> Self {
        Self { critical: response, sensitive: response, standard: response, unclassified: response }
    }

    /// The response for a tier; absent when no entry names the assets.
    pub(crate) const fn get(&self, tier: Option<Tier>) -> Response {
        match tier {
            Some(Tier::Critical) => self.critical,
            Some(Tier::Sensitive) => self.sensitive,
            Some(Tier::Standard) => self.standard,
            None => self.unclassified,
        }
    }

    pub(crate) const fn set(&mut self, tier: Option<Tier>, response: Response) {
        match tier {
            Some(Tier::Critical) => self.critical = response,
            Some(Tier::Sensitive) => self.sensitive = response,
            Some(Tier::Standard) => self.standard = response,
            None => self.unclassified = response,
        }
    }
}
