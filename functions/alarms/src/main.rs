#![doc = include_str!("../README.md")]

mod clock;
mod deployment;
mod outcome;
mod place;
mod reconcile;
mod request;
mod rotations;
mod settings;
mod world;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{CloudWatch, Heartbeat, Https, Location, RotationReader, load};
use portcullis_lambda::{Environment, start_logging};
use serde_json::value::RawValue;

use crate::clock::Clock;
use crate::place::Around;
use crate::world::World;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let settings: Option<Location> =
        environment.required("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let topic: Option<String> =
        environment.required("PORTCULLIS_ALARM_TOPIC_ARN", "the ARN of the topic that alarms tell");
    let runbook: Option<String> = environment.optional("PORTCULLIS_RUNBOOK", "the address of your runbook");
    let trail_log_group =
        environment.optional("PORTCULLIS_TRAIL_LOG_GROUP", "the log group that the trail delivers to");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let mut flag = |name: &str| environment.optional::<bool>(name, "`true`, or nothing").unwrap_or_default();
    let (pagerduty, evidence) = (flag("PORTCULLIS_PAGERDUTY"), flag("PORTCULLIS_EVIDENCE"));
    let (settings, topic) = environment.finish(settings.zip(topic))?;

    let config = load(None).await;
    let runbook = runbook.unwrap_or_default();
    let world = World {
        monitoring: CloudWatch::new(&config),
        rotations: RotationReader::new(&config),
        heartbeat: Heartbeat::new(&config, &stack),
        https: Https::new(),
        around: Around { stack, topic, runbook, trail_log_group, pagerduty, evidence },
        settings,
        config,
    };
    let world = &world;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        let clock = Clock::until(event.context.deadline, Timestamp::now());
        world.handle(event.payload.get(), &event.context.invoked_function_arn, &clock).await
    };
    lambda_runtime::run(service_fn(handler)).await
}
