//! Everything the function needs, and how one invocation goes.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_aws::{CloudWatch, Heartbeat, Https, Location, RotationReader, SdkConfig};
use portcullis_lambda::{FunctionError, Metric, Metrics};
use portcullis_monitoring::Place;
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::deployment::{Deployment, Kind};
use crate::outcome::{Outcome, unread};
use crate::place::Around;
use crate::request::Request;
use crate::settings::{Unmade, given};

/// What is kept of the invocation's time to say how it ended.
const TO_SAY_SO: Duration = Duration::from_secs(10);

/// What is kept of it to answer CloudFormation, which takes several tries at worst.
const TO_ANSWER: Duration = Duration::from_secs(45);

/// For how long a deployment waits. What is left then is the next hour's run's.
const DEPLOYMENT: Duration = Duration::from_mins(5);

/// How often a deployment looks, since the rights of a role that was just made are not known everywhere at once (IAM User
/// Guide, *Changes that I make are not always immediately visible*).
const LOOKS: u32 = 4;

/// From one look to the next.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// Everything the function needs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) monitoring: CloudWatch,
    pub(crate) rotations: RotationReader,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) https: Https,
    pub(crate) around: Around,
    pub(crate) settings: Location,
    pub(crate) config: SdkConfig,
}

impl World {
    /// Deals with a payload; `function` is the ARN that was invoked.
    pub(crate) async fn handle(&self, payload: &str, function: &str, clock: &Clock) -> Result<Value, FunctionError> {
        let request = Request::parse(payload, &self.settings)?;
        let place = self.around.place(function)?;
        let mut metrics = Metrics::new(&self.around.stack);
        let answer = self.serve(request, &place, *clock, &mut metrics).await;
        metrics.print(Timestamp::now());
        answer
    }

    async fn serve(
        &self,
        request: Request,
        place: &Place,
        clock: Clock,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        let clock = clock.earlier(TO_SAY_SO);
        match request {
            Request::Deployment(deployment) => self.deploy(&deployment, place, clock, metrics).await,
            Request::SettingsChanged => self.bring_up_to_date(place, clock, metrics).await,
            Request::Reconcile => self.hourly(place, clock, metrics).await,
            Request::Heartbeat => self.beat().await,
            Request::Plan { settings } => {
                let settings = match settings {
                    Some(text) => Some(given(&text)?),
                    None => self.settings().await?,
                };
                Ok(json!(self.plan(settings, place).await?.report()))
            }
            Request::Apply { seconds } => {
                let clock = clock.at_most(Duration::from_secs(seconds.into()));
                self.bring_up_to_date(place, clock, metrics).await
            }
        }
    }

    async fn bring_up_to_date(
        &self,
        place: &Place,
        clock: Clock,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        let outcome = self.as_wanted(place, &clock).await?;
        outcome.tell(metrics);
        outcome.told(&place.stack)?;
        Ok(json!(outcome))
    }

    /// Rotations first, which take seconds: making a thousand alarms may take all the time there is. Neither keeps the
    /// other from being done.
    async fn hourly(&self, place: &Place, clock: Clock, metrics: &mut Metrics) -> Result<Value, FunctionError> {
        let looked = match self.settings().await {
            Ok(settings) => self.look_at_rotations(&settings.unwrap_or_default(), place, metrics).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &looked {
            tracing::error!(error_type = error.error_type(), error = %error, "rotations were not all looked at");
        }
        let answer = self.bring_up_to_date(place, clock, metrics).await?;
        looked.map(|()| answer)
    }

    /// Makes both calls, whatever becomes of either.
    async fn beat(&self) -> Result<Value, FunctionError> {
        let calls = [self.heartbeat.kms().await, self.heartbeat.secrets_manager().await];
        let mut failed = None;
        for error in calls.into_iter().filter_map(Result::err) {
            tracing::error!(error = error.chain(), "a heartbeat was not made");
            failed = Some(error);
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(json!({"heartbeat": ["kms", "secretsmanager"]})),
        }
    }

    /// Does what the stack's making, change or deletion calls for, and answers CloudFormation whatever came of it.
    async fn deploy(
        &self,
        deployment: &Deployment,
        place: &Place,
        clock: Clock,
        metrics: &mut Metrics,
    ) -> Result<Value, FunctionError> {
        if !deployment.is_of(&place.stack) {
            let why = format!("this is a request for another stack than `{}`; nothing was done", place.stack);
            return Err(FunctionError::Rejected(why));
        }
        let clock = clock.earlier(TO_ANSWER);
        let deleting = deployment.request_type == Kind::Delete;
        let result: Result<Outcome, Unmade> = if deleting {
            self.remove(place, &clock).await
        } else {
            self.deployed(place, &clock.at_most(DEPLOYMENT)).await
        };
        let (status, data) = match result {
            Ok(outcome) => {
                outcome.tell(metrics);
                (if deleting { outcome.removed() } else { outcome.deployed() }, outcome.data())
            }
            Err(unmade) => {
                let status = unread(&unmade, deployment.request_type);
                let error = FunctionError::from(unmade);
                tracing::error!(error_type = error.error_type(), error = %error, "nothing was reconciled");
                metrics.count(Metric::ALARM_CHANGES, &["failed"], 1);
                (status, Map::new())
            }
        };
        tracing::info!(?status, "answering CloudFormation");
        let answer = deployment.answer(&place.stack, &status, &data);
        deployment.send(&self.https, &answer).await?;
        Ok(answer)
    }

    async fn deployed(&self, place: &Place, clock: &Clock) -> Result<Outcome, Unmade> {
        for _ in 1..LOOKS {
            match self.as_wanted(place, clock).await {
                Err(unmade) if may_pass(&unmade) && clock.time() > BETWEEN_LOOKS => {
                    tracing::warn!(?unmade, "nothing was reconciled; looking again");
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                result => return result,
            }
        }
        self.as_wanted(place, clock).await
    }

    async fn as_wanted(&self, place: &Place, clock: &Clock) -> Result<Outcome, Unmade> {
        let settings = self.settings().await?;
        self.reconcile(settings, place, clock).await
    }
}

/// Whether another look may find it otherwise: what is refused to a role that was just made may be allowed a little later.
const fn may_pass(unmade: &Unmade) -> bool {
    matches!(unmade, Unmade::Unanswered(_) | Unmade::Refused(_))
}
