//! Whoever wants to look at the accesses as they pass.

use portcullis_cloudtrail::Access;
use portcullis_settings::Judgement;

/// One access that passes.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s> {
    /// What the record means.
    pub access: &'s Access,
    /// What the settings say of it.
    pub judgement: &'s Judgement,
    /// Whether the same event was read before.
    pub again: bool,
}

/// Whether watchers are shown it: relevant calls of KMS, Secrets Manager and Systems Manager.
pub fn is_watched(access: &Access) -> bool {
    matches!(access.action.service.as_str(), "kms" | "secretsmanager" | "ssm") && access.is_relevant()
}

/// Whoever wants to look at the accesses as they pass (see [`is_watched`]), in the order of their times, as far as that can be
/// restored.
pub trait Watcher {
    /// Looks at one.
    fn see(&mut self, seen: &Seen<'_>);
}
