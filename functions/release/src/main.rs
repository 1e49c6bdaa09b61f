#![doc = include_str!("../README.md")]

mod request;

use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{DynamoLedger, IamRelease, SnsPager, load};
use portcullis_lambda::{Environment, start_logging};
use portcullis_paging::PageContext;
use request::{Release, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let table: Option<String> = environment.required("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let topic: Option<String> = environment.required("PORTCULLIS_TOPIC_ARN", "the ARN of the topic that is paged");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let (table, topic) = environment.finish(table.zip(topic))?;

    let config = load(None).await;
    let release = Release {
        ledger: DynamoLedger::new(&config, table),
        lift: IamRelease::new(&config),
        pager: SnsPager::new(&config, topic, PageContext { stack: stack.clone() }),
        stack,
    };
    let release = &release;
    let handler = |event: LambdaEvent<Request>| async move { release.handle(event.payload).await };
    lambda_runtime::run(service_fn(handler)).await
}
