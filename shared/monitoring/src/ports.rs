//! What reconciling needs of the world.

use async_trait::async_trait;
use jiff::SignedDuration;
use portcullis_response::PortError;

use crate::change::Change;
use crate::found::Found;
use crate::place::Place;

/// Reads what is there.
#[async_trait]
pub trait ReadMonitoring: Send + Sync {
    /// Under the names of this deployment.
    async fn read(&self, place: &Place) -> Result<Found, PortError>;
}

/// Changes what is there.
#[async_trait]
pub trait ChangeMonitoring: Send + Sync {
    /// Makes one change for this deployment. Making it twice is the same as once.
    async fn change(&self, place: &Place, change: &Change) -> Result<(), PortError>;
}

/// The time that passes.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Waits.
    async fn pause(&self, time: SignedDuration);
    /// How much time is left for all of it.
    fn left(&self) -> SignedDuration;
}
