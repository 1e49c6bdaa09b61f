#![doc = include_str!("../README.md")]

mod request;

use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{DynamoLedger, IamRelease, load};
use portcullis_lambda::{Configuration, Environment, Sources, start_logging};
use request::{Release, Request};
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let table: Option<String> = environment.required("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let topic: Option<String> = environment.required("PORTCULLIS_TOPIC_ARN", "the ARN of the topic that is paged");
    let settings = environment.optional("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let (table, topic) = environment.finish(table.zip(topic))?;

    let config = load(None).await;
    let release = Release {
        ledger: DynamoLedger::new(&config, table),
        lift: IamRelease::new(&config),
        configuration: settings
            .map(|settings| Mutex::new(Configuration::new(&config, Sources { settings, rules: None }))),
        config,
        topic,
        stack,
    };
    let release = &release;
    let handler = |event: LambdaEvent<Request>| async move { release.handle(event.payload).await };
    lambda_runtime::run(service_fn(handler)).await
}
