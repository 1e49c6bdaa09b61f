//! What is there is made what should be there.

use std::time::Duration;

use portcullis_monitoring::{Place, Plan, ReadMonitoring as _, apply, desired, plan, removal};
use portcullis_settings::Settings;

use crate::clock::Clock;
use crate::outcome::Outcome;
use crate::settings::{Unmade, to_go_by};
use crate::world::World;

/// How often everything is tried to be deleted.
const ROUNDS: u32 = 3;

/// From one try to the next.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(30);

impl World {
    /// What would be changed under `settings`, or where there are none.
    pub(crate) async fn plan(&self, settings: Option<Settings>, place: &Place) -> Result<Plan, Unmade> {
        let found = self.monitoring.read(place).await?;
        let settings = to_go_by(settings, &found, place, &self.settings)?;
        Ok(plan(&desired(&settings, place), &found, place))
    }

    /// Changes it, as far as time suffices.
    pub(crate) async fn reconcile(
        &self,
        settings: Option<Settings>,
        place: &Place,
        clock: &Clock,
    ) -> Result<Outcome, Unmade> {
        let plan = self.plan(settings, place).await?;
        let applied = apply(&plan, place, &self.monitoring, clock).await;
        Ok(Outcome::new(plan, applied))
    }

    /// Deletes everything of the stack's. There is no next run: what fails is tried again in this one.
    pub(crate) async fn remove(&self, place: &Place, clock: &Clock) -> Result<Outcome, Unmade> {
        let mut removed = self.remove_once(place, clock).await?;
        for _ in 1..ROUNDS {
            if removed.applied.failed.is_empty() || clock.time() < BETWEEN_ROUNDS {
                break;
            }
            tokio::time::sleep(BETWEEN_ROUNDS).await;
            removed = removed.then(self.remove_once(place, clock).await?);
        }
        Ok(removed)
    }

    async fn remove_once(&self, place: &Place, clock: &Clock) -> Result<Outcome, Unmade> {
        let found = self.monitoring.read(place).await?;
        let plan = removal(&found, place);
        let applied = apply(&plan, place, &self.monitoring, clock).await;
        Ok(Outcome::new(plan, applied))
    }
}
