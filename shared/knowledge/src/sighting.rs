//! One use of one asset by one actor.

use jiff::Timestamp;
use portcullis_domain::Outcome;

/// One actor seen on one asset. A record that names several assets makes several sightings; one that names none makes
/// one, without an asset. A record without an actor or without a time makes none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The account that logged the record. What one account saw is not known to another.
    pub account: String,
    /// Who it was, as `portcullis.actor.name` says it.
    pub actor: String,
    /// The canonical id of the asset: the same word however the caller spelled it.
    pub asset: Option<String>,
    /// When it happened: the record's `eventTime`, exact to the second.
    pub time: Timestamp,
    /// The record's `eventID`, or a digest of the record where it has none. Two records must not share one, for a
    /// sighting with the id of the first sighting *is* the first sighting.
    pub event_id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// `portcullis.origin.id`: a word for where it came from.
    pub place: Option<String>,
    /// Whether it makes the asset, and the place, known to the actor: a use that succeeded, or the making of the asset or
    /// of what it holds. Whoever was refused, only looked at what is there, or changed something else about it, is new to
    /// it all the same when the use follows.
    pub uses: bool,
    /// Whether its rate matters: a read of a secret, a decryption, a data key.
    pub counted: bool,
}
