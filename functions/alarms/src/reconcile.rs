//! What is there is made what should be there.

use std::time::Duration;

use portcullis_lambda::{Configuration, FunctionError, Sources};
use portcullis_monitoring::{Desired, Place, Plan, ReadMonitoring as _, apply, dashboard, desired, plan, removal};
use portcullis_settings::{Settings, parse};

use crate::clock::Clock;
use crate::outcome::Outcome;
use crate::world::World;

/// How often everything is tried to be deleted.
const ROUNDS: u32 = 3;

/// From one try to the next.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(30);

impl World {
    /// The settings as they are now: whoever wrote them a moment ago waits for what follows from them.
    pub(crate) async fn settings(&self) -> Result<Settings, FunctionError> {
        let sources = Sources { settings: self.settings.clone(), rules: None };
        Configuration::<Settings>::new(&self.config, sources).settings().await.cloned()
    }

    /// What would be changed under `settings`.
    pub(crate) async fn plan(&self, settings: &Settings, place: &Place) -> Result<Plan, FunctionError> {
        let found = self.monitoring.read(place).await?;
        Ok(plan(&wanted(settings, place), &found, place))
    }

    /// Changes it, as far as time suffices.
    pub(crate) async fn reconcile(
        &self,
        settings: &Settings,
        place: &Place,
        clock: &Clock,
    ) -> Result<Outcome, FunctionError> {
        let plan = self.plan(settings, place).await?;
        let applied = apply(&plan, place, &self.monitoring, clock).await;
        Ok(Outcome::new(plan, applied))
    }

    /// Deletes everything of the stack's. There is no next run: what fails is tried again in this one.
    pub(crate) async fn remove(&self, place: &Place, clock: &Clock) -> Result<Outcome, FunctionError> {
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

    async fn remove_once(&self, place: &Place, clock: &Clock) -> Result<Outcome, FunctionError> {
        let found = self.monitoring.read(place).await?;
        let plan = removal(&found, place);
        let applied = apply(&plan, place, &self.monitoring, clock).await;
        Ok(Outcome::new(plan, applied))
    }
}

/// What should be there.
fn wanted(settings: &Settings, place: &Place) -> Desired {
    Desired { dashboard: Some(dashboard::body(settings, place)), ..desired(settings, place) }
}

/// Settings that an operator has not uploaded yet.
///
/// # Errors
///
/// When they have problems.
pub(crate) fn given(text: &str) -> Result<Settings, FunctionError> {
    parse(text).map_err(|problems| {
        FunctionError::Rejected(format!("the settings have problems; run `portcullis check` on them:\n{problems}"))
    })
}
