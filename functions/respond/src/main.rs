#![doc = include_str!("../README.md")]

mod findings;

use findings::Findings;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{DynamoLedger, IamQuarantine, IamReader, load};
use portcullis_lambda::{Configuration, Environment, Sources, start_logging};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let settings = environment.required("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let table: Option<String> = environment.required("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let topic: Option<String> = environment.required("PORTCULLIS_TOPIC_ARN", "the ARN of the topic that is paged");
    let deny_policy =
        environment.optional("PORTCULLIS_DENY_POLICY_ARN", "the ARN of the one policy this function may attach");
    let own_roles = environment.list("PORTCULLIS_OWN_ROLES", "the ARN of a role of Portcullis");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let (settings, (table, topic)) = environment.finish(settings.zip(table.zip(topic)))?;

    let config = load(None).await;
    let findings = Mutex::new(Findings {
        configuration: Configuration::new(&config, Sources { settings, rules: None }),
        ledger: DynamoLedger::new(&config, table),
        identities: IamReader::new(&config),
        quarantine: IamQuarantine::new(&config),
        config,
        topic,
        deny_policy,
        own_roles,
        stack,
    });
    let findings = &findings;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        let function = event.context.invoked_function_arn;
        let deadline = i64::try_from(event.context.deadline)
            .ok()
            .filter(|ms| *ms > 0)
            .and_then(|ms| Timestamp::from_millisecond(ms).ok());
        findings.lock().await.handle(&event.payload, &function, deadline.unwrap_or(Timestamp::MAX)).await
    };
    lambda_runtime::run(service_fn(handler)).await
}
