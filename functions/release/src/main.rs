#![doc = include_str!("../README.md")]

mod answer;
mod request;
mod world;

use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{DynamoLedger, Location, MemberRole, Queue, StopObject, load};
use portcullis_lambda::{Configuration, Environment, EvidencePlaces, Sources, start_logging};
use request::Request;
use tokio::sync::Mutex;
use world::Release;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let table: Option<String> = environment.required("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let topic: Option<String> = environment.required("PORTCULLIS_TOPIC_ARN", "the ARN of the topic that is paged");
    let queue: Option<String> = environment.required("PORTCULLIS_FINDINGS_QUEUE_URL", "the URL of the findings queue");
    let settings: Option<Location> =
        environment.required("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let member: Option<String> =
        environment.optional("PORTCULLIS_MEMBER_ROLE", "path and name of the role in member accounts");
    let external_id = environment.optional("PORTCULLIS_EXTERNAL_ID", "the external id of that role");
    let evidence = EvidencePlaces::read(&mut environment);
    let runbook: Option<String> = environment.optional("PORTCULLIS_RUNBOOK", "the address of your runbook");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let ((table, topic), (queue, settings)) = environment.finish(table.zip(topic).zip(queue.zip(settings)))?;

    let config = load(None).await;
    let release = Release {
        ledger: DynamoLedger::new(&config, table),
        findings: Queue::new(&config, queue),
        switch: StopObject::beside(&config, &settings),
        evidence: evidence.open(&config),
        configuration: Mutex::new(Configuration::new(&config, Sources { settings, rules: None })),
        member: member.map(|role| MemberRole { role, external_id }),
        config,
        topic,
        runbook: runbook.unwrap_or_default(),
        stack,
    };
    let release = &release;
    let handler = |event: LambdaEvent<Request>| async move {
        release.handle(event.payload, &event.context.invoked_function_arn).await
    };
    lambda_runtime::run(service_fn(handler)).await
}
