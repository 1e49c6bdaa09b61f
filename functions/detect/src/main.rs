#![doc = include_str!("../README.md")]

mod intake;

use intake::Intake;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{Objects, Queue, load};
use portcullis_lambda::{Configuration, Environment, Sources, start_logging};
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
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let (settings, (findings, unreadable)) = environment.finish(settings.zip(findings.zip(unreadable)))?;

    let config = load(None).await;
    let intake = Mutex::new(Intake {
        configuration: Configuration::new(&config, Sources { settings, rules }),
        log_files: Objects::new(&config),
        findings: Queue::new(&config, findings),
        unreadable: Queue::new(&config, unreadable),
        stack,
    });
    let intake = &intake;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move { intake.lock().await.handle(&event.payload).await };
    lambda_runtime::run(service_fn(handler)).await
}
