//! What is done, by how bad a finding is and on what.

use std::fmt;

use portcullis_domain::{Severity, Tier};

use crate::by_tier::ByTier;

/// What is done about a finding, from the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Response {
    /// It is recorded.
    Observe,
    /// Somebody is paged too.
    Page,
    /// Somebody is paged and asked whether the actor is to be contained.
    Ask,
    /// The actor is denied keys and secrets, and whatever would undo that, and somebody is paged.
    Lockout,
    /// The actor is denied everything, and somebody is paged.
    Quarantine,
}

/// A response for every severity and tier, the absent tier included.
///
/// | severity | critical | sensitive | standard | unclassified |
/// |---|---|---|---|---|
/// | critical | quarantine | quarantine | page | page |
/// | high | quarantine | page | page | page |
/// | medium | page | page | page | page |
/// | low, informational | observe | observe | observe | observe |
///
/// is the default; settings override single cells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseTable {
    critical: ByTier,
    high: ByTier,
    medium: ByTier,
    low: ByTier,
    informational: ByTier,
}

impl Response {
    /// Every response, from the mildest.
    pub const ALL: &'static [Self] = &[Self::Observe, Self::Page, Self::Ask, Self::Lockout, Self::Quarantine];

    /// The word used in the settings, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Page => "page",
            Self::Ask => "ask",
            Self::Lockout => "lockout",
            Self::Quarantine => "quarantine",
        }
    }

    /// Whether it denies the actor anything by itself: a lockout and a quarantine do.
    pub const fn contains(self) -> bool {
        matches!(self, Self::Lockout | Self::Quarantine)
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ResponseTable {
    /// The response to a finding of this severity on assets of this tier; the tier is absent when no entry names them.
    pub fn response(&self, severity: Severity, tier: Option<Tier>) -> Response {
        let row = match severity {
            Severity::Critical => &self.critical,
            Severity::High => &self.high,
            Severity::Medium => &self.medium,
            Severity::Low => &self.low,
            Severity::Informational => &self.informational,
        };
        row.get(tier)
    }

    /// The responses to one severity.
    pub(crate) fn row(&mut self, severity: Severity) -> &mut ByTier {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Informational => &mut self.informational,
        }
    }
}

impl Default for ResponseTable {
    fn default() -> Self {
        let page = ByTier::every(Response::Page);
        Self {
            critical: ByTier { critical: Response::Quarantine, sensitive: Response::Quarantine, ..page.clone() },
            high: ByTier { critical: Response::Quarantine, ..page.clone() },
            medium: page,
            low: ByTier::every(Response::Observe),
            informational: ByTier::every(Response::Observe),
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::Response::{Observe, Page, Quarantine};
    use super::*;

    #[test_case(Severity::Critical, [Quarantine, Quarantine, Page, Page] ; "critical")]
    #[test_case(Severity::High, [Quarantine, Page, Page, Page] ; "high")]
    #[test_case(Severity::Medium, [Page; 4] ; "medium")]
    #[test_case(Severity::Low, [Observe; 4] ; "low")]
    #[test_case(Severity::Informational, [Observe; 4] ; "informational")]
    fn defaults(severity: Severity, expected: [Response; 4]) {
        let tiers = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None];
        assert_eq!(tiers.map(|tier| ResponseTable::default().response(severity, tier)), expected);
    }

    #[test]
    fn responses_go_from_the_mildest() {
        assert!(Response::ALL.is_sorted());
        let words: Vec<&str> = Response::ALL.iter().map(|response| response.as_str()).collect();
        assert_eq!(words, ["observe", "page", "ask", "lockout", "quarantine"]);
        let contain: Vec<bool> = Response::ALL.iter().map(|response| response.contains()).collect();
        assert_eq!(contain, [false, false, false, true, true]);
    }

    #[test]
    fn a_more_important_asset_never_gets_a_milder_default() {
        let table = ResponseTable::default();
        for severity in Severity::ALL {
            let row = [None, Some(Tier::Standard), Some(Tier::Sensitive), Some(Tier::Critical)]
                .map(|tier| table.response(*severity, tier));
            assert!(row.is_sorted(), "{severity}: {row:?}");
        }
    }

    #[test]
    fn setting_a_cell_leaves_the_others() {
        for severity in Severity::ALL {
            for tier in [None, Some(Tier::Standard), Some(Tier::Sensitive), Some(Tier::Critical)] {
                let mut table = ResponseTable::default();
                let before = table.response(*severity, tier);
                let other = if before == Observe { Page } else { Observe };
                table.row(*severity).set(tier, other);
                assert_eq!(table.response(*severity, tier), other);
                table.row(*severity).set(tier, before);
                assert_eq!(table, ResponseTable::default());
            }
        }
    }
}
