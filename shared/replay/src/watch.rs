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

/// Whoever wants to look at the accesses as they pass: those to keys, secrets and parameters, and whatever else a rule may
/// match; in the order of their times, as far as that can be restored.
pub trait Watcher {
    /// Looks at one.
    fn see(&mut self, seen: &Seen<'_>);
}
