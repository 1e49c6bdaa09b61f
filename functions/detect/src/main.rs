#![doc = include_str!("../README.md")]

mod counting;
mod intake;
mod kept;
mod watch;

use intake::Intake;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{DynamoActive, DynamoLedger, DynamoSightings, DynamoWindows, Objects, Queue, load};
use portcullis_knowledge::{ActiveRoles, Knowledge};
use portcullis_lambda::{Configuration, Environment, Sources, Surroundings, start_logging};
use portcullis_metrics::{Heartbeat, Meter};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let settings = environment.required("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let rules = environment.optional("PORTCULLIS_RULES", "s3://bucket/rules/ or a path");
    let findings: Option<String> =
        environment.required("PORTCULLIS_FINDINGS_QUEUE_URL", "the URL of the findings queue");
    let unreadable: Option<String> =
        environment.required("PORTCULLIS_UNREADABLE_QUEUE_URL", "the URL of the queue that keeps what cannot be read");
    let table: Option<String> = environment
        .required("PORTCULLIS_DETECTION_TABLE", "the name of the table of windows and of what was seen before");
    let ledger = environment.optional("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let role: Option<String> =
        environment.optional("PORTCULLIS_HEARTBEAT_ROLE", "the ARN of the role that makes heartbeats");
    let heartbeat = role.map(|role| Heartbeat::new(role, &stack));
    let (settings, ((findings, unreadable), table)) =
        environment.finish(settings.zip(findings.zip(unreadable).zip(table)))?;

    let config = load(None).await;
    let intake = Mutex::new(Intake {
        configuration: Configuration::new(&config, Sources { settings, rules }),
        surroundings: Surroundings { stack, ledger: ledger.map(|table: String| DynamoLedger::new(&config, table)) },
        log_files: Objects::new(&config),
        knowledge: Knowledge::default(),
        sightings: DynamoSightings::new(&config, &table),
        windows: DynamoWindows::new(&config, &table),
        active: ActiveRoles::default(),
        active_store: DynamoActive::new(&config, &table),
        findings: Queue::new(&config, findings),
        unreadable: Queue::new(&config, unreadable),
        meter: Meter::new(heartbeat),
        home: None,
    });
    let intake = &intake;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        intake.lock().await.handle(&event.payload, &event.context.invoked_function_arn).await
    };
    lambda_runtime::run(service_fn(handler)).await
}
