//! What the examination of every record rests on beside the record, the settings and the history.

use std::collections::BTreeSet;

use crate::geo::Geo;

/// What the examination of every record rests on beside the record, the settings and the history. Whoever calls reads it
/// from the world: from the environment, the ledger, the files beside the settings.
#[derive(Debug, Default)]
pub struct Context {
    /// The name of Portcullis's own stack, with which the names of its resources begin; empty when there is none, as in
    /// a replay.
    pub stack: String,
    /// The ARNs of the roles and users that the ledger says are contained: in quarantine or lockout.
    pub quarantined: BTreeSet<String>,
    /// Where addresses are; absent when no database is given.
    pub geo: Option<Geo>,
}
